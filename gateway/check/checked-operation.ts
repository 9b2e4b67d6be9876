// Operation of a client that is checked, with the coordinates of its client's schema that it uses.
import { type ASTNode, type GraphQLSchema, Kind, type OperationDefinitionNode } from 'graphql';
import type { ManifestDocument } from '../persisted-documents/manifest.ts';
import { type UsageKind, visitCoordinates } from '../telemetry/usage/coordinates.ts';
import { isWithin } from '../telemetry/usage/usage-report.ts';

export interface Usage {
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

export function operationsOf({ document }: Pick<ManifestDocument, 'document'>): OperationDefinitionNode[] {
  return document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
}
