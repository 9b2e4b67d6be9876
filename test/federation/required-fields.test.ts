// Required fields: what a subgraph's field needs of other subgraphs (`@requires`), with arguments, fragments and
// through interfaces.
// https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/directives#requires
import { expect, test } from 'vitest';
import { supergraphOf } from '../values/federated.ts';
import type { Representation } from './federated-services.ts';
import { link, serveFederation } from './served-federation.ts';

const nothing = (representation: Representation) => ({ ...representation });

test('two fields may require one field with different arguments, and the client a third', async () => {
  const seen: Representation[] = [];
  const { receive } = await serveFederation({
    goods: {
      sdl: `${link} type Query { item: Item } type Item @key(fields: "id") { id: ID! price(in: String!): Int }`,
      resolvers: {
        Query: { item: () => ({ id: 'i1' }) },
        Item: { price: (_: unknown, args: { in: string }) => ({ USD: 10, EUR: 9, GBP: 8 })[args.in] },
      },
    },
    postage: {
      sdl: `${link} type Item @key(fields: "id") { id: ID! price(in: String!): Int @external
        dollars: Int @requires(fields: "price(in: \\"USD\\")") euros: Int @requires(fields: "price(in: \\"EUR\\")") }`,
      resolvers: {
        Item: {
          dollars: ({ price }: { price: number }) => price + 1,
          euros: ({ price }: { price: number }) => price + 2,
        },
      },
      entities: {
        Item: (representation) => {
          seen.push(representation);
          return { ...representation };
        },
      },
    },
  });
  expect(await receive('{ item { dollars euros price(in: "GBP") } }')).toEqual({
    data: { item: { dollars: 11, euros: 11, price: 8 } },
    errors: {},
    requests: { goods: 1, postage: 1 },
  });
  expect(seen.slice(0, 2)).toEqual([
    { __typename: 'Item', id: 'i1', price: 10 },
    { __typename: 'Item', id: 'i1', price: 9 },
  ]);
});

const fragments = supergraphOf(
  ['main', 'extra'],
  `type Query @join__type(graph: MAIN) @join__type(graph: EXTRA) { boxes: [Box] @join__field(graph: MAIN) }
   type Box @join__type(graph: MAIN, key: "id") @join__type(graph: EXTRA, key: "id") {
     id: ID!
     inside: Thing @join__field(graph: MAIN) @join__field(graph: EXTRA, external: true)
     label: String @join__field(graph: EXTRA, requires: "inside { name ... on Sized { size ... on Ball { bounces } } ... on Cube { edge } }")
   }
   interface Thing @join__type(graph: MAIN) @join__type(graph: EXTRA) { name: String }
   interface Sized implements Thing @join__implements(graph: MAIN, interface: "Thing") @join__type(graph: MAIN) @join__type(graph: EXTRA) { name: String size: Int }
   type Ball implements Thing & Sized @join__implements(graph: MAIN, interface: "Thing") @join__implements(graph: MAIN, interface: "Sized")
     @join__implements(graph: EXTRA, interface: "Thing") @join__implements(graph: EXTRA, interface: "Sized") @join__type(graph: MAIN) @join__type(graph: EXTRA) { name: String size: Int bounces: Boolean }
   type Cube implements Thing @join__implements(graph: MAIN, interface: "Thing") @join__implements(graph: EXTRA, interface: "Thing")
     @join__type(graph: MAIN) @join__type(graph: EXTRA) { name: String edge: Int }`,
);

