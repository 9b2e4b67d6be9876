// The large query by hand, in six requests and four rounds: accounts and products; reviews of both; the authors and the
// products those name; the stock of all products. Merged into the response with one pass over the reviews.

import type { Upstream } from './upstream.ts';

type User = { id: string; username: string; name: string };
type Product = { upc: string; name: string; price: number; weight: number };
type Stock = { inStock: boolean; shippingEstimate: number };
type LeafReview = { id: string; body: string; product: { upc: string } };
type AuthoredReview = { id: string; body: string; author: { id: string; reviews: LeafReview[] } };
type OuterReview = { id: string; body: string; product: { upc: string; reviews: AuthoredReview[] } };
type Reviews = { users: { reviews: OuterReview[] }[]; products: { reviews: AuthoredReview[] }[] };

const usersQuery = 'query { users { id username name } }';
const topProductsQuery = 'query { topProducts(first: 5) { upc name price weight } }';
const authored = 'reviews { id body author { id reviews { id body product { upc } } } }';
const reviewsQuery = `query ($users: [_Any!]!, $products: [_Any!]!) {
  users: _entities(representations: $users) { ... on User { reviews { id body product { upc ${authored} } } } }
  products: _entities(representations: $products) { ... on Product { ${authored} } }
}`;
const authorsQuery = `query ($keys: [_Any!]!) { entities: _entities(representations: $keys) { ... on User { id username name } } }`;
const productsQuery = `query ($keys: [_Any!]!) { entities: _entities(representations: $keys) { ... on Product { upc name price weight } } }`;
const stockQuery = `query ($keys: [_Any!]!) { entities: _entities(representations: $keys) { ... on Product { inStock shippingEstimate } } }`;

export type Services = { accounts: Upstream; inventory: Upstream; products: Upstream; reviews: Upstream };

/** Returns the whole `data` of the large query. */
export async function largeResponse(services: Services): Promise<object> {
  const [{ users }, { topProducts }] = await Promise.all([
    services.accounts<{ users: User[] }>(usersQuery),
    services.products<{ topProducts: Product[] }>(topProductsQuery),
  ]);
  const written = await services.reviews<Reviews>(reviewsQuery, {
    users: users.map(({ id }) => ({ __typename: 'User', id })),
    products: topProducts.map(({ upc }) => ({ __typename: 'Product', upc })),
  });

  const authors = new Map<string, User>();
  const products = new Map(topProducts.map((product) => [product.upc, product]));
  const { authorIds, upcs } = named(written);
  for (const upc of products.keys()) upcs.delete(upc);
  const [foundAuthors, foundProducts] = await Promise.all([
    services.accounts<{ entities: User[] }>(authorsQuery, {
      keys: Array.from(authorIds, (id) => ({ __typename: 'User', id })),
    }),
    services.products<{ entities: Product[] }>(productsQuery, {
      keys: Array.from(upcs, (upc) => ({ __typename: 'Product', upc })),
    }),
  ]);
  for (const author of foundAuthors.entities) authors.set(author.id, author);
  for (const product of foundProducts.entities) products.set(product.upc, product);

  const all = [...products.values()];
  const { entities: stocks } = await services.inventory<{ entities: Stock[] }>(stockQuery, {
    keys: all.map(({ upc, price, weight }) => ({ __typename: 'Product', upc, price, weight })),
  });
  const stockOf = new Map(all.map(({ upc }, index) => [upc, stocks[index]!]));

  function productFields(upc: string) {
    const { name, price, weight } = products.get(upc)!;
    const { inStock, shippingEstimate } = stockOf.get(upc)!;
    return { inStock, name, price, shippingEstimate, upc, weight };
  }
  function authoredReview({ id, body, author }: AuthoredReview) {
    const { username, name } = authors.get(author.id)!;
    const reviews = author.reviews.map((review) => ({
      id: review.id,
      body: review.body,
      product: productFields(review.product.upc),
    }));
    return { id, body, author: { id: author.id, username, name, reviews } };
  }

  return {
    users: users.map(({ id, username, name }, index) => ({
      id,
      username,
      name,
      reviews: written.users[index]!.reviews.map((review) => ({
        id: review.id,
        body: review.body,
        product: { ...productFields(review.product.upc), reviews: review.product.reviews.map(authoredReview) },
      })),
    })),
    topProducts: topProducts.map(({ upc }, index) => ({
      ...productFields(upc),
      reviews: written.products[index]!.reviews.map(authoredReview),
    })),
  };
}

/** The authors and products that the reviews name, each once. */
function named(written: Reviews): { authorIds: Set<string>; upcs: Set<string> } {
  const authorIds = new Set<string>();
  const upcs = new Set<string>();
  function take(reviews: readonly AuthoredReview[]): void {
    for (const { author } of reviews) {
      authorIds.add(author.id);
      for (const { product } of author.reviews) upcs.add(product.upc);
    }
  }
  for (const { reviews } of written.users) {
    for (const { product } of reviews) {
      upcs.add(product.upc);
      take(product.reviews);
    }
  }
  for (const { reviews } of written.products) take(reviews);
  return { authorIds, upcs };
}
