// The benchmark's graph: four federation subgraphs (accounts, products, reviews, inventory) in the shape of the public
// federation gateway benchmark. Used by the subgraph server, by `compose.ts`, and in process by tests.

import { readFileSync } from 'node:fs';
import type { GraphQLSchema } from 'graphql';
import { type Product, products, type Review, reviews, type User, users } from './data.ts';
import { entitySchema, type References, type Representation } from './entities.ts';

/** `url` is where the checked-in supergraph expects it; a run may serve it on another port. */
export type Subgraph = { name: string; url: string; sdl: string; schema: GraphQLSchema };

type Resolvers = Parameters<typeof entitySchema>[2];

const userById = new Map(users.map((user) => [user.id, user]));
const productByUpc = new Map(products.map((product) => [product.upc, product]));
const reviewById = new Map(reviews.map((review) => [review.id, review]));

const accounts = subgraph(
  'accounts',
  4101,
  { User: ({ id }) => userById.get(String(id)) ?? null },
  { Query: { me: () => users[0], user: (_, { id }: { id: string }) => userById.get(id), users: () => users } },
);

const inventory = subgraph(
  'inventory',
  4102,
  { Product: productInStock },
  { Product: { shippingEstimate: (product: Product) => shippingEstimate(product) } },
);

const catalogue = subgraph(
  'products',
  4103,
  { Product: ({ upc }) => productByUpc.get(String(upc)) ?? null },
  { Query: { topProducts: (_, { first }: { first?: number | null }) => products.slice(0, first ?? 5) } },
);

const opinions = subgraph(
  'reviews',
  4104,
  {
    User: ({ id }) => ({ id }),
    Product: ({ upc }) => ({ upc }),
    Review: ({ id }) => reviewById.get(String(id)) ?? null,
  },
  {
    User: { reviews: (user: Pick<User, 'id'>) => reviews.filter(({ authorId }) => authorId === user.id) },
    Product: { reviews: (product: Pick<Product, 'upc'>) => reviews.filter(({ upc }) => upc === product.upc) },
    Review: {
      author: ({ authorId }: Review) => ({ id: authorId }),
      product: ({ upc }: Review) => ({ upc }),
    },
  },
);

export const subgraphs: readonly Subgraph[] = [accounts, inventory, catalogue, opinions];

function subgraph(name: string, port: number, references: References, resolvers: Resolvers): Subgraph {
  const sdl = readFileSync(new URL(`./${name}.graphql`, import.meta.url), 'utf8');
  return { name, url: `http://127.0.0.1:${port}/graphql`, sdl, schema: entitySchema(sdl, references, resolvers) };
}

/** The stock of the key's product, with the price and weight that the gateway has to bring along. */
function productInStock({ upc, price, weight }: Representation): object | null {
  const product = productByUpc.get(String(upc));
  return product ? { upc: product.upc, inStock: product.inStock, price, weight } : null;
}

/** Free above a price of 1,000, else half the weight; null when the gateway did not send what the field requires. */
function shippingEstimate({ price, weight }: Partial<Product>): number | null {
  if (price === undefined || weight === undefined) return null;
  return price > 1000 ? 0 : Math.round(weight / 2);
}
