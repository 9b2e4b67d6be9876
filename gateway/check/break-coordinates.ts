// Coordinates that a break concerns, in the graph's names: those of the changed elements that the operation uses at its place.
import { type ASTNode, type GraphQLSchema, Kind } from 'graphql';
import { isWithin } from '../telemetry/usage/usage-report.ts';
import type { CheckedOperation } from './checked-operation.ts';
import type { SchemaChange } from './schema-changes.ts';

export interface BreakCoordinatesOptions {
  operation: CheckedOperation;
  after: GraphQLSchema;
  /** That the operation's client sees. */
  changes: readonly SchemaChange[];
  /** The graph's coordinate for one of the client's schema. */
  toGraph(coordinate: string): string;
}

/**
 * @param nodes the places; none for the operation as a whole, which concerns its root fields.
 * @param known coordinates of the graph, where the reason of the break names them.
 */
export function coordinatesAt(
  nodes: readonly ASTNode[],
  { operation, after, changes, toGraph }: BreakCoordinatesOptions,
  known: readonly string[] = [],
): string[] {
  if (known.length > 0) return [...new Set(known)];
  // A variable that does not fit is an error of where it is used.
  const places = nodes.length > 1 ? nodes.filter(({ kind }) => kind !== Kind.VARIABLE_DEFINITION) : nodes;
  const found = places.flatMap((node) => usedAt(node, operation, after, changes));
  const used = found.length > 0 ? found : rootFields(operation);
  // What was added below an element, such as a required argument, is a change of that element's uses.
  const added = changes.filter(({ level, concerns }) => level !== 'safe' && used.includes(concerns));
  return [...new Set([...used, ...added.map(({ coordinate }) => coordinate)].map(toGraph))];
}

/** At the node itself, else at the nearest one around it. A type counts where it is gone. */
function usedAt(
  node: ASTNode,
  { usages }: CheckedOperation,
  after: GraphQLSchema,
  changes: readonly SchemaChange[],
): string[] {
  if (node.kind === Kind.NAMED_TYPE && !after.getType(node.name.value)) return [node.name.value];
  const around = usages
    .filter((usage) => contains(usage.node, node))
    .sort((a, b) => lengthOf(a.node) - lengthOf(b.node));
  const nearest = around.filter((usage) => usage.node === around[0]?.node);
  const isChanged = (coordinate: string) => changes.some((change) => change.coordinate === coordinate);
  const members = nearest.filter(({ coordinate }) => coordinate.includes('.') || isChanged(coordinate));
  return (members.length > 0 ? members : nearest).map(({ coordinate }) => coordinate);
}

function contains({ loc: outer }: ASTNode, { loc: inner }: ASTNode): boolean {
  if (!outer || !inner) return false;
  return outer.source.name === inner.source.name && outer.start <= inner.start && outer.end >= inner.end;
}

function lengthOf({ loc }: ASTNode): number {
  return loc ? loc.end - loc.start : Number.POSITIVE_INFINITY;
}

function rootFields({ document, usages }: CheckedOperation): string[] {
  const selections = document.document.definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ? definition.selectionSet.selections : [],
  );
  const roots = usages.filter(
    ({ node, coordinate }) => coordinate.includes('.') && selections.some((one) => one === node),
  );
  return roots.map(({ coordinate }) => coordinate);
}

/** Whether two coordinates are the same, or one is below the other. */
export function overlap(one: string, other: string): boolean {
  return isWithin(one, other) || isWithin(other, one);
}
