// Resolvers of orders.
import { connectionOf, readFirst, readPage } from '../connection.ts';
import { loadAll } from '../lookups.ts';
import { rejection } from '../rejection.ts';
import type { OrderRow } from './database.ts';
import type { Money, Resolvers } from './generated/resolvers.ts';
import type { Context } from './loaders.ts';
import { cancelOrder, placeOrder } from './placing.ts';
import { watchOrders } from './progress.ts';
import { readSearchText } from './search.ts';
import { estimateShipping } from './shipping.ts';

const euros = (amount: number): Money => ({ amount, currency: 'EUR' });

export const resolvers: Resolvers = {
  Query: {
    order: (_root, { id }, { orders }) => orders.load(id),
    search: async (_root, { text, first }, { searches, orders }) => {
      const hits = await searches.load({ text: readSearchText(text), first: readFirst(first, 10) });
      const results = await Promise.all(
        hits.map(({ kind, id }) => (kind === 'Order' ? orders.load(id) : { __typename: kind, id })),
      );
      return results.filter((result) => result !== null);
    },
    _orders: (_root, { ids, weights }, { orders }) => loadWithWeights(orders, ids, weights ?? null),
    _users: (_root, { ids }, { customers }) => loadAll(customers, ids),
    _products: (_root, { ids }, { products }) => loadAll(products, ids),
  },
  Mutation: {
    placeOrder: (_root, { input }, context) => placeOrder(input, context),
    cancelOrder: (_root, { id }, context) => cancelOrder(id, context),
  },
  Subscription: {
    orderStatus: { subscribe: (_root, _args, context) => watchOrders(context) },
  },
  Node: {
    __resolveType: (node) => ('__typename' in node && node.__typename) || 'Order',
  },
  SearchResult: {
    // An order comes with its row, everything else as a stub that names its type.
    __resolveType: (result) => ('__typename' in result && result.__typename) || 'Order',
  },
  Order: {
    customer: ({ userId }) => ({ id: userId }),
    lines: ({ number }, _args, { lines }) => lines.load(number),
    total: ({ amount }) => euros(amount),
    shippingEstimate: ({ weight, amount }) =>
      weight == null ? null : euros(estimateShipping({ weight, value: amount })),
  },
  OrderLine: {
    product: ({ productId }) => ({ id: productId }),
    unitPrice: ({ unitPrice }) => euros(unitPrice),
  },
  User: {
    orders: async ({ id: userId }, args, { orderPages }) => {
      const page = readPage(args, 10, ['', 0]);
      return connectionOf(await orderPages.load({ ...page, userId, status: args.status ?? null }), (order) => [
        order.placedAt,
        order.number,
      ]);
    },
  },
};

/** @throws BAD_USER_INPUT when the two lists differ in length. */
async function loadWithWeights(
  orders: Context['orders'],
  ids: readonly string[],
  weights: readonly (number | null)[] | null,
): Promise<(OrderRow | null)[]> {
  const rows = await loadAll(orders, ids);
  if (!weights) return rows;
  if (weights.length !== ids.length) {
    throw rejection('BAD_USER_INPUT', `\`weights\` has ${weights.length} places and \`ids\` has ${ids.length}.`);
  }
  return rows.map((row, index) => row && { ...row, weight: weights[index] ?? null });
}
