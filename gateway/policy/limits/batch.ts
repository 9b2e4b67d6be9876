// Batch limit: maximum number of operations of one HTTP request, with an error like those of the other limits. Yoga's
// own limit (`batching`), which has to be set for batches to be served at all, is checked later and has another error.
import type { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { requestError } from '../../errors.ts';

/** @param limit maximum number of operations in a request; false to reject batches. */
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
