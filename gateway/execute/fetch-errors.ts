// Fetch errors: what a fetch that failed, or a response with errors, means for the client's response and for the log.
import type { GraphQLError } from 'graphql';
import { isMarkedDeliberate, isPureGraphQLError } from '../compose/resolver-errors.ts';
import { errorExtensions } from '../errors.ts';
import type { SubgraphScope } from '../transport/subgraph-client.ts';
import { SubgraphError } from '../transport/subgraph-error.ts';
import type { SubgraphResponse } from '../transport/subgraph-response.ts';
import { type ErrorRules, failedSubgraph, reportedBySubgraph } from './client-errors.ts';
import type { CompiledFetch } from './compiled-plan.ts';
import { FieldError, type Key } from './field-error.ts';

export interface ErrorReporting {
  scope: SubgraphScope;
  errorRules: ErrorRules;
  /** An unexpected error as clients may see it; it is logged there. */
  mask(error: unknown): GraphQLError;
  /** Called with the errors of a subgraph's response, before any of it is hidden from clients. */
  onSubgraphErrors(subgraph: string, errors: readonly unknown[], scope: SubgraphScope): void;
  /** Errors in the response; one more counts those beyond. */
  maxErrors: number;
}

const internalError = errorExtensions('INTERNAL_SERVER_ERROR');

/** The errors of a fetch's response as clients may see them; the log gets them as they are. */
export function errorsOf(
  { target, fetch: { subgraph } }: CompiledFetch,
  { errors = [], outages }: SubgraphResponse,
  { errorRules, onSubgraphErrors, scope, maxErrors, mask }: ErrorReporting,
): FieldError[] {
  if (target.kind === 'remote') {
    onSubgraphErrors(subgraph, errors, scope);
    const rules = errorRules(subgraph);
    return errors.map((error) => {
      const reported = reportedBySubgraph(error, subgraph, rules);
      return outages?.has(error) ? reported.asOutage() : reported;
    });
  }
  const unrepresentable = errors.filter(isRepresentationError);
  if (unrepresentable.length > 0) onSubgraphErrors(subgraph, unrepresentable, scope);
  return errors.map((error, index) => {
    if (isRepresentationError(error)) return notRepresentable(error.path, subgraph);
    // Errors beyond those that a response shows need no line in the log each.
    return index < maxErrors ? maskedError(error, mask) : new FieldError('Unexpected error.', internalError);
  });
}

export function maskedError(error: unknown, mask: ErrorReporting['mask']): FieldError {
  const { message, extensions, path } = mask(error);
  return new FieldError(message, extensions, path);
}

/** @param detail for the log. */
export function badResponse({ fetch }: CompiledFetch, detail: string): FieldError {
  return failedSubgraph(new SubgraphError(fetch.subgraph, 'SUBGRAPH_BAD_RESPONSE', detail));
}

export function withoutPath(error: FieldError): FieldError {
  return error.at(undefined);
}

/** A failed request is reported once at each place that misses its response, not once for each entity fetch in it. */
export function distinct(errors: readonly FieldError[]): FieldError[] {
  const known = new Map(
    errors.map((error) => [JSON.stringify([error.message, error.path ?? null, error.extensions]), error]),
  );
  return [...known.values()];
}

/**
 * Whether graphql-js reports that a resolver's value does not fit its type: with a message that contains the value,
 * which clients do not get.
 */
function isRepresentationError(error: unknown): error is GraphQLError {
  return isPureGraphQLError(error) && !isMarkedDeliberate(error) && error.extensions.code === undefined;
}

function notRepresentable(path: readonly Key[] | undefined, subgraph: string): FieldError {
  return new FieldError(
    'The value cannot be represented here.',
    errorExtensions('SUBGRAPH_BAD_RESPONSE', { subgraph }),
    path,
  );
}
