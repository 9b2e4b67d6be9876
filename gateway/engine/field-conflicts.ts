// Field conflicts: the reasons for which two fields cannot stand under one response key (GraphQL specification, section
// 5.3.2), and their messages.
import {
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLOutputType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';

export type Reason = string | readonly (readonly [responseName: string, reason: Reason])[];

/** Two fields that cannot stand under one response key. */
export interface Conflict {
  name: string;
  reason: Reason;
  /** The fields, and those below them that are the reason. */
  nodes: [FieldNode[], FieldNode[]];
  /** The selection sets that they are in, by their places in the merged list. */
  sources: [number, number];
}

export interface Field {
  node: FieldNode;
  parent: GraphQLNamedType | undefined;
  type: GraphQLOutputType | undefined;
  source: number;
}

/** Characters of a name in a message. */
const MAX_NAME = 100;

/**
 * Fields that can stand on one object, in groups: those of each object type, with those of interfaces in every group.
 */
export function overlapping(fields: readonly Field[]): readonly (readonly Field[])[] {
  const types = new Set(fields.flatMap(({ parent }) => (isObjectType(parent) ? [parent] : [])));
  if (types.size < 2) return [fields];
  const others = fields.filter(({ parent }) => !isObjectType(parent));
  const byType = Map.groupBy(fields, ({ parent }) => parent);
  return [...types].map((type) => [...others, ...(byType.get(type) ?? [])]);
}

/** A field of another name than the first, or with other arguments. */
export function differingField(
  name: string,
  [first, ...others]: readonly Field[],
  argumentsOf: (node: FieldNode) => string,
): Conflict | null {
  for (const other of first ? others : []) {
    const one = (first as Field).node.name.value;
    const two = other.node.name.value;
    if (one !== two)
      return conflictBetween(
        name,
        `"${shortened(one)}" and "${shortened(two)}" are different fields`,
        first as Field,
        other,
      );
    if (argumentsOf((first as Field).node) !== argumentsOf(other.node))
      return conflictBetween(name, 'they have differing arguments', first as Field, other);
  }
  return null;
}

/** Values of fields under one response key must agree in lists, nullability and leaf types. */
export function differingShape(name: string, fields: readonly Field[]): Conflict | null {
  if (fields.length === 1) return null;
  let first: Field | undefined;
  let shape = '';
  for (const field of fields) {
    if (!field.type) continue;
    if (!first) {
      first = field;
      shape = shapeOf(field.type);
    } else if (first.type !== field.type && shapeOf(field.type) !== shape) {
      return conflictBetween(name, `they return conflicting types "${first.type}" and "${field.type}"`, first, field);
    }
  }
  return null;
}

function shapeOf(type: GraphQLOutputType): string {
  if (isNonNullType(type)) return `${shapeOf(type.ofType)}!`;
  if (isListType(type)) return `[${shapeOf(type.ofType)}]`;
  return isLeafType(type) ? type.name : '{}';
}

function conflictBetween(name: string, reason: string, one: Field, two: Field): Conflict {
  return { name, reason, nodes: [[one.node], [two.node]], sources: [one.source, two.source] };
}

export function messageOf(name: string, reason: Reason): string {
  return (
    `Fields "${shortened(name)}" conflict because ${sentence(reason)}. ` +
    'Use different aliases on the fields to fetch both if this was intentional.'
  );
}

function sentence(reason: Reason): string {
  if (typeof reason === 'string') return reason;
  return reason
    .map(([name, below]) => `subfields "${shortened(name)}" conflict because ${sentence(below)}`)
    .join(' and ');
}

function shortened(name: string): string {
  return name.length > MAX_NAME ? `${name.slice(0, MAX_NAME)}…` : name;
}
