// Tags of schema elements: `@tag(name: "internal")`, from every subgraph's own SDL.
import { type ConstDirectiveNode, type GraphQLSchema, Kind } from 'graphql';
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
  const nodes = [node.astNode, ...(node.extensionASTNodes ?? [])];
  const directives = nodes.flatMap(
    (one) => (one as { directives?: readonly ConstDirectiveNode[] } | null | undefined)?.directives ?? [],
  );
  return directives.flatMap((directive) => {
    const value = directive.arguments?.find((argument) => argument.name.value === 'name')?.value;
    return directive.name.value === 'tag' && value?.kind === Kind.STRING ? [value.value] : [];
  });
}
