// Executable directives that composition drops: those that not all subgraphs define. Clients cannot use them.
// https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/composition#executable-directives
import { type DirectiveDefinitionNode, DirectiveLocation, type DocumentNode, Kind } from 'graphql';
import { isServiceDirective } from '../executable-directives.ts';
import { ownDefinitions } from '../sdl.ts';

const executable: ReadonlySet<string> = new Set([
  DirectiveLocation.QUERY,
  DirectiveLocation.MUTATION,
  DirectiveLocation.SUBSCRIPTION,
  DirectiveLocation.FIELD,
]);

/** Warnings about directives of some subgraphs that the supergraph lacks. */
export function droppedDirectives(
  subgraphs: readonly { name: string; typeDefs: DocumentNode }[],
  supergraph: DocumentNode,
): string[] {
  const composed = new Set(executableIn(supergraph));
  const bySubgraph = subgraphs.map(({ name, typeDefs }) => ({ name, defined: new Set(executableIn(typeDefs)) }));
  const dropped = new Set(bySubgraph.flatMap(({ defined }) => [...defined].filter((name) => !composed.has(name))));
  return [...dropped].sort().map((directive) => {
    const without = bySubgraph.flatMap(({ name, defined }) => (defined.has(directive) ? [] : name));
    const reason =
      without.length > 0
        ? `of the Federation subgraphs, ${without.join(' and ')} ${without.length > 1 ? 'do' : 'does'} not define it`
        : 'the Federation subgraphs define it for different locations';
    return `@${directive} is not in the graph: ${reason}; a directive for operations is defined by all of them`;
  });
}

function executableIn({ definitions }: DocumentNode): string[] {
  return definitions
    .filter((node): node is DirectiveDefinitionNode => node.kind === Kind.DIRECTIVE_DEFINITION)
    .filter(({ locations }) => locations.some(({ value }) => executable.has(value)))
    .map(({ name }) => name.value)
    .filter((name) => isServiceDirective(name) && !ownDefinitions.has(`@${name}`));
}
