// Visible part of the graph in a view: what its definition includes, minus its excludes, minus dead ends.
import {
  type GraphQLArgument,
  type GraphQLDirective,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  isScalarType,
  isUnionType,
  specifiedScalarTypes,
} from 'graphql';
import { argumentCoordinate, memberCoordinate, type SchemaElement } from '../compose/schema-elements.ts';
import type { CheckedClient } from './definition.ts';
import { type Pattern, readPattern } from './patterns.ts';
import type { Tags } from './tags.ts';

export interface ViewSelection {
  include: readonly Pattern[] | null;
  exclude: readonly Pattern[];
  /** Coordinates that the patterns of `exclude` name. */
  excluded: ReadonlySet<string>;
  /** Coordinates that the view has, in the graph's names. */
  visible: ReadonlySet<string>;
}

export interface ViewSelectionInput {
  schema: GraphQLSchema;
  elements: readonly SchemaElement[];
  tags: Tags;
  definition: Pick<CheckedClient, 'include' | 'exclude' | 'mutations'>;
  /** Coordinates of the client's own fields: included without being named. */
  own: ReadonlySet<string>;
}

/** @param problems receives one message for each pattern that names nothing. */
export function selectView(
  { schema, elements, tags, definition, own }: ViewSelectionInput,
  problems: string[],
): ViewSelection {
  const read = (option: string, texts: readonly string[]) =>
    texts.flatMap((text) => {
      const pattern = readPattern(text, elements, tags);
      if (!('problem' in pattern)) return pattern;
      problems.push(`${option}: ${pattern.problem}`);
      return [];
    });
  const include = definition.include ? read('include', definition.include) : null;
  const exclude = read('exclude', definition.exclude);
  const excluded = new Set(exclude.flatMap(({ matched }) => matched.map(({ coordinate }) => coordinate)));
  const mutation = schema.getMutationType();
  if (!definition.mutations && mutation) excluded.add(mutation.name);
  const visible = include ? included(schema, include, own) : new Set(elements.map(({ coordinate }) => coordinate));
  for (const coordinate of excluded) visible.delete(coordinate);
  dropDeadEnds(schema, visible);
  return { include, exclude, excluded, visible: reachable(schema, visible) };
}

/**
 * Visible part of a service's schema without the excluded elements and without dead ends. Unreachable types stay,
 * because fields of other services may lead to them.
 */
export function visibleWithout(
  schema: GraphQLSchema,
  elements: readonly SchemaElement[],
  excluded: ReadonlySet<string>,
): Set<string> {
  const visible = new Set(elements.map(({ coordinate }) => coordinate));
  if (excluded.size === 0) return visible;
  for (const coordinate of excluded) visible.delete(coordinate);
  dropDeadEnds(schema, visible, true);
  return visible;
}

/** The elements that the patterns name, with the elements that those require. */
function included(schema: GraphQLSchema, include: readonly Pattern[], own: ReadonlySet<string>): Set<string> {
  const named = new Set([...own, ...include.flatMap(({ matched }) => matched.map(({ coordinate }) => coordinate))]);
  // `*.email` is meant for fields of objects: an input with an email must not lose its other fields.
  const narrowed = new Set(
    include.flatMap(({ ofOneType, matched }) =>
      ofOneType ? matched.flatMap(({ type, member }) => (member === undefined ? [] : type)) : [],
    ),
  );
  const fields = new Map<string, Set<string>>();
  for (const type of Object.values(schema.getTypeMap())) {
    if (isObjectType(type) || isInterfaceType(type))
      fields.set(type.name, namedFields(type.name, type.getFields(), named));
  }
  const visible = new Set<string>();
  for (const type of Object.values(schema.getTypeMap())) {
    if (isScalarType(type) || isUnionType(type)) visible.add(type.name);
    if (isEnumType(type) || isInputObjectType(type)) {
      visible.add(type.name);
      const all = named.has(type.name) || !narrowed.has(type.name);
      for (const member of membersOf(type)) {
        const coordinate = memberCoordinate(type.name, member.name);
        if (all || member.required || named.has(coordinate)) visible.add(coordinate);
      }
    }
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    const ofType = fields.get(type.name) as Set<string>;
    if (ofType.size === 0) continue;
    visible.add(type.name);
    for (const coordinate of ofType) visible.add(coordinate);
    // A type has the fields of its interfaces, with their arguments (specification, section 3.6).
    for (const { name } of type.getInterfaces()) {
      for (const coordinate of fields.get(name) ?? []) visible.add(`${type.name}${coordinate.slice(name.length)}`);
    }
    for (const field of Object.values(type.getFields())) {
      if (!visible.has(memberCoordinate(type.name, field.name))) continue;
      for (const argument of field.args) {
        if (isRequiredArgument(argument)) visible.add(argumentCoordinate(type.name, field.name, argument.name));
      }
    }
  }
  return visible;
}

/** Fields and arguments of a type that patterns name: all of them where they name the type. */
function namedFields(
  typeName: string,
  fields: Readonly<Record<string, GraphQLField<unknown, unknown>>>,
  named: ReadonlySet<string>,
): Set<string> {
  const found = new Set<string>();
  for (const field of Object.values(fields)) {
    const coordinate = memberCoordinate(typeName, field.name);
    const whole = named.has(typeName) || named.has(coordinate);
    const wanted = field.args
      .map((argument) => argumentCoordinate(typeName, field.name, argument.name))
      .filter((argument) => whole || named.has(argument));
    if (!whole && wanted.length === 0) continue;
    found.add(coordinate);
    for (const argument of wanted) found.add(argument);
  }
  return found;
}

