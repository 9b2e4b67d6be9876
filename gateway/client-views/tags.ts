// Tags of schema elements: `@tag(name: "internal")`, from every subgraph's own SDL.
import type { GraphQLSchema } from 'graphql';
import { declaredDirectives, directiveArguments } from '../compose/declared-directives.ts';
import { elementsOf, type SchemaElement } from '../compose/schema-elements.ts';

/** Coordinates by tag. */
export type Tags = ReadonlyMap<string, ReadonlySet<string>>;

/** @param sources the subgraphs' schemas, with the nodes of their SDL. */
export function readTags(sources: readonly GraphQLSchema[]): Tags {
  const tags = new Map<string, Set<string>>();
  for (const source of sources) {
    for (const element of elementsOf(source)) {
      for (const tag of tagsOf(element)) {
        const tagged = tags.get(tag) ?? new Set();
        tags.set(tag, tagged.add(element.coordinate));
      }
    }
  }
  return tags;
}

function tagsOf({ node }: SchemaElement): string[] {
  return declaredDirectives(node, 'tag').flatMap((directive) => {
    const { name } = directiveArguments(directive);
    return typeof name === 'string' ? [name] : [];
  });
}
