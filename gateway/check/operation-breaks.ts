// Breaking changes for one operation: errors of validation, changes that break a document that stays valid, and other terms
// on which it is served.
import {
  type ASTNode,
  type GraphQLSchema,
  getLocation,
  Kind,
  parse,
  type VariableNode,
  validate,
  visit,
} from 'graphql';
import type { SourceLocation } from '../persisted-documents/documents-error.ts';
import type { ManifestDocument } from '../persisted-documents/manifest.ts';
import type { AbstractBreak } from './abstract-breaks.ts';
import { coordinatesAt } from './break-coordinates.ts';
import { type CheckedOperation, operationsOf, type Usage } from './checked-operation.ts';
import type { SchemaChange } from './schema-changes.ts';
import type { ServedDifference } from './served-document.ts';
import type { Unnoticed } from './type-changes.ts';

/** A breaking change, with its location in the operation. */
export interface OperationBreak extends SourceLocation {
  operation: string;
  message: string;
  /** Of the graph: the elements that the break concerns. */
  coordinates: readonly string[];
  /** Whether the document is not valid any more: a gateway that has it as a trusted document does not start. */
  isInvalid: boolean;
}

export interface ChangedOperation {
  operation: CheckedOperation;
  after: GraphQLSchema;
  /** The changes that the operation's client sees. */
  changes: readonly SchemaChange[];
  /** Breaks by members of interfaces and unions. */
  abstract: readonly AbstractBreak[];
  /** Called for an operation that is valid. */
  served(): readonly ServedDifference[];
  /** The graph's coordinate for one of the client; null for the client's own fields. */
  graphCoordinate(coordinate: string): string | null;
}

/** Reasons for which the operation breaks with the new schema; none if it does not. One for each location in it. */
export function findBreaks({ operation, after, changes, abstract, ...terms }: ChangedOperation): OperationBreak[] {
  const breaks: OperationBreak[] = [];
  const toGraph = (coordinate: string) => terms.graphCoordinate(coordinate) ?? coordinate;
  const names = { operation, after, changes, toGraph };
  const report = (nodes: readonly ASTNode[], message: string, known: readonly string[] = [], isInvalid = false) => {
    const place = breakAt(operation, nodes[0], message);
    const one = { ...place, coordinates: coordinatesAt(nodes, names, known), isInvalid };
    const same = (other: OperationBreak) =>
      other.file === one.file &&
      other.line === one.line &&
      other.column === one.column &&
      other.message.includes(message);
    if (!breaks.some(same)) breaks.push(one);
  };
  for (const { message, nodes = [] } of validate(after, operation.document.document, undefined, { maxErrors: 100 })) {
    report(nodes, message, [], true);
  }
  const isValid = breaks.length === 0;
  const invalid = new Set(breaks.map(({ file, line, column }) => `${file}:${line}:${column}`));
  for (const change of changes) {
    for (const usage of operation.usages) {
      const { coordinate, node } = usage;
      if (coordinate !== change.concerns || !change.unnoticed.some((one) => isAffected(usage, one, operation)))
        continue;
      const { file, line, column } = breakAt(operation, node, '');
      if (!invalid.has(`${file}:${line}:${column}`))
        report([node], change.message, [change.concerns, change.coordinate].map(toGraph));
    }
  }
  for (const { node, message, types } of abstract) report([node], message, types.map(toGraph));
  if (!isValid) return breaks;
  for (const { message, offset, coordinate } of terms.served()) {
    if (coordinate === null) {
      const node = offset === null ? undefined : nodeAt(operation.document, offset);
      report(node ? [node] : [], message);
    } else {
      const { node, name } = usageOf(operation, coordinate, terms.graphCoordinate);
      report(node ? [node] : [], `${name} ${message}`, [coordinate]);
    }
  }
  return breaks;
}

function isAffected({ node, use }: Usage, unnoticed: Unnoticed, { document }: CheckedOperation): boolean {
  if (unnoticed === 'variable') return use === 'variable';
  if (unnoticed === 'response') return use === 'certain' && node.kind === Kind.FIELD;
  return 'value' in node && isNullable(node.value, document);
}

/** Whether a value is a variable that may be null. */
function isNullable(value: unknown, { document }: ManifestDocument): boolean {
  if (typeof value !== 'object' || value === null || !('kind' in value) || value.kind !== Kind.VARIABLE) return false;
  const { name } = value as VariableNode;
  return operationsOf({ document }).some(({ variableDefinitions = [] }) =>
    variableDefinitions.some(
      ({ variable, type }) => variable.name.value === name.value && type.kind !== Kind.NON_NULL_TYPE,
    ),
  );
}

/** The first use of a coordinate of the graph, with its name there; of a member of an interface, the use of that. */
function usageOf(
  { usages }: CheckedOperation,
  coordinate: string,
  graphCoordinate: ChangedOperation['graphCoordinate'],
): { node: ASTNode | undefined; name: string } {
  const member = coordinate.split('.')[1];
  const exact = usages.find((usage) => graphCoordinate(usage.coordinate) === coordinate);
  if (exact) return { node: exact.node, name: exact.coordinate };
  const other = usages.find(
    (usage) => member !== undefined && graphCoordinate(usage.coordinate)?.split('.')[1] === member,
  );
  return { node: other?.node, name: coordinate };
}

/** The node of the document at this place of its text. Nodes of files stand elsewhere in those, in the same order. */
function nodeAt({ document, body, placedIn }: ManifestDocument, offset: number): ASTNode | undefined {
  const inText = nodesOf(placedIn === 'body' ? document : parse(body));
  const index = inText.findIndex(({ loc }) => loc?.start === offset);
  return nodesOf(document)[index];
}

function nodesOf(document: ManifestDocument['document']): ASTNode[] {
  const nodes: ASTNode[] = [];
  visit(document, {
    enter(node) {
      if (node.kind !== Kind.DOCUMENT) nodes.push(node);
    },
  });
  return nodes;
}

function breakAt(
  { name, document }: CheckedOperation,
  node: ASTNode | undefined,
  message: string,
): SourceLocation & Pick<OperationBreak, 'operation' | 'message'> {
  const { loc } = node ?? {};
  if (!loc) return { operation: name, ...document.place, message };
  const place = getLocation(loc.source, loc.start);
  if (document.placedIn === 'files') return { operation: name, file: loc.source.name, ...place, message };
  const where = `at line ${place.line}, column ${place.column} of its text`;
  return { operation: name, ...document.place, message: message && `${message} (${where})` };
}