function membersOf(type: GraphQLNamedType): { name: string; required: boolean }[] {
  if (isEnumType(type)) return type.getValues().map(({ name }) => ({ name, required: false }));
  if (!isInputObjectType(type)) return [];
  return Object.values(type.getFields()).map((field) => ({ name: field.name, required: isRequiredInputField(field) }));
}

/**
 * Removes fields and arguments of invisible types, and types without members, until nothing changes.
 * @param isPart whether an interface without implementations may be implemented elsewhere.
 */
function dropDeadEnds(schema: GraphQLSchema, visible: Set<string>, isPart = false): void {
  const types = Object.values(schema.getTypeMap());
  let before = -1;
  while (before !== visible.size) {
    before = visible.size;
    for (const type of types) {
      if (!visible.has(type.name) || isScalarType(type)) continue;
      if (isObjectType(type) || isInterfaceType(type)) {
        for (const field of Object.values(type.getFields())) dropDeadField(type.name, field, visible);
      }
      if (isInputObjectType(type)) {
        for (const field of Object.values(type.getFields())) {
          if (!isTypeVisible(visible, getNamedType(field.type)))
            visible.delete(memberCoordinate(type.name, field.name));
        }
      }
      if (isEmpty(schema, type, visible, isPart)) visible.delete(type.name);
    }
  }
}

function dropDeadField(typeName: string, field: GraphQLField<unknown, unknown>, visible: Set<string>): void {
  const gone = !isTypeVisible(visible, getNamedType(field.type));
  const coordinate = memberCoordinate(typeName, field.name);
  if (gone) visible.delete(coordinate);
  for (const argument of field.args) {
    if (gone || !visible.has(coordinate) || !isTypeVisible(visible, getNamedType(argument.type))) {
      visible.delete(argumentCoordinate(typeName, field.name, argument.name));
    }
  }
}

function isEmpty(
  schema: GraphQLSchema,
  type: GraphQLNamedType,
  visible: ReadonlySet<string>,
  isPart: boolean,
): boolean {
  if (isUnionType(type)) return !type.getTypes().some(({ name }) => visible.has(name));
  // No object can ever be returned for an interface without implementations.
  const possible = isInterfaceType(type) ? schema.getPossibleTypes(type) : [];
  if (isInterfaceType(type) && !possible.some(({ name }) => visible.has(name)) && (!isPart || possible.length > 0)) {
    return true;
  }
  const members = isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : membersOf(type);
  return !members.some(({ name }) => visible.has(memberCoordinate(type.name, name)));
}

/** Whether a client sees the type; built-in scalars and introspection types are always visible. */
export function isTypeVisible(visible: ReadonlySet<string>, { name }: GraphQLNamedType): boolean {
  return visible.has(name) || name.startsWith('__') || specifiedScalarTypes.some((scalar) => scalar.name === name);
}

/** An executable directive is visible only with the types of all its arguments. */
export function isDirectiveVisible(visible: ReadonlySet<string>, { name, args }: GraphQLDirective): boolean {
  return name !== 'tag' && args.every(({ type }) => isTypeVisible(visible, getNamedType(type)));
}

/** The visible coordinates that can be reached from the root types. */
function reachable(schema: GraphQLSchema, visible: ReadonlySet<string>): Set<string> {
  const found = new Set<string>();
  /** Types that fields return; an interface that is only implemented makes none of its other types reachable. */
  const given = new Set<string>();
  const open: GraphQLNamedType[] = [];
  const reach = (type: GraphQLNamedType | null | undefined, isGiven: boolean) => {
    if (!type || !visible.has(type.name) || (isGiven ? given : found).has(type.name)) return;
    found.add(type.name);
    if (isGiven) given.add(type.name);
    open.push(type);
  };
  const reachArguments = (args: readonly GraphQLArgument[], coordinate: (argument: string) => string) => {
    for (const argument of args) {
      if (!visible.has(coordinate(argument.name))) continue;
      found.add(coordinate(argument.name));
      reach(getNamedType(argument.type), true);
    }
  };
  for (const root of [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]) reach(root, true);
  for (const directive of schema.getDirectives()) {
    if (!isDirectiveVisible(visible, directive)) continue;
    for (const { type } of directive.args) reach(getNamedType(type), true);
  }
  for (let type = open.pop(); type; type = open.pop()) {
    for (const { name } of membersOf(type)) {
      if (visible.has(memberCoordinate(type.name, name))) found.add(memberCoordinate(type.name, name));
    }
    if (isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) {
        if (found.has(memberCoordinate(type.name, field.name))) reach(getNamedType(field.type), true);
      }
    }
    if (isUnionType(type)) for (const member of type.getTypes()) reach(member, true);
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const each of type.getInterfaces()) reach(each, false);
    if (isInterfaceType(type) && given.has(type.name)) {
      const { objects, interfaces } = schema.getImplementations(type);
      for (const each of [...objects, ...interfaces]) reach(each, true);
    }
    for (const field of Object.values(type.getFields())) {
      const coordinate = memberCoordinate(type.name, field.name);
      if (!visible.has(coordinate)) continue;
      found.add(coordinate);
      reach(getNamedType(field.type), true);
      reachArguments(field.args, (argument) => argumentCoordinate(type.name, field.name, argument));
    }
  }
  return found;
}
