// The demo: one graph over three services. Copy it and put your own services in.
import { GraphQLError } from 'graphql';
import { defineConfig } from './gateway/index.ts';

const examples = [
  {
    headers: { 'x-user-id': 'u1' },
    query: `# One query, three services.
query Profile {
  profile {
    id
    name
    tier
    orders(first: 2) {
      totalCount
      nodes {
        id
        status
        placedAt
        total { amount currency }
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
    query: `# The order desk: users, products and orders in one list.
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
];

export default defineConfig({
  subgraphs: {
    users: {
      url: 'http://127.0.0.1:4001/graphql',
      schema: 'schema/subgraphs/users.graphql',
      dev: { command: ['node', 'subgraphs/start.ts', 'users'], watch: ['subgraphs', 'schema/subgraphs/users.graphql'] },
    },
    orders: {
      url: 'http://127.0.0.1:4002/graphql',
      schema: 'schema/subgraphs/orders.graphql',
      dev: {
        command: ['node', 'subgraphs/start.ts', 'orders'],
        watch: ['subgraphs', 'schema/subgraphs/orders.graphql'],
      },
    },
    products: {
      url: 'http://127.0.0.1:4003/graphql',
      schema: 'schema/subgraphs/products.graphql',
      dev: {
        command: ['node', 'subgraphs/start.ts', 'products'],
        watch: ['subgraphs', 'schema/subgraphs/products.graphql'],
      },
    },
  },
  graphiql: { examples },
  fields: {
    schema: 'schema/gateway.graphql',
    resolvers: {
      Query: {
        profile: (_root, _arguments, { identity }) => {
          if (identity) return { id: identity.subject };
          throw new GraphQLError('Nobody is signed in. Say who you are in the header x-user-id.', {
            extensions: { code: 'UNAUTHENTICATED' },
          });
        },
      },
    },
  },
});
