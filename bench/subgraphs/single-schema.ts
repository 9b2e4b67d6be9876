// Single schema of the same graph over the same rows, without any federation: executed by graphql-js, it gives the
// expected response of every gateway.

import { makeExecutableSchema } from '@graphql-tools/schema';
import { type Product, products, type Review, reviews, type User, users } from './data.ts';

const typeDefs = /* GraphQL */ `
  type Query {
    me: User
    user(id: ID!): User
    users: [User]
    topProducts(first: Int = 5): [Product]
  }
  type User {
    id: ID!
    name: String
    username: String
    birthday: Int
    reviews: [Review]
  }
  type Product {
    upc: String!
    name: String
    price: Int
    weight: Int
    inStock: Boolean
    shippingEstimate: Int
    reviews: [Review]
  }
  type Review {
    id: ID!
    body: String
    author: User
    product: Product
  }
`;

export const wholeSchema = makeExecutableSchema({
  typeDefs,
  resolvers: {
    Query: {
      me: () => users[0],
      user: (_: unknown, { id }: { id: string }) => users.find((user) => user.id === id),
      users: () => users,
      topProducts: (_: unknown, { first }: { first?: number | null }) => products.slice(0, first ?? 5),
    },
    User: { reviews: (user: User) => reviews.filter(({ authorId }) => authorId === user.id) },
    Product: {
      reviews: (product: Product) => reviews.filter(({ upc }) => upc === product.upc),
      shippingEstimate: ({ price, weight }: Product) => (price > 1000 ? 0 : Math.round(weight / 2)),
    },
    Review: {
      author: ({ authorId }: Review) => users.find(({ id }) => id === authorId),
      product: (review: Review) => products.find(({ upc }) => upc === review.upc),
    },
  },
});
