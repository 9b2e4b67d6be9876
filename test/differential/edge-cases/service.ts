// Services of the edge-case graph: schemas whose fields all come from the fixtures.
import { readFileSync } from 'node:fs';
import { parseSelectionSet } from '@graphql-tools/utils';
import {
  type ExecutionResult,
  execute,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  getNamedType,
  isListType,
  isNonNullType,
  Kind,
  parse,
  type SelectionSetNode,
} from 'graphql';
import { buildSourceSchema } from '../../../gateway/compose/sdl.ts';
import { decode, type Fixtures, idOf, type Thing } from './fixtures.ts';
import { withMarks } from './marks.ts';
import { graphRootField, graphType } from './renames.ts';

export interface Service {
  name: string;
  sdl: string;
  schema: GraphQLSchema;
  /** @throws for a service that is down. */
  response(request: { text: string; variables: Record<string, unknown> }, fixtures: Fixtures): Promise<ExecutionResult>;
}

/** Lookup fields. */
const lookups = /^(_\w+|gamma)$/;

/** The fields that others are computed from. */
export const requirements: ReadonlyMap<string, SelectionSetNode> = new Map([
  ['Alpha.volume', parseSelectionSet('{ area weight }')],
  ['Alpha.report', parseSelectionSet('{ weight beta { code tags } grid }')],
  ['Alpha.price', parseSelectionSet('{ volume }')],
  ['Book.shipping', parseSelectionSet('{ price pages }')],
  ['Book.blurb', parseSelectionSet('{ author { age } }')],
  ['Book.offer', parseSelectionSet('{ shipping }')],
]);

export function openService(name: string): Service {
  const sdl = readFileSync(new URL(`./${name}.graphql`, import.meta.url), 'utf8');
  return serviceOf(name, sdl, buildSourceSchema(sdl, name));
}

/** A service whose fields all come from the fixtures. */
export function serviceOf(name: string, sdl: string, schema: GraphQLSchema): Service {
  return {
    name,
    sdl,
    schema,
    async response({ text, variables }, fixtures) {
      if (fixtures.weather.down.has(name)) throw new Error('down');
      const result = await execute({
        schema,
        document: parse(text),
        variableValues: variables,
        fieldResolver: resolverOf(name, schema, fixtures),
        typeResolver: (thing: Thing) => thing.type,
      });
      return JSON.parse(JSON.stringify(result), decode);
    },
  };
}

function resolverOf(name: string, schema: GraphQLSchema, fixtures: Fixtures): GraphQLFieldResolver<unknown, unknown> {
  return (source, args, _context, info) => {
    const root = info.path.prev === undefined;
    const fieldName = root ? graphRootField(info.fieldName) : info.fieldName;
    if (root && lookups.test(fieldName)) return lookUp(name, info.returnType, args, fixtures);
    const parent: Thing = root ? rootThing(info.parentType.name, name) : (source as Thing);
    const required = requirements.get(`${parent.type}.${fieldName}`);
    const marked = withMarks(schema, args, info);
    const all = required ? { ...marked, required: chosen(parent.given ?? {}, required) } : marked;
    if (info.parentType.name === 'Mutation') fixtures.change(args);
    return fixtures.value(parent, fieldName, all, info.returnType, schema, true);
  };
}

export function rootThing(type: string, from: string): Thing {
  return { type, id: 'root', from };
}

function lookUp(name: string, returnType: unknown, args: Record<string, unknown>, fixtures: Fixtures): unknown {
  const [keys] = Object.values(args);
  const nullable = isNonNullType(returnType) ? returnType.ofType : returnType;
  const find = (key: unknown): unknown => {
    const { __typename } = Object(key) as { __typename?: string };
    const type = __typename ?? graphType(String(getNamedType(returnType as never)));
    const thing: Thing = { type, id: idOf(key), from: name };
    const found = fixtures.find(name, thing.type, thing.id);
    if (found !== 'found') return found === 'missing' ? null : found;
    return typeof key === 'object' ? { ...thing, given: key } : thing;
  };
  return isListType(nullable) ? (keys as unknown[]).map(find) : find(keys);
}

/** The part of a value that is selected; null where there is nothing. */
function chosen(value: unknown, fields: SelectionSetNode | undefined): unknown {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.map((item) => chosen(item, fields));
  if (!fields) return value;
  return Object.fromEntries(
    fields.selections.flatMap((field) => {
      if (field.kind !== Kind.FIELD) return [];
      return [[field.name.value, chosen((value as Record<string, unknown>)[field.name.value], field.selectionSet)]];
    }),
  );
}
