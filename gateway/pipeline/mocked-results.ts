// Marks of results with data of mocked subgraphs: `extensions.mocked` has the names, so that nothing that was invented
// is taken for data.
import { isInterruption } from '../execute/subscription.ts';
import { ExtendedResponse } from './extended-response.ts';
import type { Events, OperationExecution, Result } from './stages.ts';

export class MockedResults {
  readonly #mocked: readonly string[];

  constructor(mocked: readonly string[]) {
    this.#mocked = mocked;
  }

  mark(outcome: Result | Events, execution: OperationExecution): Result | Events {
    return Symbol.asyncIterator in outcome
      ? this.#markEvents(outcome, execution)
      : this.#markResult(outcome, execution);
  }

  #markResult(result: Result, { plan, context }: OperationExecution): Result {
    if (isInterruption(result)) return result;
    // Resolvers of the gateway may request more than the plan does.
    const planned = 'plan' in plan ? plan.plan.fetches : [];
    const named = planned.map(({ subgraph }) => subgraph);
    const used = new Set([...named, ...context.calls.map(({ subgraph }) => subgraph)]);
    const mocked = this.#mocked.filter((name) => used.has(name));
    return mocked.length === 0 ? result : new ExtendedResponse(result, { mocked });
  }

  #markEvents(events: Events, execution: OperationExecution): Events {
    const marked: Events = {
      [Symbol.asyncIterator]: () => marked,
      next: async () => {
        const step = await events.next();
        return step.done ? step : { done: false, value: this.#markResult(step.value, execution) };
      },
      return: async () => (await events.return?.()) ?? { done: true, value: undefined },
    };
    return marked;
  }
}
