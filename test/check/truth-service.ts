// A service that uses every freedom that its schema gives it, and what a client that was generated from a schema accepts.
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import {
  buildSchema,
  type DocumentNode,
  execute,
  type GraphQLEnumType,
  type GraphQLInputType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  parse,
  type ResponsePath,
  type SelectionSetNode,
  typeFromAST,
} from 'graphql';
import { listen } from '../harness/listen.ts';

/**
 * Rounds of one operation: each with other members, nulls and variables. In odd rounds, nullable leaves are null, and nullable
 * objects at one depth.
 */
export const ROUNDS = 16;
/** Rounds of variables that leave something out: at each of five depths of inputs, what is optional is absent, or null. */
const LACKING = 10;
/** Depths of objects below the root, of which one is null in an odd round. */
const DEPTHS = 4;
/** Members of an interface that are tried: the changed one first, then those that the operation names. */
const MEMBERS = 4;

export interface FreeService {
  url: string;
  /** @param tried type whose objects are tried first. */
  serve(sdl: string, tried?: string): void;
  round: number;
  /** The client's operation: objects of the types that it names are tried first. The request to the service may name all. */
  operation: string;
  stop(): Promise<void>;
}

export async function startFreeService(): Promise<FreeService> {
  let schema: GraphQLSchema;
  let first: string | undefined;
  const service: FreeService = {
    url: '',
    serve: (sdl, tried) => {
      schema = buildSchema(sdl);
      first = tried;
    },
    round: 0,
    operation: '',
    stop: async () => {},
  };
  const server = createServer(async (request, response) => {
    const { query, variables } = JSON.parse(await text(request));
    const result = await execute({
      schema,
      document: parse(query),
      variableValues: variables,
      rootValue: {},
      fieldResolver: (_source, _arguments, _context, { returnType, path }) =>
        outputOf(
          returnType,
          { schema, first, operation: service.operation, round: service.round, depth: depthOf(path) },
          path.prev !== undefined,
        ),
    });
    response.setHeader('content-type', 'application/json').end(JSON.stringify(result));
  });
  const { origin, stop } = await listen(server);
  return Object.assign(service, { url: `${origin}/graphql`, stop });
}

interface Served {
  schema: GraphQLSchema;
  operation: string;
  first: string | undefined;
  round: number;
  /** Fields above the value. */
  depth: number;
}

function depthOf(path: ResponsePath | undefined): number {
  let depth = -1;
  for (let at = path; at; at = at.prev) if (typeof at.key === 'string') depth += 1;
  return depth;
}

function outputOf(type: GraphQLOutputType, served: Served, mayBeNull: boolean): unknown {
  const { schema, first, operation, round } = served;
  if (isNonNullType(type)) return outputOf(type.ofType, served, false);
  const isNullRound = isLeafType(getNamedType(type)) || served.depth === 1 + (Math.floor(round / 2) % DEPTHS);
  if (mayBeNull && round % 2 === 1 && isNullRound) return null;
  if (isListType(type)) return [outputOf(type.ofType, served, true)];
  const turn = Math.floor(round / 2);
  if (isAbstractType(type)) {
    const members = schema.getPossibleTypes(type).map(({ name }) => name);
    const isNamed = (name: string) => new RegExp(`\\b${name}\\b`).test(operation);
    const tried = members.filter((name) => name === first);
    const others = members.filter((name) => name !== first);
    const named = [...tried, ...others.filter(isNamed), ...others.filter((name) => !isNamed(name))].slice(0, MEMBERS);
    return { __typename: named[turn % named.length] };
  }
  if (isObjectType(type)) return { __typename: type.name };
  if (isEnumType(type)) return type.getValues()[turn % type.getValues().length]?.name;
  return scalarValues[type.name] ?? 7;
}

const scalarValues: Record<string, unknown> = { Int: 3, Float: 1.5, Boolean: true, String: 'text', ID: 'id' };

/** Variables of a round, which the schema accepts. @param after the changed schema: values that it lacks are tried first. */
export function variablesOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  round: number,
  after?: GraphQLSchema,
): Record<string, unknown> {
  const { variableDefinitions = [] } = operationOf(document);
  return Object.fromEntries(
    variableDefinitions.flatMap(({ variable, type, defaultValue }) => {
      const given = typeFromAST(schema, type as never) as GraphQLInputType;
      const value = inputOf(given, { round, after }, 0, defaultValue !== undefined);
      return value === undefined ? [] : [[variable.name.value, value]];
    }),
  );
}

interface Given {
  round: number;
  after: GraphQLSchema | undefined;
  /** Input types around the value: of one within itself, what is optional is left out. */
  around?: readonly string[];
}

