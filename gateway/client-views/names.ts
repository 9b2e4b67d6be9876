// Maps names between the graph and a view, in both directions. A service with transforms is mapped to the graph in the
// same way; "graph" and "view" then stand for the service's schema and for the part of it in the graph.
import {
  type GraphQLField,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  specifiedScalarTypes,
} from 'graphql';
import { inverted, type RenamedField, type Renames } from '../compose/renames/renames.ts';
import { argumentCoordinate, memberCoordinate, type SchemaElement } from '../compose/schema-elements.ts';
import type { CheckedClient } from './definition.ts';
import { nearest } from './patterns.ts';

export interface Names {
  /** Graph name to view name, of every visible type. */
  types: ReadonlyMap<string, string>;
  /** Graph coordinate to view coordinate, of every visible member of a type. */
  members: ReadonlyMap<string, string>;
  /** View coordinate to graph coordinate, types included. */
  graph: ReadonlyMap<string, string>;
  /** The names that differ, for mapping requests and responses: the view's are the outer names. */
  renames: Renames;
}

type WithFields = GraphQLNamedType & {
  getFields(): Readonly<Record<string, GraphQLField<unknown, unknown>>>;
  getInterfaces(): readonly GraphQLInterfaceType[];
};

interface Naming {
  /** Graph coordinates to view names. */
  renamed: Readonly<Record<string, string>>;
  visible: ReadonlySet<string>;
  problems: string[];
}

/**
 * @param problems receives one message for each invalid rename.
 * @param whole the schema's name in the messages.
 */
export function mapNames(
  schema: GraphQLSchema,
  elements: readonly SchemaElement[],
  visible: ReadonlySet<string>,
  rename: CheckedClient['rename'],
  problems: string[],
  whole = 'the graph',
): Names {
  problems.push(...unknownNames(schema, elements, rename, whole));
  const types = typeNames(schema, visible, rename.types, problems, whole);
  const members = new Map<string, string>();
  const fields = new Map<string, RenamedField>();
  const inputFields = new Map<string, string>();
  const values = new Map<string, ReadonlyMap<string, string>>();
  for (const [typeName, viewType] of types) {
    const type = schema.getType(typeName);
    const nameMembers = (names: readonly string[], renamed: Readonly<Record<string, string>>) => {
      const taken = new Map<string, string>();
      const changed = new Map<string, string>();
      for (const name of names) {
        const coordinate = memberCoordinate(typeName, name);
        if (!visible.has(coordinate)) continue;
        const viewName = (Object.hasOwn(renamed, coordinate) ? renamed[coordinate] : undefined) ?? name;
        claimName(taken, viewName, coordinate, problems, whole);
        members.set(coordinate, memberCoordinate(viewType, viewName));
        if (viewName !== name) changed.set(viewName, name);
      }
      return changed;
    };
    if (isInputObjectType(type)) {
      for (const [outer, inner] of nameMembers(Object.keys(type.getFields()), rename.inputFields)) {
        inputFields.set(memberCoordinate(viewType, outer), inner);
      }
    }
    if (isEnumType(type) && !isIntrospectionType(type)) {
      const changed = nameMembers(
        type.getValues().map(({ name }) => name),
        rename.values,
      );
      if (changed.size > 0) values.set(viewType, changed);
    }
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    const nameOf = (kind: 'fields' | 'arguments', rest: string, plain: string) =>
      viewNameOf(type as WithFields, rest, plain, { renamed: rename[kind], visible, problems });
    const taken = new Map<string, string>();
    for (const field of Object.values((type as WithFields).getFields())) {
      const coordinate = memberCoordinate(typeName, field.name);
      if (!visible.has(coordinate)) continue;
      const viewField = nameOf('fields', `.${field.name}`, field.name);
      claimName(taken, viewField, coordinate, problems, whole);
      members.set(coordinate, memberCoordinate(viewType, viewField));
      const takenArguments = new Map<string, string>();
      const changed = new Map<string, string>();
      for (const { name } of field.args) {
        const ofGraph = argumentCoordinate(typeName, field.name, name);
        if (!visible.has(ofGraph)) continue;
        const viewArgument = nameOf('arguments', ofGraph.slice(typeName.length), name);
        claimName(takenArguments, viewArgument, ofGraph, problems, whole);
        members.set(ofGraph, argumentCoordinate(viewType, viewField, viewArgument));
        if (viewArgument !== name) changed.set(viewArgument, name);
      }
      if (viewField !== field.name || changed.size > 0) {
        fields.set(memberCoordinate(viewType, viewField), { name: field.name, arguments: changed });
      }
    }
  }
  const graph = new Map([...types, ...members].map(([ofGraph, ofView]) => [ofView, ofGraph]));
  const renamedTypes = new Map([...types].filter(([ofGraph, ofView]) => ofGraph !== ofView));
  return { types, members, graph, renames: { types: inverted(renamedTypes), fields, inputFields, values } };
}

