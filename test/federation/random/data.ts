// Data of a random federated graph: every value follows from the object's id and the field, so that the subgraphs and
// the monolithic schema agree without storing anything. A subgraph resolves only what it owns.
import { type GraphQLFieldResolver, type GraphQLResolveInfo, getDirectiveValues } from 'graphql';
import { hash } from '../../differential/random.ts';
import type { Representation } from '../subgraph-server.ts';
import type { FederatedGraph, FieldModel } from './generate.ts';

export interface Thing {
  __typename: string;
  /** Type and number, such as `User3`. */
  id: string;
  /** Fields that the subgraph does not own and has for this object: of the representation, or provided. */
  given?: ReadonlyMap<string, unknown>;
}

/** A value type: an object without a key. */
interface Money {
  __typename: 'Money';
  key: string;
}

const objectsOfType = 4;

/** A key field's value; undefined for other fields. `at` is an object with the field `place`. */
function keyValue(id: string, field: string): unknown {
  if (field === 'id') return id;
  if (field === 'code') return `code-${id}`;
  if (field === 'region') return `region-${hash(id) & 1}`;
  return field === 'at' ? { place: `at-${id}` } : undefined;
}

/** The object that a representation identifies in a subgraph; null if there is none. */
export function thingOf(
  graph: FederatedGraph,
  subgraph: string,
  { __typename, ...fields }: Representation,
): Thing | null {
  const { id: given, code, at } = fields as { id?: string; code?: string; at?: { place: string } };
  const id = given ?? code?.replace('code-', '') ?? at?.place.replace('at-', '') ?? '';
  const type = typeOf(id);
  const isKnown = graph.entities.some(
    ({ name, implements: implemented }) => name === type && (name === __typename || implemented === __typename),
  );
  if (!isKnown || Number(id.slice(type.length)) >= objectsOfType) return null;
  for (const name of ['code', 'region']) {
    if (fields[name] !== undefined && fields[name] !== keyValue(id, name)) return null;
  }
  return { __typename: typeNameIn(graph, subgraph, type), id, given: new Map(Object.entries(fields)) };
}

/**
 * Resolves every field of the graph.
 * @param subgraph whose schema it is for; null for the monolithic schema.
 * @param onServed called with a field that has a label, and the subgraph that serves it; may throw.
 */
export function resolverFor(
  graph: FederatedGraph,
  subgraph: string | null,
  onServed: (field: FieldModel, subgraph: string) => void = () => undefined,
): GraphQLFieldResolver<Thing | Money | { place: string } | undefined, unknown> {
  const data = new Data(graph);
  return (source, args, _context, info) => {
    const { fieldName, parentType, returnType } = info;
    if (source && 'place' in source) return source.place;
    if (source && 'key' in source) return fieldName === 'amount' ? hash(source.key) & 0xff : shouted(source.key, info);
    if (!source || source.__typename === 'Query') {
      const value = data.value(fieldName, String(returnType), `${fieldName} ${JSON.stringify(args.n ?? null)}`);
      return each(value, (thing) => asServed(thing as Thing, fieldName));
    }
    const known = keyValue(source.id, fieldName);
    if (known !== undefined) return known;
    const field = data.field(source.id, fieldName);
    const country = countryOf(info);
    if (subgraph === null) return shouted(data.fieldValue(source.id, field, args.n, country), info);
    const isServed = field.owners.includes(subgraph) || (field.label !== undefined && field.overrides === subgraph);
    if (!isServed) {
      const given = source.given?.get(fieldName);
      if (given === undefined) throw new Error(`${subgraph} does not serve ${parentType.name}.${fieldName}`);
      return shouted(inCountry(given, country), info);
    }
    if (field.label !== undefined) onServed(field, subgraph);
    const inputs = field.requires.map((required) => {
      const [name = '', nested] = required.split(/[ {}]+/);
      const given = source.given?.get(name);
      if (given === undefined) throw new Error(`${subgraph} needs ${name} of ${source.id}`);
      return JSON.stringify(nested ? each(given, (one) => (one as Record<string, unknown>)[nested]) : given);
    });
    const value = data.fieldValue(source.id, field, args.n, country, inputs);
    return shouted(
      each(value, (thing) => asServed(thing as Thing, '')),
      info,
    );
  };

  function asServed<Value>(value: Value | Thing, root: string): Value | Thing {
    if (subgraph === null || typeof value !== 'object' || !value || !('id' in value)) return value;
    const provides = graph.roots.find(({ name }) => name === root)?.provides ?? [];
    const given = new Map(
      provides.map((name) => [name, data.fieldValue(value.id, data.field(value.id, name), undefined, null)]),
    );
    return { ...value, given, __typename: typeNameIn(graph, subgraph, value.__typename) };
  }
}

