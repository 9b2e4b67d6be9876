// Provided fields: external in a subgraph, except below the fields whose `@provides` names them.
// https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/directives#provides
import { expect, test } from 'vitest';
import { link, serveFederation } from './served-federation.ts';

const books = [
  { __typename: 'Book', id: 'b1', title: 'Dune' },
  { __typename: 'Film', id: 'f1', title: 'Alien' },
];

test.each<[query: string, data: object, requests: object]>([
  [
    '{ media { ... on Book { title } ... on Film { id } } }',
    { media: [{ title: 'Dune' }, { id: 'f1' }] },
    { provider: 1 },
  ],
  [
    '{ media { ... on Book { title } ... on Film { title } } }',
    { media: [{ title: 'Dune' }, { title: 'Alien' }] },
    { provider: 1, owner: 1 },
  ],
  ['{ bare { ... on Book { called: title } } }', { bare: [{ called: 'Dune' }, {}] }, { provider: 1, owner: 1 }],
])('below a union, for the types of its fragments: %s', async (query, data, requests) => {
  const { receive } = await serveFederation({
    plain: {
      sdl: `${link} type Query { media: [Media] @shareable } union Media = Book | Film
      type Book @key(fields: "id") { id: ID! } type Film @key(fields: "id") { id: ID! }`,
    },
    provider: {
      sdl: `${link} type Query { media: [Media] @shareable @provides(fields: "... on Book { title }") bare: [Media] } union Media = Book | Film
        type Book @key(fields: "id") { id: ID! title: String @external } type Film @key(fields: "id") { id: ID! }`,
      resolvers: { Query: { media: () => books, bare: () => books.map(({ title: _, ...rest }) => rest) } },
    },
    owner: {
      sdl: `${link} type Book @key(fields: "id") { id: ID! title: String @shareable } type Film @key(fields: "id") { id: ID! title: String @shareable }`,
      entities: {
        Book: ({ id }) => books.find((each) => each.id === id) ?? null,
        Film: ({ id }) => books.find((each) => each.id === id) ?? null,
      },
    },
  });
  expect(await receive(query)).toEqual({ data, errors: {}, requests });
});

const categories = (depth: number): object => ({
  id: `c${depth}`,
  name: `category ${depth}`,
  subCategories: depth < 3 ? [categories(depth + 1)] : [],
});

test.each<[query: string, data: object, requests: object]>([
  [
    '{ products { categories { name subCategories { name } } } }',
    { products: [{ categories: [{ name: 'category 1', subCategories: [{ name: 'category 2' }] }] }] },
    { provider: 1 },
  ],
  // One level more than is provided: its owner has the ids, the provider the names.
  [
    '{ products { categories { subCategories { subCategories { id name } } } } }',
    { products: [{ categories: [{ subCategories: [{ subCategories: [{ id: 'c3', name: 'category 3' }] }] }] }] },
    { provider: 2, owner: 1 },
  ],
])('nested as deep as they are provided: %s', async (query, data, requests) => {
  const { receive } = await serveFederation({
    provider: {
      sdl: `${link} type Query { products: [Product] @provides(fields: "categories { id subCategories { id } }") }
        type Product @key(fields: "id") { id: ID! categories: [Category] @external }
        type Category @key(fields: "id") { id: ID! name: String subCategories: [Category] @external }`,
      resolvers: { Query: { products: () => [{ id: 'p1', categories: [categories(1)] }] } },
      entities: { Category: ({ id }) => ({ id, name: `category ${String(id).slice(1)}` }) },
    },
    owner: {
      sdl: `${link} type Product @key(fields: "id") { id: ID! categories: [Category] @shareable }
        type Category @key(fields: "id") { id: ID! subCategories: [Category] @shareable }`,
      entities: {
        Product: ({ id }) => ({ id, categories: [categories(1)] }),
        Category: ({ id }) => categories(Number(String(id).slice(1))),
      },
    },
  });
  expect(await receive(query)).toEqual({ data, errors: {}, requests });
});
