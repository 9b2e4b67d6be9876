// Subscription executor: a subgraph's events for fallback execution, with errors as clients may see them.
import { type ExecutionRequest, type ExecutionResult, type Executor, mapAsyncIterator } from '@graphql-tools/utils';
import { print } from 'graphql';
import type { SubgraphAnswer, SubgraphClient, SubgraphScope } from '../transport/subgraph-client.ts';
import { SubgraphError } from '../transport/subgraph-error.ts';
import { asGraphQLError, failedSubgraph, reportedBySubgraph, type SubgraphErrorRules } from './client-errors.ts';

export function createSubscriptionExecutor(client: SubgraphClient, rules: SubgraphErrorRules): Executor {
  const failed = (error: SubgraphError) => asGraphQLError(failedSubgraph(error));
  const visibleError = (error: unknown) => (error instanceof SubgraphError ? failed(error) : error);
  const visible = ({ data, errors }: SubgraphAnswer): ExecutionResult => ({
    ...(data !== undefined && { data }),
    ...(errors && { errors: errors.map((error) => asGraphQLError(reportedBySubgraph(error, client.name, rules))) }),
  });
  return async ({ document, variables, operationName, context }: ExecutionRequest) => {
    const body = JSON.stringify({ query: print(document), variables, operationName });
    try {
      const events = await client.subscribe(body, context as SubgraphScope);
      // Ending this ends the subscription upstream, also while it waits for an event.
      return mapAsyncIterator(events, visible, (error: unknown) => {
        throw visibleError(error);
      });
    } catch (error) {
      if (error instanceof SubgraphError) return { errors: [failed(error)] };
      throw error;
    }
  };
}
