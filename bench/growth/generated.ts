// Graph of any size: one entity, to which each of N subgraphs contributes a field; the first also lists it.

import type { GraphQLSchema } from 'graphql';
import { entitySchema } from '../subgraphs/entities.ts';

export type GeneratedSubgraph = { name: string; url: string; sdl: string; schema: GraphQLSchema };

/** Takes the number of subgraphs, at least 1; subgraph n gives an item its field `f<n>`. */
export function generatedGraph(count: number): GeneratedSubgraph[] {
  return Array.from({ length: count }, (_, index) => {
    const sdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
${index === 0 ? '\ntype Query {\n  items(first: Int!): [Item]\n}\n' : ''}
type Item @key(fields: "id") {
  id: ID!
  f${index}: String
}
`;
    const item = (id: string) => ({ id, [`f${index}`]: fieldValue(index, id) });
    const schema = entitySchema(
      sdl,
      { Item: ({ id }) => item(String(id)) },
      index === 0
        ? { Query: { items: (_, { first }: { first: number }) => itemIds(first).map((id) => item(id)) } }
        : {},
    );
    return { name: `s${index}`, url: `http://127.0.0.1:${4200 + index}/graphql`, sdl, schema };
  });
}

/** The query for a number of items with the fields of the first `count` subgraphs, and its expected response. */
export function itemsRequest(items: number, count: number): { query: string; data: unknown } {
  const fields = Array.from({ length: count }, (_, index) => `f${index}`);
  return {
    query: `query Items { items(first: ${items}) { id ${fields.join(' ')} } }`,
    data: {
      items: itemIds(items).map((id) => ({
        id,
        ...Object.fromEntries(fields.map((field, index) => [field, fieldValue(index, id)])),
      })),
    },
  };
}

function itemIds(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `item-${index + 1}`);
}

function fieldValue(subgraph: number, id: string): string {
  return `value of subgraph ${subgraph} for ${id}`;
}
