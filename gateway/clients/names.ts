// How a view calls what it has, and the way back: graph names to view names, and view names to graph names.
import {
  type GraphQLField,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLSchema,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  specifiedScalarTypes,
} from 'graphql';
import { argumentOf, memberOf, type Part } from '../compose/parts.ts';
import type { CheckedClient } from './definition.ts';
import { nearest } from './patterns.ts';

/** A field that is asked otherwise in the graph. */
export interface AskedOtherwise {
  name: string;
  /** View names to graph names, of those arguments that differ. */
  arguments: ReadonlyMap<string, string>;
}

export interface Names {
  /** Graph name to view name, of every visible type. */
  types: ReadonlyMap<string, string>;
  /** Coordinates below types, from the graph's to the view's. */
  members: ReadonlyMap<string, string>;
  /** Every coordinate of the view, types too, to the graph's. */
  graph: ReadonlyMap<string, string>;
  /** By the view's `Type.field`. */
  otherwise: ReadonlyMap<string, AskedOtherwise>;
}

type WithFields = GraphQLNamedType & {
  getFields(): Readonly<Record<string, GraphQLField<unknown, unknown>>>;
  getInterfaces(): readonly GraphQLInterfaceType[];
};

interface Naming {
  /** Graph coordinates to view names. */
  renamed: Readonly<Record<string, string>>;
  visible: ReadonlySet<string>;
  mistakes: string[];
}

/** @param mistakes takes a sentence for each rename that cannot be. */
export function nameAll(
  schema: GraphQLSchema,
  parts: readonly Part[],
  visible: ReadonlySet<string>,
  rename: CheckedClient['rename'],
  mistakes: string[],
): Names {
  mistakes.push(...unknownNames(schema, parts, rename));
  const types = typeNames(schema, visible, rename.types, mistakes);
  const members = new Map<string, string>();
  const otherwise = new Map<string, AskedOtherwise>();
  for (const [typeName, viewType] of types) {
    const type = schema.getType(typeName);
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    const nameOf = (kind: 'fields' | 'arguments', rest: string, plain: string) =>
      viewNameOf(type as WithFields, rest, plain, { renamed: rename[kind], visible, mistakes });
    const taken = new Map<string, string>();
    for (const field of Object.values((type as WithFields).getFields())) {
      const coordinate = memberOf(typeName, field.name);
      if (!visible.has(coordinate)) continue;
      const viewField = nameOf('fields', `.${field.name}`, field.name);
      collide(taken, viewField, coordinate, mistakes);
      members.set(coordinate, memberOf(viewType, viewField));
      const takenArguments = new Map<string, string>();
      const changed = new Map<string, string>();
      for (const { name } of field.args) {
        const ofGraph = argumentOf(typeName, field.name, name);
        if (!visible.has(ofGraph)) continue;
        const viewArgument = nameOf('arguments', ofGraph.slice(typeName.length), name);
        collide(takenArguments, viewArgument, ofGraph, mistakes);
        members.set(ofGraph, argumentOf(viewType, viewField, viewArgument));
        if (viewArgument !== name) changed.set(viewArgument, name);
      }
      if (viewField !== field.name || changed.size > 0) {
        otherwise.set(memberOf(viewType, viewField), { name: field.name, arguments: changed });
      }
    }
  }
  for (const part of parts) {
    const viewType = types.get(part.type);
    if (part.member === undefined || !visible.has(part.coordinate) || members.has(part.coordinate)) continue;
    if (viewType !== undefined) members.set(part.coordinate, memberOf(viewType, part.member));
  }
  const graph = new Map([...types, ...members].map(([ofGraph, ofView]) => [ofView, ofGraph]));
  return { types, members, graph, otherwise };
}

/** Every visible type's name in the view, GraphQL's own too. */
function typeNames(
  schema: GraphQLSchema,
  visible: ReadonlySet<string>,
  renamed: Readonly<Record<string, string>>,
  mistakes: string[],
): Map<string, string> {
  const types = new Map<string, string>();
  const taken = new Map(specifiedScalarTypes.map(({ name }) => [name, name]));
  // Also where the other one is renamed: what changes names with another is only a riddle to read.
  for (const name of visible) if (schema.getType(name)) taken.set(name, name);
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type) || isSpecifiedScalarType(type)) types.set(type.name, type.name);
    if (!visible.has(type.name)) continue;
    const viewName = Object.hasOwn(renamed, type.name) ? (renamed[type.name] as string) : type.name;
    if (viewName !== type.name) collide(taken, viewName, type.name, mistakes);
    types.set(type.name, viewName);
  }
  return types;
}

/**
 * The name of a field or argument in the view. A type that implements an interface takes the interface's names.
 * @param rest the coordinate without its type: `.field` or `.field(argument:)`.
 */
function viewNameOf(type: WithFields, rest: string, plain: string, naming: Naming): string {
  const { visible, renamed, mistakes } = naming;
  const coordinate = `${type.name}${rest}`;
  const own = Object.hasOwn(renamed, coordinate) ? renamed[coordinate] : undefined;
  const above = type.getInterfaces().filter(({ name }) => visible.has(`${name}${rest}`));
  const names = new Map(above.map((each) => [viewNameOf(each, rest, plain, naming), `${each.name}${rest}`]));
  const [first, second] = [...names];
  if (!first) return own ?? plain;
  if (second) mistakes.push(`rename: ${first[1]} and ${second[1]} are one in ${type.name}; give them one name`);
  if (own !== undefined && own !== first[0]) {
    mistakes.push(`rename: ${coordinate} comes from ${first[1]}; rename that, and it is renamed in every type`);
  }
  return first[0];
}

function collide(taken: Map<string, string>, viewName: string, coordinate: string, mistakes: string[]): void {
  const other = taken.get(viewName);
  if (other !== undefined) {
    mistakes.push(
      other === viewName
        ? `rename: ${coordinate} cannot be called ${viewName}, which is the name of another type in the graph`
        : `rename: ${coordinate} and ${other} would both be called ${viewName}`,
    );
  }
  taken.set(viewName, coordinate);
}

function unknownNames(schema: GraphQLSchema, parts: readonly Part[], rename: CheckedClient['rename']): string[] {
  const known = new Set(parts.map(({ coordinate }) => coordinate));
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const ofTypes = Object.keys(rename.types).flatMap((name) => {
    if (!known.has(name)) return `rename.types: ${name} is not in the graph${nearest(parts, name)}`;
    return roots.some((root) => root?.name === name) ? `rename.types: ${name} keeps its name in every view` : [];
  });
  const below = [...Object.keys(rename.fields), ...Object.keys(rename.arguments)].flatMap((coordinate) => {
    const [type = '', field, argument] = coordinate.split(/[.(:)]/);
    const option = argument === undefined ? 'rename.fields' : 'rename.arguments';
    if (!known.has(coordinate)) {
      return `${option}: ${coordinate} is not in the graph${nearest(parts, type, field, argument)}`;
    }
    // Values of variables go to the services as they come.
    if (!isObjectType(schema.getType(type)) && !isInterfaceType(schema.getType(type))) {
      const what = isInputObjectType(schema.getType(type)) ? 'a field of an input' : 'a value of an enum';
      return `${option}: ${coordinate} is ${what}, which keeps its name in every view`;
    }
    return [];
  });
  return [...ofTypes, ...below];
}
