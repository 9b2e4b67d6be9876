// Representation errors: graphql-js reports a resolver's value that does not fit its type with a message of its own
// that contains the value. Clients get neither.
import { GraphQLError } from 'graphql';
import { isMarkedDeliberate, isPureGraphQLError, markDeliberate } from '../compose/resolver-errors.ts';
import { errorExtensions } from '../errors.ts';
import { FieldError, type Key } from './field-error.ts';

export function isRepresentationError(error: unknown): error is GraphQLError {
  return isPureGraphQLError(error) && !isMarkedDeliberate(error) && error.extensions.code === undefined;
}

const message = 'The value cannot be represented here.';

export function notRepresentable(path: readonly Key[] | undefined, subgraph: string): FieldError {
  return new FieldError(message, errorExtensions('SUBGRAPH_BAD_RESPONSE', { subgraph }), path);
}

/** The same for fallback execution, where the subgraph is not known. */
export function notRepresentableInFallback(path: readonly Key[] | undefined): GraphQLError {
  return new GraphQLError(message, { path, extensions: markDeliberate(errorExtensions('SUBGRAPH_BAD_RESPONSE')) });
}