test('fragments in a requirement hold for the types that they name, and a null stays null', async () => {
  const seen: Representation[] = [];
  const { receive } = await serveFederation(
    {
      main: {
        sdl: `${link} type Query { boxes: [Box] } type Box @key(fields: "id") { id: ID! inside: Thing }
          interface Thing { name: String } interface Sized implements Thing { name: String size: Int }
          type Ball implements Thing & Sized { name: String size: Int bounces: Boolean } type Cube implements Thing { name: String edge: Int }`,
        resolvers: {
          Query: {
            boxes: () => [
              { id: '1', inside: { __typename: 'Ball', name: 'b', size: 3, bounces: true } },
              { id: '2', inside: { __typename: 'Cube', name: 'c', edge: 4 } },
              { id: '3', inside: null },
            ],
          },
        },
      },
      extra: {
        sdl: `${link} type Box @key(fields: "id") { id: ID! label: String }`,
        resolvers: { Box: { label: ({ id }: { id: string }) => `label ${id}` } },
        entities: {
          Box: (representation) => {
            seen.push(representation);
            return { ...representation };
          },
        },
      },
    },
    { supergraph: fragments },
  );
  expect(await receive('{ boxes { label } }')).toEqual({
    data: { boxes: [{ label: 'label 1' }, { label: 'label 2' }, { label: 'label 3' }] },
    errors: {},
    requests: { main: 1, extra: 1 },
  });
  expect(seen.slice(0, 3)).toEqual([
    { __typename: 'Box', id: '1', inside: { __typename: 'Ball', name: 'b', size: 3, bounces: true } },
    { __typename: 'Box', id: '2', inside: { __typename: 'Cube', name: 'c', edge: 4 } },
    { __typename: 'Box', id: '3', inside: null },
  ]);
});

test('requirements of requirements are fetched one after the other, and with the fields beside them', async () => {
  const { receive } = await serveFederation({
    start: {
      sdl: `${link} type Query { post: Post } type Post @key(fields: "id") { id: ID! }`,
      resolvers: { Query: { post: () => ({ id: 'p1' }) } },
      entities: { Post: nothing },
    },
    authors: {
      sdl: `${link} type Post @key(fields: "id") { id: ID! author: Author } type Author @key(fields: "id") { id: ID! years: Int }`,
      resolvers: { Post: { author: () => ({ id: 'a1', years: 1 }) } },
      entities: { Post: nothing, Author: ({ id }) => ({ id, years: 1 }) },
    },
    novices: {
      sdl: `${link} type Post @key(fields: "id") { id: ID! author: Author @external byNovice: Boolean @requires(fields: "author { years }") } type Author @key(fields: "id") { id: ID! years: Int @external }`,
      resolvers: { Post: { byNovice: ({ author }: { author: { years: number } }) => author.years < 2 } },
      entities: { Post: nothing, Author: nothing },
    },
    experts: {
      sdl: `${link} type Post @key(fields: "id") { id: ID! byNovice: Boolean @external byExpert: Boolean @requires(fields: "byNovice") }`,
      resolvers: { Post: { byExpert: ({ byNovice }: { byNovice: boolean }) => !byNovice } },
      entities: { Post: nothing },
    },
  });
  expect(await receive('{ post { byExpert byNovice author { id } } }')).toEqual({
    data: { post: { byExpert: false, byNovice: true, author: { id: 'a1' } } },
    errors: {},
    requests: { start: 1, authors: 1, novices: 1, experts: 1 },
  });
});

test('the input of a nullable field that failed is its error; the field is not fetched without it', async () => {
  const { receive, subgraphs } = await serveFederation({
    goods: {
      sdl: `${link} type Query { items: [Item] } type Item @key(fields: "id") { id: ID! weight: Int }`,
      resolvers: {
        Query: { items: () => [{ id: 'i1' }, { id: 'i2' }] },
        Item: {
          weight: ({ id }: { id: string }) => {
            if (id === 'i1') throw new Error('no scales');
            return 2;
          },
        },
      },
    },
    postage: {
      sdl: `${link} type Item @key(fields: "id") { id: ID! weight: Int @external postage: Int @requires(fields: "weight") }`,
      resolvers: { Item: { postage: ({ weight }: { weight: number | null }) => (weight ?? 100) * 3 } },
      entities: { Item: nothing },
    },
  });
  const { data, errors } = await receive('{ items { postage } }');
  expect(data).toEqual({ items: [{ postage: null }, { postage: 6 }] });
  expect(errors).toEqual({ 'items.0.postage': 'no scales' });
  expect(subgraphs.postage.requests.at(-1)?.variables).toMatchObject({ k1_representations: [{ id: 'i2', weight: 2 }] });
});
