// Stages: one after the other, at once as long as none of them has to wait, and no further than a rejection.
import { handleMaybePromise, type MaybePromise } from '@whatwg-node/promise-helpers';
import { Rejection } from '../policy/rejection.ts';

/** What a stage of the pipeline gives: at once or later, a value or why the operation goes no further. */
export type Stage<Value> = MaybePromise<Value | Rejection>;

/** Hands a stage's value to the next stage; a rejection passes it by. */
export function follow<Value, Next>(stage: Stage<Value>, next: (value: Value) => Stage<Next>): Stage<Next> {
  return handleMaybePromise(
    () => stage,
    (value) => (value instanceof Rejection ? value : next(value)),
  );
}
