// Mutations that return entities: root fields run one after the other.
// https://spec.graphql.org/October2021/#sec-Mutation
import type { ConformanceCase } from './conformance-case.ts';

const fails = () => new Error('not today');

export const mutations: ConformanceCase[] = [
  {
    name: 'the result of a mutation is completed from other subgraphs',
    subgraphs: {
      posts: {
        sdl: `type Query { post: Post } type Mutation { publish(title: String!): Post! rename(id: ID!, to: String!): Post } type Post @key(fields: "id") { id: ID! title: String! author: User } type User @key(fields: "id") { id: ID! }`,
        roots: {
          publish: ({ title }: { title: string }) => ({ id: 'p1', title, author: { id: 'u1' } }),
          rename: ({ id, to }: { id: string; to: string }) => (id === 'p1' ? { id, title: to, author: null } : null),
        },
      },
      users: {
        sdl: `type Mutation { follow(id: ID!): User } type User @key(fields: "id") { id: ID! name: String followers: Int! }`,
        rows: { User: [{ id: 'u1', name: 'Ada', followers: 3 }] },
        roots: { follow: ({ id }: { id: string }) => ({ id }) },
      },
      stats: {
        sdl: `type Post @key(fields: "id") { id: ID! views: Int }`,
        rows: { Post: [{ id: 'p1', views: 0 }] },
      },
    },
    operations: [
      ['mutation { publish(title: "Hi") { id title } }', { publish: { id: 'p1', title: 'Hi' } }, { posts: 1 }],
      [
        'mutation { publish(title: "Hi") { title views author { name } } }',
        { publish: { title: 'Hi', views: 0, author: { name: 'Ada' } } },
        { posts: 1, stats: 1, users: 1 },
      ],
      [
        'mutation ($id: ID!, $to: String!) { rename(id: $id, to: $to) { title author { name } } }',
        { rename: { title: 'Yo', author: null } },
        { posts: 1 },
        { variables: { id: 'p1', to: 'Yo' } },
      ],
      ['mutation { rename(id: "p9", to: "x") { title views } }', { rename: null }, { posts: 1 }],
      ['mutation { follow(id: "u1") { name followers } }', { follow: { name: 'Ada', followers: 3 } }, { users: 1 }],
      [
        'mutation { __typename publish(title: "Hi") { __typename } }',
        { __typename: 'Mutation', publish: { __typename: 'Post' } },
        { posts: 1 },
      ],
    ],
  },
  {
    name: 'mutations of several subgraphs run in their order',
    subgraphs: {
      left: {
        sdl: `type Query { left: Int } type Mutation { addLeft(by: Int!): Counter } type Counter @key(fields: "id") { id: ID! left: Int }`,
        roots: { addLeft: ({ by }: { by: number }) => ({ id: 'c', left: by }) },
      },
      right: {
        sdl: `type Mutation { addRight(by: Int!): Counter fail: Int failHard: Int! } type Counter @key(fields: "id") { id: ID! right: Int }`,
        rows: { Counter: [{ id: 'c', right: 7 }] },
        roots: { addRight: ({ by }: { by: number }) => ({ id: 'c', right: by }), fail: fails, failHard: fails },
      },
    },
    operations: [
      [
        'mutation { a: addLeft(by: 1) { left } b: addRight(by: 2) { right } c: addLeft(by: 3) { left } }',
        { a: { left: 1 }, b: { right: 2 }, c: { left: 3 } },
        { left: 2, right: 1 },
      ],
      ['mutation { addLeft(by: 1) { left right } }', { addLeft: { left: 1, right: 7 } }, { left: 1, right: 1 }],
      [
        'mutation { fail addLeft(by: 4) { left } }',
        { fail: null, addLeft: { left: 4 } },
        { left: 1, right: 1 },
        { errors: { fail: 'not today' } },
      ],
      ['mutation { failHard addLeft(by: 4) { left } }', null, { right: 1 }, { errors: { failHard: 'not today' } }],
      [
        'mutation { addLeft(by: 4) { left } failHard }',
        null,
        { left: 1, right: 1 },
        { errors: { failHard: 'not today' } },
      ],
      [
        'mutation ($skip: Boolean!) { addLeft(by: 1) @skip(if: $skip) { left } addRight(by: 2) { right } }',
        { addRight: { right: 2 } },
        { right: 1 },
        { variables: { skip: true } },
      ],
    ],
  },
  {
    name: 'a payload with several entities',
    subgraphs: {
      carts: {
        sdl: `type Query { cart: Cart! } type Mutation { add(sku: ID!): AddPayload! } type AddPayload { cart: Cart item: Item errors: [String!]! } type Cart @key(fields: "id") { id: ID! items: [Item!]! } type Item @key(fields: "sku") { sku: ID! }`,
        rows: { Cart: [{ id: 'c', items: [{ sku: 'a' }, { sku: 'b' }] }] },
        roots: {
          cart: { id: 'c' },
          add: ({ sku }: { sku: string }) =>
            sku === 'none'
              ? { cart: null, item: null, errors: ['no such item'] }
              : { cart: { id: 'c' }, item: { sku }, errors: [] },
        },
      },
      items: {
        sdl: `type Item @key(fields: "sku") { sku: ID! price: Int! name: String }`,
        rows: {
          Item: [
            { sku: 'a', price: 1, name: 'A' },
            { sku: 'b', price: 2, name: null },
          ],
        },
      },
    },
    operations: [
      [
        'mutation { add(sku: "b") { item { price } cart { items { price } } errors } }',
        { add: { item: { price: 2 }, cart: { items: [{ price: 1 }, { price: 2 }] }, errors: [] } },
        { carts: 1, items: 1 },
      ],
      [
        'mutation { add(sku: "none") { item { price } errors } }',
        { add: { item: null, errors: ['no such item'] } },
        { carts: 1 },
      ],
      [
        'mutation { add(sku: "z") { item { sku price } errors } }',
        { add: { item: null, errors: [] } },
        { carts: 1, items: 1 },
        { errors: { 'add.item.price': '' } },
      ],
      [
        '{ cart { items { name sku } } }',
        {
          cart: {
            items: [
              { name: 'A', sku: 'a' },
              { name: null, sku: 'b' },
            ],
          },
        },
        { carts: 1, items: 1 },
      ],
    ],
  },
];
