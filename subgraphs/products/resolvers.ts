// Resolvers of products.
import { setTimeout as wait } from 'node:timers/promises';
import { connectionOf, readFirst, readPage } from '../connection.ts';
import { loadAll } from '../lookups.ts';
import { rejection } from '../rejection.ts';
import { foldText } from '../seed/people.ts';
import type { ProductRow } from './database.ts';
import type { Resolvers } from './generated/resolvers.ts';
import type { Context } from './loaders.ts';
import { weighOrder } from './weights.ts';

/** Milliseconds. */
const MAX_DELAY = 10_000;

export const resolvers: Resolvers = {
  Query: {
    product: (_root, { id }, { products }) => products.load(id),
    products: async (_root, args, { productPages }) => {
      const page = readPage(args, 20, ['', 0]);
      const search = args.search == null ? null : foldText(args.search);
      return connectionOf(
        await productPages.load({ ...page, category: args.category ?? null, search }),
        ({ name, number }) => [name, number],
      );
    },
    _products: (_root, { ids }, { products }) => loadAll(products, ids),
    _users: (_root, { ids }, { viewers }) => loadAll(viewers, ids),
    _orderWeights: (_root, { contents }, context) =>
      contents.map(async (order) => ({ id: order.id, weight: await weighOrder(order, context) })),
  },
  Mutation: {
    setStock: (_root, { productId, quantity }, context) => setStock(productId, quantity, context),
  },
  Node: {
    __resolveType: (node) => ('__typename' in node && node.__typename) || 'Product',
  },
  Product: {
    price: ({ amount }) => ({ amount, currency: 'EUR' }),
  },
  User: {
    recommendations: async ({ id: userId }, { first, delay }, { recommendations }) => {
      const request = { userId, first: readFirst(first, 5) };
      if (delay) await wait(readDelay(delay));
      return recommendations.load(request);
    },
  },
};

/** @throws BAD_USER_INPUT */
function readDelay(delay: number): number {
  if (delay < 0 || delay > MAX_DELAY) {
    throw rejection('BAD_USER_INPUT', `\`delay\` is ${delay}; it must be from 0 to ${MAX_DELAY}.`);
  }
  return delay;
}

/** @throws BAD_USER_INPUT, NOT_FOUND */
async function setStock(
  productId: string,
  quantity: number,
  { session, products }: Context,
): Promise<ProductRow | null> {
  if (quantity < 0) throw rejection('BAD_USER_INPUT', `\`quantity\` is ${quantity}; it cannot be below 0.`);
  const known = session.get('UPDATE products SET in_stock = ? WHERE id = ? RETURNING id', quantity, productId);
  if (!known) throw rejection('NOT_FOUND', `There is no product "${productId}".`);
  return products.clear(productId).load(productId);
}