function inputOf(type: GraphQLInputType, given: Given, depth: number, hasDefault: boolean): unknown {
  const { round } = given;
  const isLacking = round < LACKING && depth >= Math.floor(round / 2);
  const isOptional = hasDefault || !isNonNullType(type);
  if (isLacking && round % 2 === 0 && isOptional) return undefined;
  if (isNonNullType(type)) return presentOf(type.ofType, given, depth);
  return isLacking && round % 2 === 1 ? null : presentOf(type, given, depth);
}

function presentOf(type: GraphQLInputType, given: Given, depth: number): unknown {
  if (isNonNullType(type)) return presentOf(type.ofType, given, depth);
  if (isListType(type)) return [presentOf(type.ofType, given, depth)];
  if (isEnumType(type)) return enumValue(type, given);
  if (!isInputObjectType(type)) return scalarValues[type.name] ?? 7;
  const fields = Object.values(type.getFields());
  const required = fields.filter((field) => isNonNullType(field.type) && field.defaultValue === undefined);
  const { around = [] } = given;
  const isWithinItself = around.includes(type.name);
  const inner = { ...given, around: [...around, type.name] };
  const present = type.isOneOf
    ? fields.slice(given.round % fields.length).slice(0, 1)
    : isWithinItself
      ? required
      : fields;
  return Object.fromEntries(
    present.flatMap((field) => {
      const value = type.isOneOf
        ? presentOf(field.type, inner, depth + 1)
        : inputOf(field.type, inner, depth + 1, field.defaultValue !== undefined);
      return value === undefined ? [] : [[field.name, value]];
    }),
  );
}

function enumValue(type: GraphQLEnumType, { round, after }: Given): string | undefined {
  const names = type.getValues().map(({ name }) => name);
  const next = after?.getType(type.name);
  const lost = isEnumType(next) ? names.find((name) => !next.getValue(name)) : undefined;
  return lost !== undefined && round % 2 === 0 ? lost : names[round % names.length];
}

function operationOf(document: DocumentNode): OperationDefinitionNode {
  return document.definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION) as OperationDefinitionNode;
}

/** Where the data is not what the schema promises; null for nowhere. Unknown values of enums and types are accepted. */
export function deviation(schema: GraphQLSchema, document: DocumentNode, data: unknown): string | null {
  const { operation, selectionSet } = operationOf(document);
  const fragments = new Map(
    document.definitions.flatMap((one) =>
      one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one] as const] : [],
    ),
  );
  const ofObject = (
    typeName: string,
    selections: SelectionSetNode,
    value: Record<string, unknown>,
    path: string,
  ): string | null => {
    const type = schema.getType(typeName);
    // A new type, of which the client knows no fields.
    if (!isObjectType(type)) return null;
    const applies = (condition: string | undefined) => {
      const named = condition === undefined ? type : schema.getType(condition);
      return named === type || (isAbstractType(named) && schema.isSubType(named, type));
    };
    for (const selection of selections.selections) {
      let found: string | null = null;
      if (selection.kind === Kind.FIELD) {
        const { value: name } = selection.name;
        const field = type.getFields()[name];
        if (field) found = ofValue(field.type, selection.selectionSet, value[name], `${path}.${name}`);
      } else {
        const one = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
        if (one && applies(one.typeCondition?.name.value)) found = ofObject(typeName, one.selectionSet, value, path);
      }
      if (found) return found;
    }
    return null;
  };
  const ofValue = (
    type: GraphQLOutputType,
    selections: SelectionSetNode | undefined,
    value: unknown,
    path: string,
  ): string | null => {
    if (value === undefined) return `${path} is missing`;
    if (isNonNullType(type)) return value === null ? `${path} is null` : ofValue(type.ofType, selections, value, path);
    if (value === null) return null;
    if (isListType(type)) {
      if (!Array.isArray(value)) return `${path} is no list`;
      return value.map((item) => ofValue(type.ofType, selections, item, path)).find((found) => found !== null) ?? null;
    }
    if (selections) {
      const object = value as Record<string, unknown>;
      return ofObject(String(object.__typename ?? getNamedType(type).name), selections, object, path);
    }
    const accepts = scalars[(type as { name: string }).name] ?? (isEnumType(type) ? isText : Number.isInteger);
    return accepts(value) ? null : `${path} is ${JSON.stringify(value)}`;
  };
  const root = schema.getRootType(operation);
  return root ? ofObject(root.name, selectionSet, data as Record<string, unknown>, 'data') : 'no root type';
}

const isText = (value: unknown) => typeof value === 'string';
const scalars: Record<string, (value: unknown) => boolean> = {
  Int: Number.isInteger,
  Float: (value) => typeof value === 'number',
  Boolean: (value) => typeof value === 'boolean',
  String: isText,
  ID: isText,
};
