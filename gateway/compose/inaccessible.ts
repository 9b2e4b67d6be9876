// Coordinates that `@inaccessible` keeps from clients: of all sources together, one is enough.
import type { ConstDirectiveNode, GraphQLSchema } from 'graphql';
import { elementsOf } from './schema-elements.ts';

/** @param sources the subgraphs' schemas with their SDL's nodes. */
export function inaccessibleIn(sources: readonly GraphQLSchema[]): Set<string> {
  return new Set(
    sources.flatMap((source) =>
      elementsOf(source)
        .filter(({ node: { astNode, extensionASTNodes = [] } }) =>
          [astNode, ...extensionASTNodes].some((each) =>
            (each as { directives?: ConstDirectiveNode[] } | null | undefined)?.directives?.some(
              ({ name }) => name.value === 'inaccessible',
            ),
          ),
        )
        .map(({ coordinate }) => coordinate),
    ),
  );
}
