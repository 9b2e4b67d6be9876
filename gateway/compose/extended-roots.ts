// Root types that a source only extends, as modular SDL does (`extend type Query { … }` in every file): the first
// extension counts as the definition.
import { type DefinitionNode, type DocumentNode, Kind } from 'graphql';

const usualNames = ['Query', 'Mutation', 'Subscription'];

export function withExtendedRoots(document: DocumentNode): DocumentNode {
  const { definitions } = document;
  const declared = definitions.flatMap((node) =>
    node.kind === Kind.SCHEMA_DEFINITION || node.kind === Kind.SCHEMA_EXTENSION
      ? (node.operationTypes ?? []).map(({ type }) => type.name.value)
      : [],
  );
  const missing = new Set(declared.length > 0 ? declared : usualNames);
  for (const node of definitions) if (node.kind === Kind.OBJECT_TYPE_DEFINITION) missing.delete(node.name.value);
  const isFirst = (node: DefinitionNode) => node.kind === Kind.OBJECT_TYPE_EXTENSION && missing.delete(node.name.value);
  if (!definitions.some((node) => node.kind === Kind.OBJECT_TYPE_EXTENSION && missing.has(node.name.value))) {
    return document;
  }
  return {
    ...document,
    definitions: definitions.map((node) =>
      isFirst(node) ? ({ ...node, kind: Kind.OBJECT_TYPE_DEFINITION } as DefinitionNode) : node,
    ),
  };
}
