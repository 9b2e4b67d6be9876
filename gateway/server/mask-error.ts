// Masks unexpected errors: the client gets a reference, the log gets the error.
import { randomUUID } from 'node:crypto';
import { GraphQLError } from 'graphql';
import { isMarkedDeliberate, isPureGraphQLError } from '../compose/resolver-errors.ts';
import { operationError } from '../errors.ts';
import type { Logger } from '../telemetry/log.ts';
import { RequestCancelled } from '../transport/subgraph-error.ts';

/** The error as a client may see it: GraphQL errors that nothing but a GraphQL error caused pass. */
export function maskError(error: unknown, log: Logger): Error {
  return isPureGraphQLError(error) ? error : masked(error, log);
}

/**
 * As `maskError`, for what the execution of an operation ends in: an error passes only if a subgraph or a resolver meant it.
 * Those of libraries are GraphQL errors too, with codes, values and names of subgraphs in their messages.
 */
export function maskExecutionError(error: unknown, log: Logger): GraphQLError {
  return isPureGraphQLError(error) && isMarkedDeliberate(error) ? error : masked(error, log);
}

function masked(error: unknown, log: Logger): GraphQLError {
  const place = error instanceof GraphQLError ? { path: error.path ?? null, nodes: error.nodes ?? null } : {};
  const cause = error instanceof GraphQLError ? (error.originalError ?? error) : error;
  if (cause instanceof RequestCancelled) {
    return operationError('REQUEST_CANCELLED', place);
  }
  const reference = randomUUID();
  log.error({ err: cause, reference, ...(place.path && { path: place.path }) }, 'unexpected error');
  return operationError('INTERNAL_SERVER_ERROR', {
    ...place,
    message: `Unexpected error. The gateway's log has it under ${reference}.`,
    // Yoga makes it status 500 where there is no data, and does not show it.
    details: { reference, unexpected: true },
  });
}