/** View names of all visible types, built-in scalars included. */
function typeNames(
  schema: GraphQLSchema,
  visible: ReadonlySet<string>,
  renamed: Readonly<Record<string, string>>,
  problems: string[],
  whole: string,
): Map<string, string> {
  const types = new Map<string, string>();
  const taken = new Map(specifiedScalarTypes.map(({ name }) => [name, name]));
  // Names of types that are renamed themselves stay taken: exchanged names would be hard to read.
  for (const name of visible) if (schema.getType(name)) taken.set(name, name);
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type) || isSpecifiedScalarType(type)) types.set(type.name, type.name);
    if (!visible.has(type.name)) continue;
    const viewName = Object.hasOwn(renamed, type.name) ? (renamed[type.name] as string) : type.name;
    const isFree = viewName === type.name || claimName(taken, viewName, type.name, problems, whole);
    types.set(type.name, isFree ? viewName : type.name);
  }
  return types;
}

/**
 * The view name of a field or argument. A type that implements an interface takes the interface's names.
 * @param rest the coordinate without its type: `.field` or `.field(argument:)`.
 */
function viewNameOf(type: WithFields, rest: string, plain: string, naming: Naming): string {
  const { visible, renamed, problems } = naming;
  const coordinate = `${type.name}${rest}`;
  const own = Object.hasOwn(renamed, coordinate) ? renamed[coordinate] : undefined;
  const above = type.getInterfaces().filter(({ name }) => visible.has(`${name}${rest}`));
  const names = new Map(above.map((each) => [viewNameOf(each, rest, plain, naming), `${each.name}${rest}`]));
  const [first, second] = [...names];
  if (!first) return own ?? plain;
  if (second) problems.push(`rename: ${first[1]} and ${second[1]} are one in ${type.name}; give them one name`);
  if (own !== undefined && own !== first[0]) {
    problems.push(`rename: ${coordinate} comes from ${first[1]}; rename that, and it is renamed in every type`);
  }
  return first[0];
}

/** @returns whether the name is free. */
function claimName(
  taken: Map<string, string>,
  viewName: string,
  coordinate: string,
  problems: string[],
  whole: string,
): boolean {
  const other = taken.get(viewName);
  if (other !== undefined) {
    problems.push(
      other === viewName
        ? `rename: ${coordinate} cannot be called ${viewName}, which is the name of another type in ${whole}`
        : `rename: ${coordinate} and ${other} would both be called ${viewName}`,
    );
  }
  taken.set(viewName, coordinate);
  return other === undefined;
}

/** The rename options for members of types. */
const options = ['fields', 'arguments', 'inputFields', 'values'] as const;

function unknownNames(
  schema: GraphQLSchema,
  elements: readonly SchemaElement[],
  rename: CheckedClient['rename'],
  whole: string,
): string[] {
  const known = new Set(elements.map(({ coordinate }) => coordinate));
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const ofTypes = Object.keys(rename.types).flatMap((name) => {
    if (!known.has(name)) return `rename.types: ${name} is not in ${whole}${nearest(elements, name)}`;
    return roots.some((root) => root?.name === name)
      ? `rename.types: ${name} is a root type, which cannot be renamed`
      : [];
  });
  const below = options.flatMap((option) =>
    Object.keys(rename[option]).flatMap((coordinate) => {
      const [type = '', member, argument] = coordinate.split(/[.(:)]/);
      if (!known.has(coordinate)) {
        return `rename.${option}: ${coordinate} is not in ${whole}${nearest(elements, type, member, argument)}`;
      }
      const own = optionOf(schema.getType(type), argument !== undefined);
      return own === option ? [] : `rename.${option}: ${coordinate} belongs under rename.${own}`;
    }),
  );
  return [...ofTypes, ...below];
}

function optionOf(type: GraphQLNamedType | undefined, isArgument: boolean): (typeof options)[number] {
  if (isArgument) return 'arguments';
  if (isInputObjectType(type)) return 'inputFields';
  return isEnumType(type) ? 'values' : 'fields';
}
