// Fallback executor: sends requests of fallback execution to a subgraph; `@graphql-tools/delegate` calls it.
import type { ExecutionRequest, ExecutionResult, Executor } from '@graphql-tools/utils';
import { Kind, print } from 'graphql';
import type { SubgraphClient, SubgraphScope } from '../transport/subgraph-client.ts';
import { SubgraphError } from '../transport/subgraph-error.ts';
import { asGraphQLError, failedSubgraph, reportedBySubgraph, type SubgraphErrorRules } from './client-errors.ts';

export function createFallbackExecutor(
  client: Pick<SubgraphClient, 'name' | 'send'>,
  rules: SubgraphErrorRules,
): Executor {
  return async (request: ExecutionRequest): Promise<ExecutionResult> => {
    const { document, variables, operationName, context } = request;
    const body = JSON.stringify({ query: print(document), variables, operationName });
    try {
      const { data, errors } = await client.send(body, context as SubgraphScope);
      const reported = errors?.map((error) => asGraphQLError(reportedBySubgraph(error, client.name, rules)));
      const missing = data ? missingRootField(request, data) : undefined;
      if (missing !== undefined && !reported) {
        const lacking = new SubgraphError(client.name, 'SUBGRAPH_BAD_RESPONSE', `no "${missing}" in the response`);
        return { data, errors: [asGraphQLError(failedSubgraph(lacking))] };
      }
      return { ...(data !== undefined && { data }), ...(reported && { errors: reported }) };
    } catch (error) {
      if (error instanceof SubgraphError) return { errors: [asGraphQLError(failedSubgraph(error))] };
      throw error;
    }
  };
}

/** The first root field that was selected without conditions and is missing from the response. */
function missingRootField({ document }: ExecutionRequest, data: Record<string, unknown>): string | undefined {
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    for (const selection of definition.selectionSet.selections) {
      if (selection.kind !== Kind.FIELD || selection.directives?.length) continue;
      const key = (selection.alias ?? selection.name).value;
      if (!(key in data)) return key;
    }
  }
  return undefined;
}
