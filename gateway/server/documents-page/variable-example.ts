// Example variables of an operation: a value of its type for each variable that needs one, to be filled in.
import {
  type GraphQLInputType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  Kind,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';

/** Depth of input objects that are filled in. */
const MAX_DEPTH = 3;

/** By name, those that are required. */
export function exampleVariables(
  { variableDefinitions = [] }: OperationDefinitionNode,
  schema: GraphQLSchema,
): Record<string, unknown> {
  const required = variableDefinitions.filter(
    ({ type, defaultValue }) => type.kind === Kind.NON_NULL_TYPE && !defaultValue,
  );
  return Object.fromEntries(
    required.map(({ variable, type }) => {
      // Documents are validated at start: each type is an input type of the schema.
      return [variable.name.value, exampleOf(typeFromAST(schema, type) as GraphQLInputType, 0)];
    }),
  );
}

function exampleOf(type: GraphQLInputType, depth: number): unknown {
  if (isNonNullType(type)) return exampleOf(type.ofType, depth);
  if (isListType(type)) return [];
  if (isEnumType(type)) return type.getValues()[0]?.name ?? null;
  if (isInputObjectType(type)) {
    if (depth >= MAX_DEPTH) return {};
    const fields = Object.values(type.getFields()).filter(isRequiredInputField);
    return Object.fromEntries(fields.map((field) => [field.name, exampleOf(field.type, depth + 1)]));
  }
  if (type.name === 'Boolean') return false;
  return type.name === 'Int' || type.name === 'Float' ? 0 : '';
}
