// The query root below the root: the root fields of any subgraph can be selected on it, without a key. Root types are
// merged from all subgraphs.
import type { ConformanceCase } from './conformance-case.ts';

const fails = () => new Error('not today');

export const queryRoots: ConformanceCase[] = [
  {
    name: 'a payload has the query root, with the fields of all subgraphs',
    subgraphs: {
      carts: {
        sdl: `type Query { cart: Cart! self: Query! } type Mutation { add(sku: ID!): AddPayload } type AddPayload { cart: Cart! query: Query! root: Query } type Cart @key(fields: "id") { id: ID! total: Int! }`,
        rows: { Cart: [{ id: 'c', total: 7 }] },
        roots: {
          cart: { id: 'c' },
          self: {},
          add: ({ sku }: { sku: string }) =>
            sku === 'none' ? null : { cart: { id: 'c' }, query: {}, root: sku === 'odd' ? null : {} },
        },
      },
      people: {
        sdl: `type Query { me: User everyone: [User!]! } type User @key(fields: "id") { id: ID! name: String query: Query }`,
        rows: {
          User: [
            { id: 'u1', name: 'Ada', query: {} },
            { id: 'u2', name: 'Bob', query: {} },
          ],
        },
        roots: { me: { id: 'u1' }, everyone: [{ id: 'u1' }, { id: 'u2' }] },
      },
      stats: {
        sdl: `type Query { visits(of: ID): Int! broken: Int brokenHard: Int! } type Mutation { visit: Int! } type User @key(fields: "id") { id: ID! score: Int }`,
        rows: { User: [{ id: 'u1', score: 3 }] },
        roots: { visits: ({ of }: { of?: string }) => Number(of ?? 1), broken: fails, brokenHard: fails, visit: 9 },
      },
    },
    operations: [
      [
        'mutation { add(sku: "a") { cart { total } query { me { name } } } }',
        { add: { cart: { total: 7 }, query: { me: { name: 'Ada' } } } },
        { carts: 1, people: 1 },
      ],
      [
        'mutation { add(sku: "a") { query { cart { id } visits me { name score } __typename } } }',
        { add: { query: { cart: { id: 'c' }, visits: 1, me: { name: 'Ada', score: 3 }, __typename: 'Query' } } },
        { carts: 1, people: 1, stats: 2 },
      ],
      [
        'mutation { a: add(sku: "a") { query { visits } } visit b: add(sku: "b") { query { visits } } }',
        { a: { query: { visits: 1 } }, visit: 9, b: { query: { visits: 1 } } },
        { carts: 2, stats: 3 },
      ],
      ['mutation { add(sku: "none") { query { visits } } }', { add: null }, { carts: 1 }],
      ['mutation { add(sku: "odd") { root { visits } } }', { add: { root: null } }, { carts: 1 }],
      [
        '{ everyone { name query { visits(of: "5") } } }',
        { everyone: ['Ada', 'Bob'].map((name) => ({ name, query: { visits: 5 } })) },
        { people: 1, stats: 1 },
      ],
      [
        'query ($of: ID) { self { me { query { self { v: visits(of: $of) } } } } }',
        { self: { me: { query: { self: { v: 4 } } } } },
        { carts: 2, people: 1, stats: 1 },
        { variables: { of: '4' } },
      ],
      [
        '{ self { broken visits } }',
        { self: { broken: null, visits: 1 } },
        { carts: 1, stats: 1 },
        { errors: { 'self.broken': 'not today' } },
      ],
      [
        'mutation { add(sku: "a") { root { brokenHard } cart { id } } }',
        { add: { root: null, cart: { id: 'c' } } },
        { carts: 1, stats: 1 },
        { errors: { 'add.root.brokenHard': 'not today' } },
      ],
    ],
  },
  {
    name: 'the query root is one of an interface or a union, beside entities',
    subgraphs: {
      search: {
        sdl: `interface Node { id: ID! } type Query implements Node { id: ID! found: [Found!]! node: Node } union Found = Query | Item type Item implements Node @key(fields: "id") { id: ID! }`,
        roots: {
          id: 'q',
          found: [{ __typename: 'Query' }, { __typename: 'Item', id: 'i' }],
          node: { __typename: 'Query' },
        },
      },
      items: {
        sdl: `type Query { count: Int! } type Item @key(fields: "id") { id: ID! price: Int }`,
        rows: { Item: [{ id: 'i', price: 2 }] },
        roots: { count: 1 },
      },
    },
    operations: [
      [
        '{ found { ... on Query { count } ... on Item { price } } }',
        { found: [{ count: 1 }, { price: 2 }] },
        { search: 1, items: 2 },
      ],
      [
        '{ node { __typename id ... on Query { count n: node { ... on Query { count } } } } }',
        { node: { __typename: 'Query', id: 'q', count: 1, n: { count: 1 } } },
        { search: 1, items: 1 },
      ],
    ],
  },
];
