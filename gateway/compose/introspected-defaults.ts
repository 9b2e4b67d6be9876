// Default values in introspection: the field `__InputValue.defaultValue`, which GraphQL.js 16 cannot resolve for lists and
// objects of custom scalars. Introspection types belong to all schemas of a process, so that there is no resolver for one
// schema: this one gives other schemas what GraphQL.js gives them, and defaults in place of its errors.
import { __InputValue, type GraphQLArgument, type GraphQLInputField, print } from 'graphql';
import { defaultLiteral } from './default-literals.ts';

/** Lets introspection show every default value; it may be called more than once. */
export function introspectDefaults(): void {
  const { defaultValue } = __InputValue.getFields();
  if (defaultValue) defaultValue.resolve = resolveDefault;
}

function resolveDefault(input: GraphQLArgument | GraphQLInputField): string | null {
  const literal = defaultLiteral(input);
  return literal && print(literal);
}
