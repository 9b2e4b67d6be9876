// Bounds the variables of an operation. They are measured as JSON text, which is what goes up to the subgraphs.
import type { GraphQLError } from 'graphql';
import { requestError } from '../../errors.ts';

/**
 * Bytes of the variables where they are more than the limit; null where they are within it.
 * @param bodyBytes of the request's body, null where it is not known. A body within the limit has nothing in it that is
 * not, and costs nothing to judge.
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
