// Interfaces of interfaces in a composed graph: a type that implements an interface implements the interfaces of that
// one too (GraphQL specification, section 3.7). Where an interface object has one that the types do not have, composition
// does not see it, and no operation on it would be valid.
import { type DocumentNode, Kind } from 'graphql';
import { graphNames, implementedIn } from './joins.ts';

/** One message for each type and interface that it lacks. */
export function hierarchyProblems(supergraph: DocumentNode): string[] {
  const interfaces = new Map(
    supergraph.definitions.flatMap((node) =>
      node.kind === Kind.INTERFACE_TYPE_DEFINITION ? [[node.name.value, node]] : [],
    ),
  );
  const subgraphs = [...graphNames(supergraph)];
  const named = (node: (typeof supergraph.definitions)[number], name: string) =>
    subgraphs.flatMap(([subgraph, graph]) => (implementedIn(node, graph)?.has(name) ? subgraph : [])).join(' and ');
  return supergraph.definitions.flatMap((node) => {
    if (node.kind !== Kind.OBJECT_TYPE_DEFINITION) return [];
    const type = node.name.value;
    const own = new Set(node.interfaces?.map(({ name }) => name.value));
    return [...own].flatMap((implemented) => {
      const above = interfaces.get(implemented);
      if (!above) return [];
      const lacking = above.interfaces?.filter(({ name }) => !own.has(name.value)) ?? [];
      return lacking.map(
        ({ name: { value: name } }) =>
          `${implemented} implements ${name} in ${named(above, name)}, and ${type}, which implements ${implemented} in ` +
          `${named(node, implemented)}, does not: let ${type} implement ${name}, or ${implemented} not implement it`,
      );
    });
  });
}
