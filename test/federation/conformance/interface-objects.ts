// Interfaces that are object types in some subgraphs:
// https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/directives#interfaceobject
import type { ConformanceCase } from './conformance-case.ts';
import type { TableService } from './table-service.ts';

const media = [
  { __typename: 'Book', id: '1', title: 'Dune', pages: 412 },
  { __typename: 'Film', id: '2', title: 'Alien', minutes: 117 },
];

const library: TableService = {
  sdl: `type Query { library: [Media!]! } interface Media @key(fields: "id") { id: ID! title: String! }
    type Book implements Media @key(fields: "id") { id: ID! title: String! pages: Int } type Film implements Media @key(fields: "id") { id: ID! title: String! minutes: Int }`,
  rows: { Media: media, Book: media.slice(0, 1), Film: media.slice(1) },
  roots: { library: media },
};

const reviews: TableService = {
  sdl: `type Query { reviewed: [Media!]! best: Media } type Media @key(fields: "id") @interfaceObject { id: ID! stars: Int reviews: [Review!]! }
    type Review { text: String media: Media }`,
  rows: {
    Media: [
      { id: '1', stars: 5, reviews: [{ text: 'long', media: { id: '1' } }] },
      { id: '2', stars: 4, reviews: [] },
    ],
  },
  roots: { reviewed: [{ id: '2' }, { id: '1' }], best: { id: '1' } },
};

