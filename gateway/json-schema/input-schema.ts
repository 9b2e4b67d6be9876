// JSON Schema of an operation's variables: types, defaults, enums, input objects (by reference, since they may be
// recursive) and descriptions.
import {
  astFromValue,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
  isEnumType,
  isInputType,
  isListType,
  isNonNullType,
  isScalarType,
  Kind,
  typeFromAST,
  type ValueNode,
  type VariableDefinitionNode,
} from 'graphql';
import { described, type JsonSchema, orNull, type SchemaDefinitions } from './json-schema.ts';
import { enumSchema, scalarSchema } from './scalar-schema.ts';

export interface VariableSchema {
  name: string;
  schema: JsonSchema;
  /** Whether a request without it is rejected. */
  isRequired: boolean;
}

/**
 * @param schema of the client, in which the operation is valid.
 * @param descriptions of variables, by name.
 */
export function variableSchema(
  { variable, type: node, defaultValue }: VariableDefinitionNode,
  schema: GraphQLSchema,
  definitions: SchemaDefinitions,
  descriptions: ReadonlyMap<string, string>,
): VariableSchema {
  const { value: name } = variable.name;
  const type = typeFromAST(schema, node);
  if (!isInputType(type)) throw new Error(`The variable $${name} has no input type of the schema.`);
  const own = described(inputSchema(type, definitions), { description: descriptions.get(name) });
  return {
    name,
    schema: withDefault(own, defaultValue),
    isRequired: isNonNullType(type) && defaultValue === undefined,
  };
}

/** The schema of an object of variables; of a document of its own, with its definitions. */
export function variablesSchema(
  variables: readonly VariableSchema[],
  definitions?: Pick<SchemaDefinitions, 'all'>,
): JsonSchema {
  const required = variables.filter(({ isRequired }) => isRequired).map(({ name }) => name);
  const $defs = definitions?.all;
  return {
    type: 'object',
    properties: Object.fromEntries(variables.map(({ name, schema }) => [name, schema])),
    ...(required.length > 0 && { required }),
    additionalProperties: false,
    ...($defs && { $defs }),
  };
}

/** A list is written as a list; GraphQL's single values in place of one (section 3.11) are not described. */
export function inputSchema(type: GraphQLInputType, definitions: SchemaDefinitions): JsonSchema {
  if (isNonNullType(type)) return nonNull(type.ofType, definitions);
  return orNull(nonNull(type, definitions));
}

function nonNull(type: GraphQLInputType, definitions: SchemaDefinitions): JsonSchema {
  if (isNonNullType(type)) return nonNull(type.ofType, definitions);
  if (isListType(type)) return { type: 'array', items: inputSchema(type.ofType, definitions) };
  if (isScalarType(type)) return scalarSchema(type);
  if (isEnumType(type)) return definitions.refer(type.name, () => enumSchema(type));
  return definitions.refer(type.name, () => objectSchema(type, definitions));
}

function objectSchema(type: GraphQLInputObjectType, definitions: SchemaDefinitions): JsonSchema {
  const fields = Object.values(type.getFields());
  const required = fields.filter((field) => isNonNullType(field.type) && field.defaultValue === undefined);
  return {
    type: 'object',
    ...(type.description && { description: type.description }),
    properties: Object.fromEntries(fields.map((field) => [field.name, fieldSchema(type, field, definitions)])),
    ...(required.length > 0 && { required: required.map(({ name }) => name) }),
    ...(type.isOneOf && { minProperties: 1, maxProperties: 1 }),
    additionalProperties: false,
  };
}

function fieldSchema(
  { isOneOf }: GraphQLInputObjectType,
  { type, description, deprecationReason, defaultValue }: GraphQLInputField,
  definitions: SchemaDefinitions,
): JsonSchema {
  const schema = isOneOf ? nonNull(type, definitions) : inputSchema(type, definitions);
  const about = described(schema, { description, isDeprecated: deprecationReason != null });
  return defaultValue === undefined ? about : withDefault(about, astFromValue(defaultValue, type) ?? undefined);
}

function withDefault(schema: JsonSchema, literal: ValueNode | undefined): JsonSchema {
  const value = literal && jsonOf(literal);
  return value ? { ...schema, default: value.json } : schema;
}

/** A literal as JSON; undefined for one with a number that JavaScript would round. */
function jsonOf(literal: ValueNode): { json: unknown } | undefined {
  switch (literal.kind) {
    case Kind.NULL:
      return { json: null };
    case Kind.INT:
    case Kind.FLOAT: {
      const number = Number(literal.value);
      return literal.kind === Kind.FLOAT || Number.isSafeInteger(number) ? { json: number } : undefined;
    }
    case Kind.LIST: {
      const items = literal.values.map(jsonOf);
      return items.every((item) => item !== undefined) ? { json: items.map(({ json }) => json) } : undefined;
    }
    case Kind.OBJECT: {
      const fields = literal.fields.map(({ name, value }) => [name.value, jsonOf(value)] as const);
      if (fields.some(([, value]) => value === undefined)) return undefined;
      return { json: Object.fromEntries(fields.map(([name, value]) => [name, value?.json])) };
    }
    case Kind.VARIABLE:
      return undefined;
    default:
      return { json: literal.value };
  }
}
