// Limit of the size of an operation's variables, measured as JSON text, which is what subgraphs receive.
import type { GraphQLError } from 'graphql';
import { requestError } from '../../errors.ts';

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
