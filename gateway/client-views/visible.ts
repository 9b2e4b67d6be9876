// Visible part of the graph in a view: what its definition includes, minus its excludes, minus dead ends.
import {
  type GraphQLField,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isRequiredArgument,
  isScalarType,
  isUnionType,
} from 'graphql';
import { argumentCoordinate, memberCoordinate, type SchemaElement } from '../compose/schema-elements.ts';
import { dropDeadEnds, membersOf, reachable } from './dead-ends.ts';
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
