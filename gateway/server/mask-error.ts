// Masking of unexpected errors: the client gets a reference, the log gets the error.
import { randomUUID } from 'node:crypto';
import { GraphQLError } from 'graphql';
import { isMarkedDeliberate, isPureGraphQLError } from '../compose/resolver-errors.ts';
import { operationError } from '../errors.ts';
import type { Logger } from '../telemetry/log.ts';
import { RequestCancelled } from '../transport/subgraph-error.ts';

/** The error for clients: GraphQL errors are passed on, unless another error caused them. */
export function maskError(error: unknown, log: Logger): Error {
  return isPureGraphQLError(error) ? error : masked(error, log);
}

/**
 * As `maskError`, for errors from the execution of an operation: an error is passed on only if a subgraph or a resolver
 * threw it deliberately. Those of libraries are GraphQL errors too, with codes, values and names of subgraphs in their
 * messages.
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
    // Yoga turns it into status 500 where there is no data, and removes it.
    details: { reference, unexpected: true },
  });
}
