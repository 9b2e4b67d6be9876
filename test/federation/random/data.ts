// Data of a random federated graph: every value follows from the object's id and the field, so that the subgraphs and the
// monolithic schema agree without storing anything. A subgraph resolves only what it owns.
import { type GraphQLFieldResolver, getNamedType, isListType, isNonNullType } from 'graphql';
import { hash } from '../../differential/random.ts';
import type { Representation } from '../subgraph-server.ts';
import type { EntityModel, FederatedGraph, FieldModel } from './generate.ts';

export interface Thing {
  __typename: string;
  /** Type and number, such as `User3`. */
  id: string;
  /** Fields that the subgraph does not own and has for this object: of the representation, or provided. */
  given?: ReadonlyMap<string, unknown>;
}

const count = 4;

function keyValue(id: string, field: string): string | undefined {
  if (field === 'id') return id;
  if (field === 'code') return `code-${id}`;
  return field === 'region' ? `region-${hash(id) & 1}` : undefined;
}

/** The object that a representation identifies in a subgraph; null if there is none. */
export function thingOf(
  graph: FederatedGraph,
  subgraph: string,
  { __typename, ...fields }: Representation,
): Thing | null {
  const id = typeof fields.id === 'string' ? fields.id : String(fields.code ?? '').replace('code-', '');
  const type = id.replace(/\d+$/, '');
  const isKnown = graph.entities.some(
    ({ name, implements: implemented }) => name === type && (name === __typename || implemented === __typename),
  );
  if (!isKnown || Number(id.slice(type.length)) >= count) return null;
  for (const name of ['code', 'region']) {
    if (fields[name] !== undefined && fields[name] !== keyValue(id, name)) return null;
  }
  return { __typename: typeNameIn(graph, subgraph, type), id, given: new Map(Object.entries(fields)) };
}

/**
 * Resolves every field of the graph.
 * @param subgraph whose schema it is for; null for the monolithic schema.
 */
export function resolverFor(graph: FederatedGraph, subgraph: string | null): GraphQLFieldResolver<Thing, unknown> {
  const { entities, unions } = graph;
  return (source, args, _context, info) => {
    const { fieldName, parentType, returnType } = info;
    const named = getNamedType(returnType).name;
    const known = source?.id ? keyValue(source.id, fieldName) : undefined;
    if (known !== undefined) return known;
    const entity = source?.id ? entities.find(({ name }) => name === source.id.replace(/\d+$/, '')) : undefined;
    const field = entity && fieldOf(graph, entity, fieldName);
    if (field && subgraph !== null && !field.owners.includes(subgraph)) {
      const given = source.given?.get(fieldName);
      if (given === undefined) throw new Error(`${subgraph} does not serve ${parentType.name}.${fieldName}`);
      return given;
    }
    const value = (key: string): unknown => {
      if (named === 'Int') return hash(key) & 0xff;
      if (named === 'String') return key;
      const members = membersOf(fieldName, named);
      const type = members[Math.abs(hash(`${key} type`)) % members.length] as string;
      const thing: Thing = { __typename: type, id: `${type}${Math.abs(hash(key)) % count}` };
      return withProvided(thing, fieldName);
    };
    const inputs = field?.requires.map((name) => inputOf(source, name)) ?? [];
    const key = [source?.id ?? '', fieldName, JSON.stringify(args.n ?? null), ...inputs].join(' ');
    const nullable = isNonNullType(returnType) ? returnType.ofType : returnType;
    if (nullable === returnType && Math.abs(hash(`${key} null`)) % 6 === 0) return null;
    if (!isListType(nullable)) return value(key);
    const isNullable = !isNonNullType(nullable.ofType);
    return Array.from({ length: Math.abs(hash(`${key} length`)) % 4 }, (_, index) =>
      isNullable && index === 1 ? null : value(`${key} ${index}`),
    );
  };

  function membersOf(fieldName: string, type: string): readonly string[] {
    if (type === 'Anything') return unions.get(fieldName.replace('anything_', '')) ?? [];
    const implementing = entities.filter((entity) => entity.implements === type).map(({ name }) => name);
    return implementing.length > 0 ? implementing : [type];
  }

  /** The value of an input: what the representation has, or in the monolithic schema the field's own. */
  function inputOf(source: Thing, name: string): string {
    if (subgraph === null) {
      const entity = entities.find((one) => one.name === source.__typename) as EntityModel;
      return JSON.stringify(plainValue(source.id, fieldOf(graph, entity, name) as FieldModel));
    }
    const given = source.given?.get(name);
    if (given === undefined) throw new Error(`${subgraph} needs ${name} of ${source.id}`);
    return JSON.stringify(given);
  }

  function withProvided(thing: Thing, root: string): Thing {
    const provides = graph.roots.find(({ name }) => name === root)?.provides ?? [];
    const entity = entities.find(({ name }) => name === thing.__typename) ?? null;
    const given = new Map<string, unknown>();
    for (const name of provides)
      if (entity) given.set(name, plainValue(thing.id, fieldOf(graph, entity, name) as FieldModel));
    return { ...thing, given, __typename: typeNameIn(graph, subgraph, thing.__typename) };
  }
}

/** The subgraph of an interface object does not know the concrete types. */
function typeNameIn({ entities, interfaces }: FederatedGraph, subgraph: string | null, type: string): string {
  const implemented = entities.find(({ name }) => name === type)?.implements;
  const isObject = interfaces.some(({ name, objectIn }) => name === implemented && objectIn === subgraph);
  return subgraph !== null && implemented && isObject ? implemented : type;
}

/** A scalar field without arguments. */
function plainValue(id: string, { name, type }: FieldModel): unknown {
  const key = [id, name, 'null'].join(' ');
  const scalar = (text: string) => (type.includes('Int') ? hash(text) & 0xff : text);
  const isNullable = !type.endsWith('!');
  if (isNullable && Math.abs(hash(`${key} null`)) % 6 === 0) return null;
  if (!type.startsWith('[')) return scalar(key);
  return Array.from({ length: Math.abs(hash(`${key} length`)) % 4 }, (_, index) =>
    !type.endsWith('!]!') && index === 1 ? null : scalar(`${key} ${index}`),
  );
}

function fieldOf(
  { interfaces }: FederatedGraph,
  { fields, ...entity }: EntityModel,
  name: string,
): FieldModel | undefined {
  const inherited = interfaces.find((one) => one.name === entity.implements)?.fields ?? [];
  return [...fields, ...inherited].find((field) => field.name === name);
}
