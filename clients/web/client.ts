// The web shop: the customers' view, without the fields of the order desk and the warehouse.
import { defineClient } from '../../gateway/index.ts';

export default defineClient({
  version: '1',
  exclude: ['Query.search', 'Query.user', 'Query.users', 'Mutation.setStock', 'Mutation.capturePayment'],
  rename: {
    types: { User: 'Customer' },
    fields: { 'User.createdAt': 'customerSince', 'User.saved': 'wishlist', 'Order.customer': 'buyer' },
    arguments: { 'User.saved(first:)': 'limit' },
  },
  limits: { depth: 12 },
  dev: { command: ['node', '../../node_modules/vite/bin/vite.js'], url: 'http://127.0.0.1:5173' },
});
