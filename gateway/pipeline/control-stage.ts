// Control stage: rejects what operators have stopped, before anything is counted or fetched for it. Operations of
// resolvers are part of one that has passed it.
import type { GraphQLError } from 'graphql';
import type { Engine } from '../engine/engine.ts';
import type { PreparedOperation } from '../engine/prepared-operation.ts';
import { interruption } from '../execute/subscription.ts';
import { handleMaybePromise, type MaybePromise } from '../maybe-promise.ts';
import type { ControlledOperation } from '../policy/controls/control.ts';
import type { Controls } from '../policy/controls/controls.ts';
import type { Rejection } from '../policy/rejection.ts';
import type { RequestContext } from './request-context.ts';
import type { Events, OperationExecution, Result, Stage, Variables } from './stages.ts';

export class ControlStage {
  readonly #controls: Controls;
  readonly #engine: Engine;

  constructor(controls: Controls, engine: Engine) {
    this.#controls = controls;
    this.#engine = engine;
  }

  /**
   * Hands on `next`, unless a control stops the operation.
   * @param values coerced variables.
   */
  checkOperation<Next>(
    operation: PreparedOperation,
    values: Variables,
    context: RequestContext,
    next: Next,
  ): Stage<Next> {
    if (!this.#controls.hasAny || context.nested > 0) return next;
    return unless(this.#controls.checkOperation(this.#controlled(operation, values, context, null)), next);
  }

  checkPlan(execution: OperationExecution): Stage<OperationExecution> {
    if (!this.#controls.hasAny || execution.context.nested > 0) return execution;
    return unless(
      this.#controls.checkPlan(() => this.#planned(execution)),
      execution,
    );
  }

  /** The events of a subscription, which end as soon as it is rejected. */
  watch(events: Events, execution: OperationExecution): Events {
    return new ControlledEvents(events, (end) => this.#controls.watch(this.#planned(execution), end));
  }

  #planned({ operation, coerced, context, plan }: OperationExecution): ControlledOperation {
    const fetches = 'plan' in plan ? plan.plan.fetches : [];
    const subgraphs = fetches.map(({ subgraph }) => this.#engine.serviceOf(subgraph));
    return this.#controlled(operation, coerced, context, subgraphs);
  }

  #controlled(
    operation: PreparedOperation,
    values: Variables,
    caller: RequestContext,
    subgraphs: readonly string[] | null,
  ): ControlledOperation {
    return { operation, values, caller, subgraphs, schema: this.#engine.schema };
  }
}

function unless<Next>(rejection: MaybePromise<Rejection | null>, next: Next): Stage<Next> {
  return handleMaybePromise<Rejection | null, Next | Rejection>(
    () => rejection,
    (stopped) => stopped ?? next,
  );
}

type Step = IteratorResult<Result, undefined>;

const finished: Step = { done: true, value: undefined };

class ControlledEvents implements AsyncIterableIterator<Result, undefined> {
  readonly #events: Events;
  readonly #unwatch: () => void;
  /** The last result, once the subscription is rejected; null when that was taken. */
  #last: Step | null = null;
  #isOver = false;
  /** Gives the last result to whom waits for the next event. */
  #wake: ((step: Step) => void) | null = null;

  /** @param watch calls back once, at once or later. */
  constructor(events: Events, watch: (end: (error: GraphQLError) => void) => () => void) {
    this.#events = events;
    this.#unwatch = watch((error) => this.#reject(error));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Step> {
    if (this.#last) {
      const last = this.#last;
      this.#last = null;
      return Promise.resolve(last);
    }
    if (this.#isOver) return Promise.resolve(finished);
    return new Promise((resolve, reject) => {
      this.#wake = resolve;
      this.#events.next().then((step) => {
        if (this.#wake === resolve) this.#wake = null;
        if (step.done) this.#unwatch();
        resolve(step);
      }, reject);
    });
  }

  return(): Promise<Step> {
    this.#isOver = true;
    this.#last = null;
    this.#unwatch();
    return this.#leave();
  }

  #leave(): Promise<Step> {
    return this.#events.return?.() ?? Promise.resolve(finished);
  }

  #reject(error: GraphQLError): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const last: Step = { done: false, value: interruption(error) };
    const wake = this.#wake;
    this.#wake = null;
    if (wake) wake(last);
    else this.#last = last;
    // Closes the stream of the service; it does not reject.
    void this.#leave();
  }
}
