// Request size limits: the number of operations in a batch, and the bytes of an operation's variables, measured as JSON
// text, which is what subgraphs receive.
import type { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { ErrorCode, requestError } from '../../errors.ts';
import type { MeasuredRejection } from '../../telemetry/measured-rejections.ts';
import { Rejection } from '../rejection.ts';

/**
 * Yoga's own limit (`batching`), which has to be set for batches to be served at all, is checked later and has another
 * error.
 * @param limit maximum number of operations in a request; false to reject batches.
 * @param measured called in place of the rejection of a batch over the limit.
 */
export function useBatchLimit(
  limit: number | false,
  measured?: (serverContext: object, rejection: MeasuredRejection) => void,
): Plugin {
  return {
    onRequestParse: ({ serverContext }) => ({
      onRequestParseDone({ requestParserResult }) {
        if (!Array.isArray(requestParserResult)) return;
        const { length: value } = requestParserResult;
        const rejected = batchRejection(value, limit);
        if (!rejected) return;
        const code = ErrorCode.BATCH_LIMIT_EXCEEDED;
        if (!measured || limit === false || value <= limit) throw rejected;
        measured(serverContext, { rule: 'limits.batch', code, limit, value });
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

export interface VariablesLimit {
  /** Bytes; false for no limit. */
  max: number | false;
  /** Whether what exceeds it is measured in place of being rejected. */
  isMeasured: boolean;
}

/** The rejection of variables over the limit; null where they are within, or measured. */
export function checkVariables(
  variables: Readonly<Record<string, unknown>> | null | undefined,
  bodyBytes: number | null,
  { max, isMeasured }: VariablesLimit,
  record: (rejection: MeasuredRejection) => void,
): Rejection | null {
  const value = variablesBeyond(variables, bodyBytes, max);
  if (value === null) return null;
  const limit = Number(max);
  if (!isMeasured) return new Rejection([variablesTooLarge(value, limit)], { part: 'request' });
  record({ rule: 'limits.variablesBytes', code: ErrorCode.VARIABLES_TOO_LARGE, limit, value });
  return null;
}

export function variablesTooLarge(value: number, limit: number): GraphQLError {
  return requestError('VARIABLES_TOO_LARGE', { details: { limit, value } });
}
