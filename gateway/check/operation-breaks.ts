// Breaking changes for one operation: errors of validation, and changes that break a document that stays valid.
import { type ASTNode, type GraphQLSchema, getLocation, Kind, type OperationDefinitionNode, validate } from 'graphql';
import type { SourceLocation } from '../persisted-documents/documents-error.ts';
import type { ManifestDocument } from '../persisted-documents/manifest.ts';
import { type UsageKind, visitCoordinates } from '../telemetry/usage/coordinates.ts';
import { isWithin } from '../telemetry/usage/usage-report.ts';
import type { SchemaChange } from './schema-changes.ts';

/** A breaking change, with its location in the operation. */
export interface OperationBreak extends SourceLocation {
  operation: string;
  message: string;
}

interface Usage {
  coordinate: string;
  node: ASTNode;
  use: UsageKind;
}

/** An operation, and the coordinates of its client's schema that it uses. */
export interface CheckedOperation {
  name: string;
  document: ManifestDocument;
  usages: readonly Usage[];
}

export function readOperation(document: ManifestDocument, schema: GraphQLSchema): CheckedOperation {
  const usages: Usage[] = [];
  for (const operation of operationsOf(document)) {
    visitCoordinates(document.document, operation, schema, (coordinate, node, use) =>
      usages.push({ coordinate, node, use }),
    );
  }
  return { name: document.name ?? document.id, document, usages };
}

/** Whether the coordinate, or something below it, is among the used ones. */
export function isUsed(coordinate: string, used: Iterable<string>): boolean {
  for (const one of used) if (isWithin(one, coordinate)) return true;
  return false;
}

/** Reasons for which the operation breaks with the new schema; none if it does not. One for each location in it. */
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
    const affected = change.unnoticed === 'variable' ? 'variable' : 'certain';
    for (const { coordinate, node, use } of operation.usages) {
      if (coordinate !== change.concerns || use !== affected) continue;
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
