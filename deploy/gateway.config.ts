// The demo in containers: its services by their names in the network, and the ports that the manifests of this folder
// expect of every project: health checks and metrics beside the graph.
import { defineConfig } from 'concierge-gateway';

/** Services that check who owns what is changed. */
const forward = { claims: { 'x-shop-user': 'sub', 'x-shop-roles': 'roles' } };

export default defineConfig({
  host: '0.0.0.0',
  port: 4000,
  health: { host: '0.0.0.0', port: 9902 },
  metrics: { host: '0.0.0.0', port: 9464 },
  // Counted in Redis, where there is one; there is no folder that could be written to.
  usage: process.env.REDIS_URL !== undefined,
  subgraphs: {
    users: { url: 'http://users:4001/graphql', schema: '../schema/subgraphs/users.graphql', forward },
    orders: { url: 'http://orders:4002/graphql', schema: '../schema/subgraphs/orders.graphql', forward },
    products: { url: 'http://products:4003/graphql', schema: '../schema/subgraphs/products.graphql' },
  },
  authorization: {
    policies: { orderDesk: ({ identity }) => identity?.roles.includes('order-desk') ?? false },
  },
});
