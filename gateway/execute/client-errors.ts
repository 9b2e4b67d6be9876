// Errors as clients may see them: a code, the subgraph to blame, nothing of what is inside.
import { GraphQLError } from 'graphql';
import type { SubgraphError } from '../transport/subgraph-error.ts';

/** Which of a subgraph's own errors pass word for word; see the configuration's `subgraphErrors`. */
export type SubgraphErrorMode = 'coded' | 'all' | 'none';

/**
 * Codes of errors that no service means for clients: of its failures, and of what it has against the gateway's own request,
 * whose names a client with a view must not see.
 */
const unmeant: ReadonlySet<string> = new Set([
  'INTERNAL_SERVER_ERROR',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
]);

/** A subgraph that gave no usable answer. */
export function failedSubgraph(error: SubgraphError): GraphQLError {
  return new GraphQLError(error.message, { extensions: { code: error.code, subgraph: error.subgraph } });
}

/**
 * An error from a subgraph's own answer. Its path is kept for whoever merges the answer; of its extensions only the
 * code passes, since the rest (status codes, traces, queries) is between the services.
 */
export function reportedBySubgraph(raw: unknown, subgraph: string, mode: SubgraphErrorMode): GraphQLError {
  const { message, path, extensions } = (typeof raw === 'object' && raw !== null ? raw : {}) as {
    message?: unknown;
    path?: unknown;
    extensions?: { code?: unknown } | null;
  };
  const code = extensions?.code;
  const coded = typeof code === 'string' && !unmeant.has(code);
  const passes = typeof message === 'string' && (mode === 'all' || (mode === 'coded' && coded));
  return new GraphQLError(passes ? message : `The subgraph "${subgraph}" reported an error.`, {
    path: Array.isArray(path) ? path : undefined,
    extensions: { code: passes && coded ? code : 'SUBGRAPH_ERROR', subgraph },
  });
}
