// Bounds the operations of one HTTP request, in the words of the other limits. Yoga's own bound (`batching`), which has to
// be set for batches to be served at all, comes after this and says it in other words.
import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { rejection } from './limit-error.ts';

/** @param limit operations in a request; false where there are no batches. */
// biome-ignore lint/complexity/noBannedTypes: what Yoga calls a plugin that adds nothing to the context
export function useBatchLimit(limit: number | false): Plugin<{}> {
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

/** The refusal of a batch of so many operations; null where it is served. */
export function batchRejection(operations: number, limit: number | false): GraphQLError | null {
  if (limit === false) {
    return new GraphQLError('Batches are not served here: send one operation in a request.', {
      extensions: { code: 'BAD_REQUEST', http: { status: 400 } },
    });
  }
  if (operations === 0) {
    return new GraphQLError('The batch is empty: send at least one operation.', {
      extensions: { code: 'BAD_REQUEST', http: { status: 400 } },
    });
  }
  if (operations <= limit) return null;
  const excess = { code: 'BATCH_LIMIT_EXCEEDED', limit, value: operations };
  return rejection(`The batch has ${operations} operations; the limit is ${limit}.`, excess, undefined, 413);
}
