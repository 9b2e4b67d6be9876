// Interfaces whose types are spread over subgraphs:
// https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/entities/interfaces
import type { ConformanceCase } from './conformance-case.ts';

const animals = [
  { __typename: 'Cat', id: '1' },
  { __typename: 'Dog', id: '2' },
  { __typename: 'Cat', id: '3' },
];

export const interfaces: ConformanceCase[] = [
  {
    name: 'fields of an interface that its types have in another subgraph',
    subgraphs: {
      home: {
        sdl: `type Query { animals: [Animal!]! first: Animal } interface Animal { id: ID! } type Cat implements Animal @key(fields: "id") { id: ID! } type Dog implements Animal @key(fields: "id") { id: ID! }`,
        roots: { animals, first: animals[0] },
      },
      registry: {
        sdl: `interface Animal { id: ID! name: String } type Cat implements Animal @key(fields: "id") { id: ID! name: String } type Dog implements Animal @key(fields: "id") { id: ID! name: String breed: String }`,
        rows: {
          Cat: [
            { id: '1', name: 'Tom' },
            { id: '3', name: 'Kit' },
          ],
          Dog: [{ id: '2', name: 'Rex', breed: 'Pug' }],
        },
      },
    },
    operations: [
      [
        '{ animals { name } }',
        { animals: [{ name: 'Tom' }, { name: 'Rex' }, { name: 'Kit' }] },
        { home: 1, registry: 1 },
      ],
      [
        '{ animals { __typename id } }',
        {
          animals: [
            { __typename: 'Cat', id: '1' },
            { __typename: 'Dog', id: '2' },
            { __typename: 'Cat', id: '3' },
          ],
        },
        { home: 1 },
      ],
      [
        '{ animals { id ... on Dog { name breed } } }',
        { animals: [{ id: '1' }, { id: '2', name: 'Rex', breed: 'Pug' }, { id: '3' }] },
        { home: 1, registry: 1 },
      ],
      [
        '{ animals { ... on Cat { called: name } ... on Dog { called: breed } } }',
        { animals: [{ called: 'Tom' }, { called: 'Pug' }, { called: 'Kit' }] },
        { home: 1, registry: 1 },
      ],
      ['{ first { name ... on Dog { breed } } }', { first: { name: 'Tom' } }, { home: 1, registry: 1 }],
      [
        'fragment N on Animal { name } { first { ...N } animals { ...N id } }',
        {
          first: { name: 'Tom' },
          animals: [
            { name: 'Tom', id: '1' },
            { name: 'Rex', id: '2' },
            { name: 'Kit', id: '3' },
          ],
        },
        { home: 1, registry: 1 },
      ],
    ],
  },
  {
    name: 'an interface with a key is looked up as each of its types',
    subgraphs: {
      catalog: {
        sdl: `type Query { products: [Product!]! } interface Product @key(fields: "id") { id: ID! title: String }
          type Book implements Product @key(fields: "id") { id: ID! title: String pages: Int } type Film implements Product @key(fields: "id") { id: ID! title: String minutes: Int }`,
        rows: {
          Book: [{ id: 'b', title: 'Dune', pages: 412 }],
          Film: [{ id: 'f', title: 'Alien', minutes: 117 }],
        },
        roots: {
          products: [
            { __typename: 'Film', id: 'f' },
            { __typename: 'Book', id: 'b' },
          ],
        },
      },
      stock: {
        sdl: `type Query { scarce: [Product!]! } interface Product { id: ID! } type Book implements Product @key(fields: "id") { id: ID! left: Int }
          type Film implements Product @key(fields: "id") { id: ID! left: Int }`,
        rows: { Book: [{ id: 'b', left: 3 }], Film: [{ id: 'f', left: 0 }] },
        roots: { scarce: [{ __typename: 'Film', id: 'f' }] },
      },
    },
    operations: [
      [
        '{ products { title ... on Book { left } ... on Film { left } } }',
        {
          products: [
            { title: 'Alien', left: 0 },
            { title: 'Dune', left: 3 },
          ],
        },
        { catalog: 1, stock: 1 },
      ],
      ['{ scarce { title } }', { scarce: [{ title: 'Alien' }] }, { stock: 1, catalog: 1 }],
      [
        '{ scarce { id ... on Film { minutes left } } }',
        { scarce: [{ id: 'f', minutes: 117, left: 0 }] },
        { stock: 1, catalog: 1 },
      ],
      ['{ scarce { ... on Book { pages } } }', { scarce: [{}] }, { stock: 1 }],
      [
        '{ products { ... on Book { pages title } } }',
        { products: [{}, { pages: 412, title: 'Dune' }] },
        { catalog: 1 },
      ],
    ],
  },
  {
    name: 'an interface that implements another one',
    subgraphs: {
      media: {
        sdl: `type Query { nodes: [Node!]! } interface Node { id: ID! } interface Media implements Node { id: ID! title: String }
          type Song implements Node & Media @key(fields: "id") { id: ID! title: String } type Note implements Node @key(fields: "id") { id: ID! text: String }`,
        roots: {
          nodes: [
            { __typename: 'Song', id: 's', title: 'Blue' },
            { __typename: 'Note', id: 'n', text: 'buy milk' },
          ],
        },
      },
      plays: {
        sdl: `type Song @key(fields: "id") { id: ID! plays: Int } type Note @key(fields: "id") { id: ID! pinned: Boolean! }`,
        rows: { Song: [{ id: 's', plays: 7 }], Note: [{ id: 'n', pinned: true }] },
      },
    },
    operations: [
      ['{ nodes { ... on Media { title } } }', { nodes: [{ title: 'Blue' }, {}] }, { media: 1 }],
      [
        '{ nodes { id ... on Media { ... on Song { plays } } } }',
        { nodes: [{ id: 's', plays: 7 }, { id: 'n' }] },
        { media: 1, plays: 1 },
      ],
      [
        '{ nodes { ... on Node { ... on Note { pinned text } } } }',
        { nodes: [{}, { pinned: true, text: 'buy milk' }] },
        { media: 1, plays: 1 },
      ],
      [
        '{ nodes { kind: __typename ... on Song { plays } ... on Note { pinned } } }',
        {
          nodes: [
            { kind: 'Song', plays: 7 },
            { kind: 'Note', pinned: true },
          ],
        },
        { media: 1, plays: 1 },
      ],
    ],
  },
  {
    name: 'a type that implements an interface in one subgraph only',
    subgraphs: {
      accounts: {
        sdl: `type Query { user: User } type User @key(fields: "id") { id: ID! name: String }`,
        rows: { User: [{ id: 'u1', name: 'Ada' }] },
        roots: { user: { id: 'u1' } },
      },
      search: {
        sdl: `type Query { search: [Hit!]! } interface Hit { score: Int } type User implements Hit @key(fields: "id") { id: ID! score: Int } type Page implements Hit { score: Int url: String }`,
        rows: { User: [{ id: 'u1', score: 3 }] },
        roots: {
          search: [
            { __typename: 'Page', score: 9, url: '/a' },
            { __typename: 'User', id: 'u1' },
          ],
        },
      },
    },
    operations: [
      ['{ search { score } }', { search: [{ score: 9 }, { score: 3 }] }, { search: 1 }],
      [
        '{ search { score ... on User { name } } }',
        { search: [{ score: 9 }, { score: 3, name: 'Ada' }] },
        { search: 1, accounts: 1 },
      ],
      ['{ user { name ... on Hit { score } } }', { user: { name: 'Ada', score: 3 } }, { accounts: 1, search: 1 }],
      ['{ user { ... on Hit { __typename } } }', { user: { __typename: 'User' } }, { accounts: 1 }],
      [
        '{ user { ... on User { ... on Hit { s: score } id } } }',
        { user: { s: 3, id: 'u1' } },
        { accounts: 1, search: 1 },
      ],
    ],
  },
  {
    name: 'a field of an interface whose types return objects of their own',
    subgraphs: {
      zoo: {
        sdl: `type Query { cages: [Cage!]! } interface Cage { keeper: Keeper } type Aviary implements Cage { keeper: Keeper birds: Int } type Den implements Cage { keeper: Keeper }
          type Keeper @key(fields: "id") { id: ID! }`,
        roots: {
          cages: [
            { __typename: 'Aviary', keeper: { id: 'k1' }, birds: 4 },
            { __typename: 'Den', keeper: null },
            { __typename: 'Den', keeper: { id: 'k2' } },
          ],
        },
      },
      staff: {
        sdl: `type Keeper @key(fields: "id") { id: ID! name: String shift: String }`,
        rows: {
          Keeper: [
            { id: 'k1', name: 'Eve', shift: 'day' },
            { id: 'k2', name: 'Max', shift: 'night' },
          ],
        },
      },
    },
    operations: [
      [
        '{ cages { keeper { name } } }',
        { cages: [{ keeper: { name: 'Eve' } }, { keeper: null }, { keeper: { name: 'Max' } }] },
        { zoo: 1, staff: 1 },
      ],
      [
        '{ cages { ... on Aviary { keeper { name } birds } ... on Den { keeper { shift } } } }',
        { cages: [{ keeper: { name: 'Eve' }, birds: 4 }, { keeper: null }, { keeper: { shift: 'night' } }] },
        { zoo: 1, staff: 1 },
      ],
      [
        '{ cages { keeper { id } ... on Den { keeper { name } } } }',
        { cages: [{ keeper: { id: 'k1' } }, { keeper: null }, { keeper: { id: 'k2', name: 'Max' } }] },
        { zoo: 1, staff: 1 },
      ],
    ],
  },
];
