// What is deliberate passes to the client; what is unexpected becomes a reference into the log.
import { randomUUID } from 'node:crypto';
import { GraphQLError } from 'graphql';
import type { Logger } from '../telemetry/log.ts';
import { RequestCancelled } from '../transport/subgraph-error.ts';

/** The error as a client may see it. An unexpected one is logged under the reference that the client is given. */
export function maskError(error: unknown, log: Logger): Error {
  if (isDeliberate(error)) return error;
  const place = error instanceof GraphQLError ? { path: error.path ?? null, nodes: error.nodes ?? null } : {};
  const cause = error instanceof GraphQLError ? (error.originalError ?? error) : error;
  if (cause instanceof RequestCancelled) {
    return new GraphQLError(cause.message, { ...place, extensions: { code: 'REQUEST_CANCELLED' } });
  }
  const reference = randomUUID();
  log.error({ err: cause, reference }, 'unexpected error');
  return new GraphQLError(`Unexpected error. The gateway's log has it under ${reference}.`, {
    ...place,
    // Yoga makes it status 500 where there is no data, and does not show it.
    extensions: { code: 'INTERNAL_SERVER_ERROR', reference, unexpected: true },
  });
}

/** GraphQL errors that nothing but a GraphQL error caused: validation, coercion, policies, subgraph failures. */
function isDeliberate(error: unknown): error is GraphQLError {
  if (!(error instanceof GraphQLError)) return false;
  return error.originalError == null || isDeliberate(error.originalError);
}
