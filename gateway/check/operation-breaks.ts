// What a change of its schema does to one operation: what is no longer valid, and what stays valid and breaks all the same.
import { type ASTNode, type GraphQLSchema, getLocation, Kind, type OperationDefinitionNode, validate } from 'graphql';
import type { ManifestDocument } from '../clients/trusted-documents/manifest.ts';
import type { Place } from '../clients/trusted-documents/mistakes.ts';
import { type Asking, visitCoordinates } from '../telemetry/usage/coordinates.ts';
import { isWithin } from '../telemetry/usage/usage-report.ts';
import type { SchemaChange } from './schema-changes.ts';

/** One reason why an operation breaks, where it stands. */
export interface OperationBreak extends Place {
  operation: string;
  message: string;
}

interface Asked {
  coordinate: string;
  node: ASTNode;
  asking: Asking;
}

/** An operation, and what it asks its client's schema for. */
export interface CheckedOperation {
  name: string;
  document: ManifestDocument;
  asked: readonly Asked[];
}

export function readOperation(document: ManifestDocument, schema: GraphQLSchema): CheckedOperation {
  const asked: Asked[] = [];
  for (const operation of operationsOf(document)) {
    visitCoordinates(document.document, operation, schema, (coordinate, node, asking) =>
      asked.push({ coordinate, node, asking }),
    );
  }
  return { name: document.name ?? document.id, document, asked };
}

/** Whether the coordinate, or something below it, is among those that are asked for. */
export function asksFor(asked: Iterable<string>, coordinate: string): boolean {
  for (const one of asked) if (isWithin(one, coordinate)) return true;
  return false;
}

/** Why the operation breaks with the new schema; none where it does not. One reason for each place in it. */
export function findBreaks(
  operation: CheckedOperation,
  after: GraphQLSchema,
  changes: readonly SchemaChange[],
): OperationBreak[] {
  const breaks: OperationBreak[] = [];
  const report = (node: ASTNode | undefined, message: string) => {
    const one = breakAt(operation, node, message);
    const same = (other: OperationBreak) =>
      other.file === one.file &&
      other.line === one.line &&
      other.column === one.column &&
      other.message.includes(message);
    if (!breaks.some(same)) breaks.push(one);
  };
  for (const { message, nodes } of validate(after, operation.document.document, undefined, { maxErrors: 100 })) {
    report(nodes?.[0], message);
  }
  const invalid = new Set(breaks.map(({ file, line, column }) => `${file}:${line}:${column}`));
  for (const change of changes) {
    if (!change.unnoticed) continue;
    const wanted = change.unnoticed === 'variable' ? 'variable' : 'certain';
    for (const { coordinate, node, asking } of operation.asked) {
      if (coordinate !== change.concerns || asking !== wanted) continue;
      const { file, line, column } = breakAt(operation, node, '');
      if (!invalid.has(`${file}:${line}:${column}`)) report(node, change.message);
    }
  }
  return breaks;
}

function breakAt({ name, document }: CheckedOperation, node: ASTNode | undefined, message: string): OperationBreak {
  const { loc } = node ?? {};
  if (!loc) return { operation: name, ...document.place, message };
  const place = getLocation(loc.source, loc.start);
  if (document.placedIn === 'files') return { operation: name, file: loc.source.name, ...place, message };
  const where = `at line ${place.line}, column ${place.column} of its text`;
  return { operation: name, ...document.place, message: message && `${message} (${where})` };
}

function operationsOf({ document }: ManifestDocument): OperationDefinitionNode[] {
  return document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
}
