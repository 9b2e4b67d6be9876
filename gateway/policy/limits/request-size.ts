// Request size limits: the number of operations in a batch, and the bytes of an operation's variables, measured as JSON
// text, which is what subgraphs receive.
import type { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { requestError } from '../../errors.ts';

/**
 * Yoga's own limit (`batching`), which has to be set for batches to be served at all, is checked later and has another
 * error.
 * @param limit maximum number of operations in a request; false to reject batches.
 */
export function useBatchLimit(limit: number | false): Plugin {
  return {
    onRequestParse: () => ({
      onRequestParseDone({ requestParserResult }) {
        if (!Array.isArray(requestParserResult)) return;
        const rejected = batchRejection(requestParserResult.length, limit);
        if (rejected) throw rejected;
      },
    }),
  };
}

/** The error for a batch with this number of operations; null where it is served. */
export function batchRejection(operations: number, limit: number | false): GraphQLError | null {
  if (limit === false) {
    return requestError('BAD_REQUEST', { message: 'Batches are not served here: send one operation in a request.' });
  }
  if (operations === 0) {
    return requestError('BAD_REQUEST', { message: 'The batch is empty: send at least one operation.' });
  }
  if (operations <= limit) return null;
  return requestError('BATCH_LIMIT_EXCEEDED', { details: { limit, value: operations } });
}

/**
 * Size of the variables in bytes where it is over the limit; null where it is within.
 * @param bodyBytes size of the request's body, null where unknown. Variables in a body within the limit are within it
 *   too, and are not measured.
 */
export function variablesBeyond(
  variables: Readonly<Record<string, unknown>> | null | undefined,
  bodyBytes: number | null,
  limit: number | false,
): number | null {
  if (limit === false || !variables || (bodyBytes !== null && bodyBytes <= limit)) return null;
  const bytes = Buffer.byteLength(JSON.stringify(variables));
  return bytes > limit ? bytes : null;
}

export function variablesTooLarge(value: number, limit: number): GraphQLError {
  return requestError('VARIABLES_TOO_LARGE', { details: { limit, value } });
}
