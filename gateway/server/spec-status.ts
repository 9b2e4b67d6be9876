// Statuses of GraphQL over HTTP (edition of September 2026, "Status Codes"), with `httpStatus: 'spec'`: by what a response
// has, and by the code of what rejects the request; the catalogue of errors has those of the codes.
import { type ExecutionResult, GraphQLError } from 'graphql';
import type { processRegularResult } from 'graphql-yoga';
import type { CheckedConfig } from '../config/config.ts';
import { specStatusOf, statusOf, statusWithoutData } from '../errors.ts';
import { graphqlJson, type JsonType } from '../pipeline/accept.ts';

export type HttpStatus = CheckedConfig['httpStatus'];

/** Of a request, or the list of a batch. */
export type SingleResult = Exclude<Parameters<typeof processRegularResult>[0], AsyncIterable<unknown>>;

/** Of a response with data and errors. Only for clients that accept the media type of GraphQL, which know it. */
export const PARTIAL_SUCCESS = 294;

/** No status of RFC 9110 has its name in Node. */
export const PARTIAL_SUCCESS_TEXT = 'Partial Success';

/** Whether a result has no data: nothing was executed, or nothing of it is known. */
export function isRejection(result: SingleResult): result is ExecutionResult {
  return 'errors' in result && !('data' in result);
}

/**
 * A result with the status of its response, for Yoga, and the type of the response. Null where that is 200. The status is the
 * same for clients that accept plain JSON alone; a response without success has the type of GraphQL for them too, which
 * says that no intermediary has made it.
 */
export function withSpecStatus(
  result: ExecutionResult,
  type: JsonType,
): { result: ExecutionResult; type: JsonType } | null {
  const { errors, extensions } = result;
  if (!errors || errors.length === 0) return null;
  const status = statusFor(result, errors, type);
  const own = { ...result, errors: errors.map((error) => withStatus(error, status)) };
  return {
    result: { ...own, extensions: { ...extensions, http: { status } } },
    type: status < 300 ? type : graphqlJson,
  };
}

function statusFor(result: ExecutionResult, errors: readonly GraphQLError[], type: JsonType): number {
  if (!isRejection(result)) return type === graphqlJson ? PARTIAL_SUCCESS : 200;
  const statuses = errors.flatMap((error) => {
    const { code, http, unexpected } = error.extensions as { http?: { status?: number }; [name: string]: unknown };
    if (http?.status !== undefined) return [specStatusOf(error, http.status)];
    return unexpected ? [statusOf(code) ?? 500] : [];
  });
  if (statuses.length > 0) return Math.max(...statuses);
  return specStatusOf(errors[0] as GraphQLError, statusWithoutData(errors));
}

/** Yoga gives a response the highest status of its errors; their header fields stay. */
function withStatus(error: GraphQLError, status: number): GraphQLError {
  const { message, nodes, source, positions, path, originalError, extensions } = error;
  const { http } = extensions as { http?: object };
  if (!http) return error;
  const changed = { ...extensions, http: { ...http, status } };
  return new GraphQLError(message, { nodes, source, positions, path, originalError, extensions: changed });
}
