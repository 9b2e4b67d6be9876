// Subscriptions to a subgraph: its events over server-sent events, errors as clients may see them.
import { buildHTTPExecutor } from '@graphql-tools/executor-http';
import {
  type ExecutionRequest,
  type ExecutionResult,
  type Executor,
  type MaybeAsyncIterable,
  mapAsyncIterator,
} from '@graphql-tools/utils';
import type { SubgraphClient, SubgraphScope } from '../transport/subgraph-client.ts';
import { SubgraphError } from '../transport/subgraph-error.ts';
import { failedSubgraph, reportedBySubgraph, type SubgraphErrorMode } from './client-errors.ts';

export function createSubscriptionExecutor(client: SubgraphClient, errorMode: SubgraphErrorMode): Executor {
  const { url, headers } = client.subscriptionAddress;
  const execute = buildHTTPExecutor({
    endpoint: url,
    headers: (request) => {
      const scope = request?.context as SubgraphScope | undefined;
      if (!scope) return headers;
      const forwarded = scope.forwarded?.headersFor(client.name) ?? [];
      const pairs = forwarded.flatMap((name, index) =>
        index % 2 === 0 ? [[name, forwarded[index + 1] as string]] : [],
      );
      return { ...headers, 'x-request-id': scope.requestId, ...Object.fromEntries(pairs) };
    },
    // Shared requests end for everybody when the first one leaves.
    deduplicateInflightRequests: false,
  });
  const unavailable = (error: unknown) =>
    failedSubgraph(new SubgraphError(client.name, 'SUBGRAPH_UNAVAILABLE', String(error)));
  const visible = (result: ExecutionResult): ExecutionResult =>
    result.errors
      ? { ...result, errors: result.errors.map((error) => reportedBySubgraph(error, client.name, errorMode)) }
      : result;
  return async (request: ExecutionRequest) => {
    let result: MaybeAsyncIterable<ExecutionResult>;
    try {
      // Whoever leaves before the first event has nothing to end yet but the request itself.
      const signal = (request.context as SubgraphScope | undefined)?.cancellation.signal;
      result = (await execute(signal ? { ...request, signal } : request)) as MaybeAsyncIterable<ExecutionResult>;
    } catch (error) {
      return { errors: [unavailable(error)] };
    }
    if (!(Symbol.asyncIterator in result)) return visible(result);
    // Ending this ends the subscription upstream, also while it waits for an event.
    return mapAsyncIterator(result, visible, (error: unknown) => {
      throw unavailable(error);
    });
  };
}
