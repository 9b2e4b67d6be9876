// Inaccessible coordinates: hidden from clients if any source marks them with `@inaccessible`.
import type { ConstDirectiveNode, GraphQLSchema } from 'graphql';
import { elementsOf } from './schema-elements.ts';

/** @param sources the subgraphs' schemas, with the nodes of their SDL. */
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