export const interfaceObjects: ConformanceCase[] = [
  {
    name: 'fields of the interface object belong to every type',
    subgraphs: { library, reviews },
    operations: [
      [
        '{ library { title stars } }',
        {
          library: [
            { title: 'Dune', stars: 5 },
            { title: 'Alien', stars: 4 },
          ],
        },
        { library: 1, reviews: 1 },
      ],
      [
        '{ library { ... on Book { stars pages } } }',
        { library: [{ stars: 5, pages: 412 }, {}] },
        { library: 1, reviews: 1 },
      ],
      [
        '{ library { __typename ... on Film { reviews { text } } } }',
        { library: [{ __typename: 'Book' }, { __typename: 'Film', reviews: [] }] },
        { library: 1, reviews: 1 },
      ],
      ['{ library { ... on Book { pages } } }', { library: [{ pages: 412 }, {}] }, { library: 1 }],
    ],
  },
  {
    name: 'objects of the interface object have the types and fields that the interface gives them',
    subgraphs: { library, reviews },
    operations: [
      ['{ reviewed { stars } }', { reviewed: [{ stars: 4 }, { stars: 5 }] }, { reviews: 1 }],
      [
        '{ reviewed { title stars } }',
        {
          reviewed: [
            { title: 'Alien', stars: 4 },
            { title: 'Dune', stars: 5 },
          ],
        },
        { reviews: 1, library: 1 },
      ],
      ['{ best { __typename } }', { best: { __typename: 'Book' } }, { reviews: 1, library: 1 }],
      [
        '{ reviewed { ... on Book { pages stars } ... on Film { minutes } } }',
        { reviewed: [{ minutes: 117 }, { pages: 412, stars: 5 }] },
        { reviews: 1, library: 1 },
      ],
      ['{ best { ... on Film { stars } } }', { best: {} }, { reviews: 1, library: 1 }],
      [
        '{ best { reviews { text media { title } } } }',
        { best: { reviews: [{ text: 'long', media: { title: 'Dune' } }] } },
        { reviews: 1, library: 1 },
      ],
      [
        '{ best { reviews { media { ... on Book { pages __typename } } } } }',
        { best: { reviews: [{ media: { pages: 412, __typename: 'Book' } }] } },
        { reviews: 1, library: 1 },
      ],
      ['{ best { ... on Media { stars } } }', { best: { stars: 5 } }, { reviews: 1 }],
    ],
  },
  {
    name: 'two interface objects of one interface, and a subgraph with one of its types',
    subgraphs: {
      library,
      reviews,
      prices: {
        sdl: `type Query { offers: [Media!]! } type Media @key(fields: "id") @interfaceObject { id: ID! price: Int! }`,
        rows: {
          Media: [
            { id: '1', price: 12 },
            { id: '2', price: 8 },
          ],
        },
        roots: { offers: [{ id: '1' }, { id: '2' }] },
      },
      scripts: {
        sdl: `type Film @key(fields: "id") { id: ID! author: String }`,
        rows: { Film: [{ id: '2', author: "O'Bannon" }] },
      },
    },
    operations: [
      [
        '{ offers { price stars } }',
        {
          offers: [
            { price: 12, stars: 5 },
            { price: 8, stars: 4 },
          ],
        },
        { prices: 1, reviews: 1 },
      ],
      [
        '{ offers { price title stars } }',
        {
          offers: [
            { price: 12, title: 'Dune', stars: 5 },
            { price: 8, title: 'Alien', stars: 4 },
          ],
        },
        { prices: 1, library: 1, reviews: 1 },
      ],
      [
        '{ offers { ... on Film { author price } } }',
        { offers: [{}, { author: "O'Bannon", price: 8 }] },
        // The first request cannot have a non-null field: its failure would null objects that do not select it.
        { prices: 2, library: 1, scripts: 1 },
      ],
      [
        '{ library { ... on Film { author price stars } } }',
        { library: [{}, { author: "O'Bannon", price: 8, stars: 4 }] },
        { library: 1, scripts: 1, prices: 1, reviews: 1 },
      ],
      [
        '{ reviewed { price ... on Book { title } } }',
        { reviewed: [{ price: 8 }, { price: 12, title: 'Dune' }] },
        { reviews: 1, prices: 1, library: 1 },
      ],
      [
        '{ best { price } offers { price } }',
        { best: { price: 12 }, offers: [{ price: 12 }, { price: 8 }] },
        { reviews: 1, prices: 2 },
      ],
    ],
  },
  {
    name: 'fields of an interface object that require fields of the interface',
    subgraphs: {
      library,
      labels: {
        sdl: `type Query { labelled: Media } type Media @key(fields: "id") @interfaceObject { id: ID! title: String! @external label: String @requires(fields: "title") }`,
        roots: { labelled: { id: '2' } },
        fields: { Media: { label: ({ title }: { title: string }) => `<${title}>` } },
      },
    },
    operations: [
      ['{ library { label } }', { library: [{ label: '<Dune>' }, { label: '<Alien>' }] }, { library: 1, labels: 1 }],
      [
        '{ library { ... on Film { label minutes } } }',
        { library: [{}, { label: '<Alien>', minutes: 117 }] },
        { library: 1, labels: 1 },
      ],
      ['{ labelled { label } }', { labelled: { label: '<Alien>' } }, { labels: 2, library: 1 }],
      ['{ labelled { title id } }', { labelled: { title: 'Alien', id: '2' } }, { labels: 1, library: 1 }],
    ],
  },
  {
    name: 'entities that the interface does not have',
    subgraphs: {
      library,
      notes: {
        sdl: `type Query { noted: [Media] } type Media @key(fields: "id") @interfaceObject { id: ID! note: String }`,
        rows: {
          Media: [
            { id: '1', note: 'lent' },
            { id: '7', note: 'lost' },
          ],
        },
        roots: { noted: [{ id: '1' }, null, { id: '7' }] },
      },
    },
    operations: [
      ['{ noted { note } }', { noted: [{ note: 'lent' }, null, { note: 'lost' }] }, { notes: 1 }],
      [
        '{ noted { __typename note } }',
        { noted: [{ __typename: 'Book', note: 'lent' }, null, null] },
        { notes: 1, library: 1 },
        { errors: { 'noted.2': '' } },
      ],
      [
        '{ noted { note title } }',
        { noted: [{ note: 'lent', title: 'Dune' }, null, null] },
        { notes: 1, library: 1 },
        { errors: { 'noted.2.title': '' } },
      ],
      ['{ library { note } }', { library: [{ note: 'lent' }, { note: null }] }, { library: 1, notes: 1 }],
    ],
  },
];
