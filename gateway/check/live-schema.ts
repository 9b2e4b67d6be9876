// Schema of a running service, by introspection: with deprecations and directive definitions as far as the service
// supports them, and with default values as exact literals.
import {
  buildClientSchema,
  type ConstValueNode,
  type GraphQLSchema,
  getIntrospectionQuery,
  type IntrospectionInputValue,
  type IntrospectionQuery,
  parseConstValue,
} from 'graphql';
import { setDefaultsFrom } from '../compose/default-literals.ts';
import { argumentCoordinate, directiveArgumentOf, memberCoordinate } from '../compose/schema-elements.ts';

export interface QueryResult {
  data: Record<string, unknown>;
  errors?: readonly { message?: string; path?: readonly (string | number)[] }[] | undefined;
}

/** Sends a query to the service; throws if the service cannot be reached, or returns no data. */
export type Query = (query: string) => Promise<QueryResult>;

export interface LiveSchema {
  schema: GraphQLSchema;
  /**
   * Coordinates of defaults that the service fails to introspect, as GraphQL.js 16 does for objects of custom scalars.
   */
  unknownDefaults: ReadonlySet<string>;
}

export async function introspect(query: Query): Promise<LiveSchema> {
  return readIntrospection(await queryIntrospection(query));
}

/** The result of an introspection as complete as the service supports. */
export async function queryIntrospection(query: Query): Promise<QueryResult> {
  return query(getIntrospectionQuery(await abilities(query)));
}

/** The schema of an introspection's result. @throws Error for data that describes no schema. */
export function readIntrospection({ data, errors = [] }: QueryResult): LiveSchema {
  const introspection = data as unknown as IntrospectionQuery;
  const schema = buildClientSchema(introspection);
  const literals = new Map<string, ConstValueNode>();
  const coordinates = new Map<IntrospectionInputValue, string>();
  for (const [coordinate, value] of inputValuesOf(introspection)) {
    coordinates.set(value, coordinate);
    if (value.defaultValue) literals.set(coordinate, parseConstValue(value.defaultValue));
  }
  setDefaultsFrom(schema, literals);
  const unknownDefaults = new Set<string>();
  for (const { path = [] } of errors) {
    if (path.at(-1) !== 'defaultValue') continue;
    const coordinate = coordinates.get(valueAt(data, path.slice(0, -1)) as IntrospectionInputValue);
    if (coordinate) unknownDefaults.add(coordinate);
  }
  return { schema, unknownDefaults };
}

/** Options for what the service's introspection supports beyond its oldest form. */
async function abilities(query: Query): Promise<NonNullable<Parameters<typeof getIntrospectionQuery>[0]>> {
  const { data } = await query(`{
    schema: __type(name: "__Schema") { fields { name } }
    type: __type(name: "__Type") { fields { name args { name } } }
    directive: __type(name: "__Directive") { fields { name args { name } } }
  }`);
  const has = (type: string, name: string, argument?: string) => {
    const { fields = [] } = (data[type] ?? {}) as { fields?: { name: string; args?: { name: string }[] }[] };
    const field = fields?.find((each) => each.name === name);
    return (
      field !== undefined && (argument === undefined || field.args?.some((each) => each.name === argument) === true)
    );
  };
  return {
    schemaDescription: has('schema', 'description'),
    specifiedByUrl: has('type', 'specifiedByURL'),
    oneOf: has('type', 'isOneOf'),
    directiveIsRepeatable: has('directive', 'isRepeatable'),
    // Without it, deprecated inputs would be taken for removed ones.
    inputValueDeprecation:
      has('type', 'inputFields', 'includeDeprecated') && has('directive', 'args', 'includeDeprecated'),
  };
}

function* inputValuesOf({
  __schema: { types, directives },
}: IntrospectionQuery): Generator<[string, IntrospectionInputValue]> {
  for (const type of types) {
    if ('inputFields' in type) {
      for (const field of type.inputFields ?? []) yield [memberCoordinate(type.name, field.name), field];
    }
    if ('fields' in type) {
      for (const { name, args } of type.fields ?? []) {
        for (const argument of args) yield [argumentCoordinate(type.name, name, argument.name), argument];
      }
    }
  }
  for (const { name, args } of directives) {
    for (const argument of args) yield [directiveArgumentOf(name, argument.name), argument];
  }
}

function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  let inner = value;
  for (const key of path) inner = (inner as Record<string, unknown> | null | undefined)?.[key];
  return inner;
}