class Data {
  readonly #graph: FederatedGraph;

  constructor(graph: FederatedGraph) {
    this.#graph = graph;
  }

  field(id: string, name: string): FieldModel {
    const { entities, interfaces } = this.#graph;
    const entity = entities.find((one) => one.name === typeOf(id));
    const inherited = interfaces.find((one) => one.name === entity?.implements)?.fields ?? [];
    const found = [...(entity?.fields ?? []), ...inherited].find((field) => field.name === name);
    if (!found) throw new Error(`no field ${name} of ${id}`);
    return found;
  }

  /**
   * @param n its argument; by default that of a field that is an input.
   * @param country in which the request is: it changes strings, also those that a field is computed from.
   * @param inputs of a computed field, as JSON texts; those of the data itself, unless given.
   */
  fieldValue(
    id: string,
    field: FieldModel,
    n: unknown = field.takesArgument ? 1 : null,
    country: string | null,
    inputs?: string[],
  ): unknown {
    const texts = inputs ?? field.requires.map((required) => this.#input(id, required, country));
    const value = this.value(field.name, field.type, [id, field.name, JSON.stringify(n), ...texts].join(' '));
    return inCountry(value, country);
  }

  /** A value of a type in SDL, which follows from `key`. */
  value(field: string, type: string, key: string): unknown {
    const named = type.replace(/[[\]!]/g, '');
    if (!type.endsWith('!') && choice(`${key} null`, 6) === 0) return null;
    if (!type.startsWith('[')) return this.#one(field, named, key);
    const isNullable = !/!\]!?$/.test(type);
    return Array.from({ length: choice(`${key} length`, 4) }, (_, index) =>
      isNullable && index === 1 ? null : this.#one(field, named, `${key} ${index}`),
    );
  }

  #one(field: string, named: string, key: string): unknown {
    if (named === 'Int') return hash(key) & 0xff;
    if (named === 'String') return key;
    if (named === 'Money') return { __typename: 'Money', key };
    if (named === 'Query') return { __typename: 'Query', id: 'Query' };
    const { entities, unions } = this.#graph;
    const implementing = entities.filter((entity) => entity.implements === named).map(({ name }) => name);
    const members = implementing.length > 0 ? implementing : [named];
    const possible = named === 'Anything' ? (unions.get(field.replace('anything_', '')) ?? []) : members;
    const type = possible[choice(`${key} type`, possible.length)] as string;
    return { __typename: type, id: `${type}${choice(key, objectsOfType)}` };
  }

  /** `f1`, or a key field of what it returns: `f1 { id }`. */
  #input(id: string, required: string, country: string | null): string {
    const [name = '', nested] = required.split(/[ {}]+/);
    const value = this.fieldValue(id, this.field(id, name), undefined, country);
    return JSON.stringify(nested ? each(value, (thing) => keyValue((thing as Thing).id, nested)) : value);
  }
}

/** The values of `@inContext` in the operation, as text; null without it. */
function countryOf({ schema, operation, variableValues }: GraphQLResolveInfo): string | null {
  const definition = schema.getDirective('inContext');
  const values = definition && getDirectiveValues(definition, operation, variableValues);
  return values ? `${values.country} ${JSON.stringify(values.at)}` : null;
}

function inCountry(value: unknown, country: string | null): unknown {
  return country === null ? value : withStrings(value, (text) => `${text} in ${country}`);
}

/** Strings as the `@shout`s of the field's mentions change them. */
function shouted(value: unknown, { schema, fieldNodes, variableValues }: GraphQLResolveInfo): unknown {
  const definition = schema.getDirective('shout');
  if (!definition) return value;
  const shouts = fieldNodes.flatMap(({ directives = [] }) =>
    directives.flatMap((directive) => {
      const { times } = getDirectiveValues(definition, { directives: [directive] }, variableValues) ?? {};
      return times === undefined ? [] : `!${String(times)}`;
    }),
  );
  return shouts.length === 0 ? value : withStrings(value, (text) => `${text}${shouts.join('')}`);
}

function withStrings(value: unknown, change: (text: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => withStrings(item, change));
  return typeof value === 'string' ? change(value) : value;
}

function choice(key: string, count: number): number {
  return Math.abs(hash(key)) % count;
}

function each(value: unknown, map: (one: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => each(item, map));
  return value === null ? null : map(value);
}

function typeOf(id: string): string {
  return id.replace(/\d+$/, '');
}

/** The subgraph of an interface object does not know the concrete types. */
function typeNameIn({ entities, interfaces }: FederatedGraph, subgraph: string, type: string): string {
  const implemented = entities.find(({ name }) => name === type)?.implements;
  const isObject = interfaces.some(({ name, objectIn }) => name === implemented && objectIn === subgraph);
  return implemented && isObject ? implemented : type;
}
