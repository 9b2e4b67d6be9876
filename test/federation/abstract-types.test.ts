// Unions, interfaces and enums that subgraphs have in different forms: a type or value that a subgraph does not know
// never reaches it, and one that it must not show never reaches the client.
import { describe, expect, test } from 'vitest';
import { link, serveFederation } from './served-federation.ts';

const container = (actions: object[]) => ({ id: 'c1', wrapper: { actions } });
const common = { __typename: 'Common', label: 'both' };
const onlyA = { __typename: 'OnlyA', a: 'a' };
const onlyB = { __typename: 'OnlyB', b: 'b' };
const every = '{ actions { __typename ... on Common { label } ... on OnlyA { a } ... on OnlyB { b } } }';

describe('a union whose members differ', () => {
  test.each<[query: string, data: object, requests: object]>([
    [`{ rootA { wrapper ${every} } }`, { rootA: { wrapper: { actions: [common, onlyA] } } }, { a: 1 }],
    [`{ rootB { wrapper ${every} } }`, { rootB: { wrapper: { actions: [common, onlyB] } } }, { b: 1 }],
    [
      '{ rootA { wrapper { actions { ... on OnlyB { b } } } } }',
      { rootA: { wrapper: { actions: [{}, {}] } } },
      { a: 1 },
    ],
    [`{ rootA { bWrapper ${every} } }`, { rootA: { bWrapper: { actions: [common, onlyB] } } }, { a: 1, b: 1 }],
    [
      'query ($a: Boolean = false) { rootA { wrapper { actions { ... on OnlyA @include(if: $a) { a } } } } }',
      { rootA: { wrapper: { actions: [{}, {}] } } },
      { a: 1 },
    ],
  ])('%s', async (query, data, requests) => {
    const { receive } = await serveFederation({
      a: {
        sdl: `${link} type Query { rootA: Container } type Container @key(fields: "id") { id: ID! wrapper: Wrapper @shareable }
          type Wrapper @shareable { actions: [Action!]! } union Action = Common | OnlyA type Common @shareable { label: String } type OnlyA { a: String }`,
        resolvers: { Query: { rootA: () => container([common, onlyA]) } },
        entities: { Container: () => container([common, onlyA]) },
      },
      b: {
        sdl: `${link} type Query { rootB: Container } type Container @key(fields: "id") { id: ID! wrapper: Wrapper @shareable bWrapper: Wrapper }
          type Wrapper @shareable { actions: [Action!]! } union Action = Common | OnlyB type Common @shareable { label: String } type OnlyB { b: String }`,
        resolvers: {
          Query: { rootB: () => container([common, onlyB]) },
          Container: { bWrapper: () => ({ actions: [common, onlyB] }) },
        },
        entities: { Container: () => container([common, onlyB]) },
      },
    });
    expect(await receive(query)).toEqual({ data, errors: {}, requests });
  });
});

describe('an interface whose types differ', () => {
  const serve = () =>
    serveFederation({
      nodes: {
        sdl: `${link} type Query { products: [Product] node(id: ID!): Node } union Product = Oven | Toaster interface Node { id: ID! }
          interface Priced { price: Int } type Oven @key(fields: "id") { id: ID! } type Toaster implements Node & Priced @key(fields: "id") { id: ID! price: Int }`,
        resolvers: {
          Query: {
            products: () => [
              { __typename: 'Oven', id: 'o1' },
              { __typename: 'Toaster', id: 't1', price: 3 },
            ],
            node: (_: unknown, { id }: { id: string }) => ({
              __typename: id.startsWith('o') ? 'Oven' : 'Toaster',
              id,
              price: 3,
            }),
          },
        },
      },
      ovens: {
        sdl: `${link} interface Node { id: ID! } interface Priced { price: Int } type Oven implements Node & Priced @key(fields: "id") { id: ID! price: Int }`,
        entities: { Oven: ({ id }) => ({ id, price: 9 }) },
      },
    });

  test.each<[query: string, data: object, requests: object]>([
    ['{ products { ... on Node { id } } }', { products: [{ id: 'o1' }, { id: 't1' }] }, { nodes: 1 }],
    ['{ products { ... on Priced { price } } }', { products: [{ price: 9 }, { price: 3 }] }, { nodes: 1, ovens: 1 }],
    ['{ node(id: "t1") { id ... on Priced { price } } }', { node: { id: 't1', price: 3 } }, { nodes: 1 }],
  ])('%s', async (query, data, requests) => {
    const { receive } = await serve();
    expect(await receive(query)).toEqual({ data, errors: {}, requests });
  });

  test('does not let a subgraph return a type that is none of its own', async () => {
    const { receive } = await serve();
    const { data, errors } = await receive('{ node(id: "o1") { ... on Oven { price } } }');
    expect(data).toEqual({ node: null });
    expect(Object.keys(errors)).toEqual(['node']);
  });
});

describe('a value of an enum', () => {
  const serve = () =>
    serveFederation({
      first: {
        sdl: `${link} type Query { users: [User] } type User @key(fields: "id") { id: ID! kind: Kind @shareable } enum Kind { REGULAR }`,
        resolvers: { Query: { users: () => [{ id: 'u1', kind: 'REGULAR' }] } },
      },
      second: {
        sdl: `${link} type Query { all: [User] of(kind: Kind!): [User] } type User @key(fields: "id") { id: ID! kind: Kind @shareable }
          enum Kind { ANONYMOUS @inaccessible REGULAR }`,
        resolvers: {
          Query: {
            all: () => [
              { id: 'u1', kind: 'REGULAR' },
              { id: 'u2', kind: 'ANONYMOUS' },
            ],
            of: (_: unknown, { kind }: { kind: string }) => [{ id: 'u1', kind }],
          },
        },
      },
    });

  test('that is inaccessible is null in responses, with an error', async () => {
    const { data, errors } = await (await serve()).receive('{ all { id kind } }');
    expect(data).toEqual({
      all: [
        { id: 'u1', kind: 'REGULAR' },
        { id: 'u2', kind: null },
      ],
    });
    expect(Object.keys(errors)).toEqual(['all.1.kind']);
  });

  test('that every subgraph has is sent and received', async () => {
    expect(await (await serve()).receive('{ users { kind } of(kind: REGULAR) { kind } }')).toEqual({
      data: { users: [{ kind: 'REGULAR' }], of: [{ kind: 'REGULAR' }] },
      errors: {},
      requests: { first: 1, second: 1 },
    });
  });
});

test('a list of an interface that refers to itself, with fields that other subgraphs have at each depth', async () => {
  const book = (id: string): object => ({ __typename: 'Book', id });
  const { receive } = await serveFederation({
    shelf: {
      sdl: `${link} type Query { product: Product } interface Product { similar: [Product] }
        type Book implements Product @key(fields: "id") { id: ID! similar: [Book] @provides(fields: "price") price: Int @external }`,
      resolvers: {
        Query: { product: () => book('b1') },
        Book: { similar: () => [{ ...book('b2'), price: 5 }], price: ({ price }: { price?: number }) => price },
      },
    },
    prices: {
      sdl: `${link} type Book @key(fields: "id") { id: ID! price: Int @shareable }`,
      entities: { Book: ({ id }) => ({ id, price: 5 }) },
    },
  });
  expect(
    await receive('{ product { similar { ... on Book { price } similar { __typename } } ... on Book { price } } }'),
  ).toEqual({
    data: { product: { similar: [{ price: 5, similar: [{ __typename: 'Book' }] }], price: 5 } },
    errors: {},
    requests: { shelf: 1, prices: 1 },
  });
});
