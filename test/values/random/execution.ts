// Execution by graphql-js in which numbers are held as text: for services' requests, and for an operation on a single
// schema over the same data.
import {
  type ExecutionResult,
  execute,
  type FieldNode,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLInputType,
  type GraphQLSchema,
  getDirectiveValues,
  getOperationAST,
  getVariableValues,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  Kind,
  type NamedTypeNode,
  type OperationDefinitionNode,
  parse,
  typeFromAST,
  type ValueNode,
  validate,
  valueFromAST,
} from 'graphql';
import { JsonNumber } from '../../harness/json-numbers.ts';
import type { Thing } from './fixtures.ts';

export interface Request {
  query: string;
  /** As `readJson` returns them. */
  variables: Record<string, unknown>;
  operationName?: string | undefined;
}

/** The arguments of the directive `@mark` on the field stand among its arguments, as `@mark`. */
export type Resolve = (parent: Thing, field: string, args: Record<string, unknown>) => unknown;

/** Makes the custom scalars of a schema take and give `JsonNumber`s, also as defaults. */
export function preserveNumbers(schema: GraphQLSchema): GraphQLSchema {
  for (const name of ['Long', 'Decimal', 'JSON', 'KeyOfLookup']) {
    const type = schema.getType(name);
    if (isScalarType(type)) type.parseLiteral = (node, variables) => literalValue(node, variables ?? {});
  }
  const types = Object.values(schema.getTypeMap()).filter((type) => !type.name.startsWith('__'));
  // Input fields first: a default of an argument that leaves one out has that field's.
  const inputs = types.filter(isInputObjectType).flatMap((type) => Object.values(type.getFields()));
  const fields = types.filter((type) => isObjectType(type) || isInterfaceType(type));
  const args = fields.flatMap((type) => Object.values(type.getFields()).flatMap((field) => field.args));
  for (const input of [...inputs, ...args, ...schema.getDirectives().flatMap((directive) => directive.args)]) {
    const literal = input.astNode?.defaultValue;
    if (literal) input.defaultValue = valueFromAST(literal, input.type);
  }
  return schema;
}

function literalValue(node: ValueNode, variables: Record<string, unknown>): unknown {
  switch (node.kind) {
    case Kind.INT:
    case Kind.FLOAT:
      return new JsonNumber(node.value);
    case Kind.LIST:
      return node.values.map((value) => literalValue(value, variables));
    case Kind.OBJECT:
      return Object.fromEntries(node.fields.map(({ name, value }) => [name.value, literalValue(value, variables)]));
    case Kind.VARIABLE:
      return variables[node.name.value] ?? null;
    case Kind.NULL:
      return null;
    default:
      return node.value;
  }
}

/** The errors of a request by the schema's own rules, or null. */
export function faultIn(schema: GraphQLSchema, { query, variables }: Request): string | null {
  try {
    const document = parse(query);
    const invalid = validate(schema, document);
    if (invalid.length > 0) return invalid.join('; ');
    const definitions = getOperationAST(document)?.variableDefinitions ?? [];
    const { errors } = getVariableValues(schema, definitions, coercible(schema, getOperationAST(document), variables));
    if (errors) return errors.join('; ');
    const surplus = Object.keys(variables).filter((key) => !definitions.some((one) => one.variable.name.value === key));
    return surplus.length > 0 ? `variables that are not declared: ${surplus.join(', ')}` : null;
  } catch (error) {
    return String(error);
  }
}

/** @param typeName the schema's name for a type of the graph. */
export async function executeRequest(
  schema: GraphQLSchema,
  { query, variables, operationName }: Request,
  resolve: Resolve,
  typeName = (type: string): string => type,
): Promise<FormattedExecutionResult> {
  const document = parse(query);
  const directive = schema.getDirective('mark');
  const result: ExecutionResult = await execute({
    schema,
    document,
    variableValues: coercible(schema, getOperationAST(document, operationName), variables),
    operationName: operationName ?? null,
    fieldResolver: (
      source: Thing | undefined,
      args,
      _context,
      { parentType, fieldName, fieldNodes, variableValues },
    ) => {
      const mark = directive && getDirectiveValues(directive, fieldNodes[0] as FieldNode, variableValues);
      const all = mark ? { ...args, '@mark': mark } : args;
      return resolve(source ?? { type: parentType.name, number: 0 }, fieldName, all);
    },
    typeResolver: ({ type }: Thing) => typeName(type),
  });
  const { data, errors } = result;
  return {
    ...(data !== undefined && { data }),
    ...(errors && { errors: errors.map((error) => new GraphQLError(error.message, error).toJSON()) }),
  };
}

/** Numbers for Int and Float become JavaScript's, those for ID their text; custom scalars leave them as they are. */
function coercible(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode | null | undefined,
  variables: Record<string, unknown>,
): Record<string, unknown> {
  const types = new Map(
    (operation?.variableDefinitions ?? []).map(({ variable, type }) => [
      variable.name.value,
      typeFromAST(schema, type as NamedTypeNode) as GraphQLInputType | undefined,
    ]),
  );
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, coercibleAs(types.get(name), value)]),
  );
}

function coercibleAs(type: GraphQLInputType | undefined, value: unknown): unknown {
  if (!type) return value;
  if (isNonNullType(type)) return coercibleAs(type.ofType, value);
  if (isListType(type)) {
    const items = type.ofType;
    return Array.isArray(value) ? value.map((item) => coercibleAs(items, item)) : coercibleAs(items, value);
  }
  if (isInputObjectType(type) && typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const fields = type.getFields();
    // GraphQL.js takes what an object inherits for its fields.
    const bare: Record<string, unknown> = Object.create(null);
    for (const [name, item] of Object.entries(value)) bare[name] = coercibleAs(fields[name]?.type, item);
    return bare;
  }
  if (!(value instanceof JsonNumber)) return value;
  if (type.name === 'ID') return value.text;
  return type.name === 'Int' || type.name === 'Float' ? Number(value.text) : value;
}
