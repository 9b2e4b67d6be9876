// The two small queries by hand: one request, and three requests in two rounds.

import type { Services } from './large.ts';

const cheapQuery = 'query { topProducts(first: 5) { upc name price } }';
const namesQuery = 'query { topProducts(first: 3) { upc name } }';
const reviewsQuery =
  'query ($keys: [_Any!]!) { _entities(representations: $keys) { ... on Product { reviews { id body } } } }';
const stockQuery = 'query ($keys: [_Any!]!) { _entities(representations: $keys) { ... on Product { inStock } } }';

/** Returns the whole `data` of the query over one subgraph. */
export function smallOneResponse({ products }: Services): Promise<object> {
  return products<{ topProducts: object[] }>(cheapQuery);
}

/** Returns the whole `data` of the query over three subgraphs. */
export async function smallThreeResponse({ products, reviews, inventory }: Services): Promise<object> {
  const { topProducts } = await products<{ topProducts: { upc: string; name: string }[] }>(namesQuery);
  const keys = topProducts.map(({ upc }) => ({ __typename: 'Product', upc }));
  const [written, stock] = await Promise.all([
    reviews<{ _entities: { reviews: object[] }[] }>(reviewsQuery, { keys }),
    inventory<{ _entities: { inStock: boolean }[] }>(stockQuery, { keys }),
  ]);
  return {
    topProducts: topProducts.map(({ name }, index) => ({
      name,
      reviews: written._entities[index]!.reviews,
      inStock: stock._entities[index]!.inStock,
    })),
  };
}
