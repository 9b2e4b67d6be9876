// The demo: one graph over five services, of which one speaks REST and one gRPC. Copy it and put your own services in.
import { defineConfig } from './gateway/index.ts';

const examples = [
  {
    query: `# One query, five services. Sign in above: it requires authentication.
query Profile {
  profile {
    id
    name
    tier
    unreadNotifications
    orders(first: 2) {
      totalCount
      nodes {
        id
        status
        placedAt
        total { amount currency }
        payment { status method }
        lines { quantity product { name } }
      }
    }
    recommendations(first: 3) {
      name
      rating
      price { amount currency }
    }
  }
}`,
  },
  {
    query: `# Users, products and orders in one list, for the order desk: sign in as Élise.
query Search($text: String!) {
  search(text: $text, first: 6) {
    __typename
    ... on User { name email }
    ... on Product { name inStock }
    ... on Order { status total { amount currency } }
  }
}`,
    variables: { text: 'o1' },
  },
  {
    query: `# A mutation in one service, its answer from two.
mutation Order($input: PlaceOrderInput!) {
  placeOrder(input: $input) {
    id
    status
    total { amount currency }
    lines { quantity product { name inStock } }
  }
}`,
    variables: { input: { userId: 'u1', lines: [{ productId: 'p1', quantity: 2 }] } },
  },
  {
    query: `# The orders of the signed-in user, as their status changes. Place one (the tab before) and come back.
subscription OrderStatus {
  orderStatus { id status }
}`,
  },
];

const demoUsers = [
  { name: 'Julien, customer', subject: 'u1', scopes: ['orders:read'] },
  { name: 'Tariq, customer', subject: 'u2', scopes: ['orders:read'] },
  {
    name: 'Élise, order desk',
    subject: 'u3',
    scopes: ['orders:read', 'orders:search', 'users:read', 'stock:write'],
    roles: ['order-desk'],
  },
];

/** Services that check who owns what is changed. */
const forward = { claims: { 'x-shop-user': 'sub', 'x-shop-roles': 'roles' } };

export default defineConfig({
  subgraphs: {
    users: {
      url: 'http://127.0.0.1:4001/graphql',
      schema: 'schema/subgraphs/users.graphql',
      forward,
      dev: { command: ['node', 'subgraphs/start.ts', 'users'], watch: ['subgraphs', 'schema/subgraphs/users.graphql'] },
    },
    orders: {
      url: 'http://127.0.0.1:4002/graphql',
      schema: 'schema/subgraphs/orders.graphql',
      forward,
      dev: {
        command: ['node', 'subgraphs/start.ts', 'orders'],
        watch: ['subgraphs', 'schema/subgraphs/orders.graphql'],
      },
    },
    products: {
      url: 'http://127.0.0.1:4003/graphql',
      // Slower than this, its part of a response is missing: `recommendations(delay: 3000)` shows it.
      timeout: '2s',
      schema: 'schema/subgraphs/products.graphql',
      dev: {
        command: ['node', 'subgraphs/start.ts', 'products'],
        watch: ['subgraphs', 'schema/subgraphs/products.graphql'],
      },
    },
    // Speaks REST: the schema has its address, and says which request brings a field.
    notifications: {
      schema: 'schema/subgraphs/notifications.graphql',
      forward,
      dev: {
        command: ['node', 'subgraphs/start.ts', 'notifications'],
        watch: ['subgraphs'],
      },
    },
    // Speaks gRPC.
    payments: {
      grpc: '127.0.0.1:4005',
      descriptors: 'schema/payments.binpb',
      schema: 'schema/subgraphs/payments.graphql',
      forward,
      dev: {
        command: ['node', 'subgraphs/start.ts', 'payments'],
        watch: ['subgraphs', 'schema/payments.binpb'],
      },
    },
  },
  graphiql: { examples },
  // Tools for agents at /mcp/web: with mutations, such as the one that cancels an order.
  mcp: { mutations: true },
  authentication: {
    // Only `concierge dev` takes them. For everybody else: issuers of tokens in `jwt`, see docs/authentication.md.
    development: { users: demoUsers },
  },
  authorization: {
    policies: {
      orderDesk: ({ identity }) => identity?.roles.includes('order-desk') ?? false,
    },
  },
  fields: {
    // With Redis, orders have their events from a channel; without it, the orders service streams them.
    schema: process.env.REDIS_URL ? 'schema/gateway.redis.graphql' : 'schema/gateway.graphql',
    resolvers: {
      Query: {
        // `@authenticated` in its SDL: who calls it has an identity.
        profile: (_root, _arguments, { identity }) => identity && { id: identity.subject },
      },
    },
  },
});
