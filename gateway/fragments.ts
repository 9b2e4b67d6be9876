// Fragments of a document, by name.
import { type DocumentNode, type FragmentDefinitionNode, Kind } from 'graphql';

/** Validation has seen to it that no two fragments have the same name. */
export function fragmentsOf({ definitions }: DocumentNode): Map<string, FragmentDefinitionNode> {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  return fragments;
}
