// Stages of the pipeline: run in order, synchronously as long as none has to wait, and no further than a rejection.
import type { MaybePromise } from '../maybe-promise.ts';
import { Rejection } from '../policy/rejection.ts';

/** Result of a stage, or a promise of it: a value, or a rejection that ends the operation. */
export type Stage<Value> = MaybePromise<Value | Rejection>;

/** Passes a stage's value to the next stage; a rejection skips it. */
export function follow<Value, Next>(stage: Stage<Value>, next: (value: Value) => Stage<Next>): Stage<Next> {
  if (stage instanceof Promise) return stage.then((value) => (value instanceof Rejection ? value : next(value)));
  return stage instanceof Rejection ? stage : next(stage);
}
