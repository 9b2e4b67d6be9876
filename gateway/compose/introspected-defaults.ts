// Default values in introspection: a resolver for `__InputValue.defaultValue`, which GraphQL.js 16 cannot resolve for
// lists and objects of custom scalars. Introspection types are shared by all schemas of the process: for other schemas,
// the resolver gives the values that GraphQL.js gives, and defaults in place of its errors.
import { __InputValue, type GraphQLArgument, type GraphQLInputField, print } from 'graphql';
import { defaultLiteral } from './default-literals.ts';

/** Installs the resolver; may be called more than once. */
export function introspectDefaults(): void {
  const { defaultValue } = __InputValue.getFields();
  if (defaultValue) defaultValue.resolve = resolveDefault;
}

function resolveDefault(input: GraphQLArgument | GraphQLInputField): string | null {
  const literal = defaultLiteral(input);
  return literal && print(literal);
}
