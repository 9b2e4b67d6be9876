// Inaccessible coordinates: hidden from clients if any source marks them with `@inaccessible`.
import type { GraphQLSchema } from 'graphql';
import { declaredDirectives } from './declared-directives.ts';
import { elementsOf } from './schema-elements.ts';

/** @param sources the subgraphs' schemas, with the nodes of their SDL. */
export function inaccessibleIn(sources: readonly GraphQLSchema[]): Set<string> {
  return new Set(
    sources.flatMap((source) =>
      elementsOf(source)
        .filter(({ node }) => declaredDirectives(node, 'inaccessible').length > 0)
        .map(({ coordinate }) => coordinate),
    ),
  );
}
