// Event source: the events of one subscription to a target, each a GraphQL response to the target's document.
import type { ExecutionRequest, ExecutionResult } from '@graphql-tools/utils';
import { createSourceEventStream, execute, type GraphQLSchema } from 'graphql';
import { toPlainJson } from '../json/json-values.ts';
import type { SubgraphClient, SubgraphResponse, SubgraphScope } from '../transport/subgraph-client.ts';

export interface EventSource {
  /**
   * The next event; `null` at the regular end.
   * @param scope of this event: everything that a target in the gateway executes for it is executed in this scope.
   * @throws SubgraphError where a service's stream breaks.
   */
  next(scope: SubgraphScope): Promise<SubgraphResponse | null>;
  /** Ends the subscription, also while an event is awaited. */
  close(): void;
}

/**
 * Subscribes to a service.
 * @param body JSON text of the request.
 * @throws SubgraphError where there is no stream.
 */
export async function subscribeRemote(
  client: Pick<SubgraphClient, 'subscribe'>,
  body: string,
  scope: SubgraphScope,
): Promise<EventSource> {
  return sourceOf(await client.subscribe(body, scope), (event) => event);
}

/** Subscribes to a schema in the gateway. A result in place of events contains the errors. */
export async function subscribeLocal(
  schema: GraphQLSchema,
  { document, variables, context }: ExecutionRequest,
): Promise<EventSource | ExecutionResult> {
  const request = { schema, document, variableValues: toPlainJson(variables ?? {}) };
  const events = await createSourceEventStream({ ...request, contextValue: context });
  if (!(Symbol.asyncIterator in events)) return events as ExecutionResult;
  return sourceOf(
    events[Symbol.asyncIterator](),
    async (event, scope) => (await execute({ ...request, rootValue: event, contextValue: scope })) as SubgraphResponse,
  );
}

export function isEventSource(started: EventSource | ExecutionResult): started is EventSource {
  return 'next' in started;
}

function sourceOf<Event>(
  events: AsyncIterator<Event>,
  respond: (event: Event, scope: SubgraphScope) => SubgraphResponse | Promise<SubgraphResponse>,
): EventSource {
  return {
    next: async (scope) => {
      const { done, value } = await events.next();
      return done ? null : respond(value, scope);
    },
    // A generator that waits for something else ends once that has happened; its failure then concerns no client.
    close: () => void events.return?.().catch(() => undefined),
  };
}
