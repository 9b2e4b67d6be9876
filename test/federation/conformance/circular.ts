// Entities that refer to each other: every round of references is one request.
import type { ConformanceCase } from './conformance-case.ts';

export const circular: ConformanceCase[] = [
  {
    name: 'two subgraphs that refer to each other',
    subgraphs: {
      authors: {
        sdl: `type Query { author: Author } type Author @key(fields: "id") { id: ID! name: String best: Book } type Book @key(fields: "id") { id: ID! }`,
        rows: {
          Author: [
            { id: 'a', name: 'Ada', best: { id: 'b' } },
            { id: 'z', name: 'Zoe', best: { id: 'y' } },
          ],
        },
        roots: { author: { id: 'a' } },
      },
      books: {
        sdl: `type Query { book: Book } type Book @key(fields: "id") { id: ID! title: String author: Author next: Book } type Author @key(fields: "id") { id: ID! }`,
        rows: {
          Book: [
            { id: 'b', title: 'Notes', author: { id: 'a' }, next: { id: 'y' } },
            { id: 'y', title: 'Yes', author: { id: 'z' }, next: null },
          ],
        },
        roots: { book: { id: 'y' } },
      },
    },
    operations: [
      ['{ author { best { title } } }', { author: { best: { title: 'Notes' } } }, { authors: 1, books: 1 }],
      [
        '{ author { best { author { id } } } }',
        { author: { best: { author: { id: 'a' } } } },
        { authors: 1, books: 1 },
      ],
      [
        '{ author { best { next { author { name } } } } }',
        { author: { best: { next: { author: { name: 'Zoe' } } } } },
        { authors: 2, books: 1 },
      ],
      [
        '{ book { author { best { author { best { title next { title } } } } } } }',
        { book: { author: { best: { author: { best: { title: 'Yes', next: null } } } } } },
        { books: 3, authors: 2 },
      ],
      [
        '{ author { name } book { title author { name } } }',
        { author: { name: 'Ada' }, book: { title: 'Yes', author: { name: 'Zoe' } } },
        { authors: 2, books: 1 },
      ],
    ],
  },
  {
    name: 'an entity that refers to itself',
    subgraphs: {
      people: {
        sdl: `type Query { person(id: ID!): Person } type Person @key(fields: "id") { id: ID! name: String boss: Person team: [Person!]! }`,
        rows: {
          Person: [
            { id: '1', name: 'Ada', boss: { id: '2' }, team: [] },
            { id: '2', name: 'Bob', boss: null, team: [{ id: '1' }, { id: '2' }] },
          ],
        },
        roots: { person: ({ id }: { id: string }) => ({ id }) },
      },
      pay: {
        sdl: `type Person @key(fields: "id") { id: ID! pay: Int }`,
        rows: {
          Person: [
            { id: '1', pay: 10 },
            { id: '2', pay: 20 },
          ],
        },
      },
    },
    operations: [
      [
        '{ person(id: 1) { boss { name team { name boss { name } } } } }',
        {
          person: {
            boss: {
              name: 'Bob',
              team: [
                { name: 'Ada', boss: { name: 'Bob' } },
                { name: 'Bob', boss: null },
              ],
            },
          },
        },
        { people: 1 },
      ],
      [
        '{ person(id: 1) { pay boss { pay team { pay } } } }',
        { person: { pay: 10, boss: { pay: 20, team: [{ pay: 10 }, { pay: 20 }] } } },
        { people: 1, pay: 1 },
      ],
      [
        '{ person(id: 2) { boss { pay } team { pay name } } }',
        {
          person: {
            boss: null,
            team: [
              { pay: 10, name: 'Ada' },
              { pay: 20, name: 'Bob' },
            ],
          },
        },
        { people: 1, pay: 1 },
      ],
      [
        '{ a: person(id: 1) { pay } b: person(id: 2) { pay name } }',
        { a: { pay: 10 }, b: { pay: 20, name: 'Bob' } },
        { people: 1, pay: 1 },
      ],
    ],
  },
  {
    name: 'requirements in both directions between two subgraphs',
    subgraphs: {
      left: {
        sdl: `type Query { pair: Pair } type Pair @key(fields: "id") { id: ID! a: Int c: Int @requires(fields: "b") b: Int @external }`,
        rows: { Pair: [{ id: 'p', a: 1 }] },
        roots: { pair: { id: 'p' } },
        fields: { Pair: { c: ({ b }: { b: number }) => b * 2 } },
      },
      right: {
        sdl: `type Pair @key(fields: "id") { id: ID! a: Int @external b: Int @requires(fields: "a") c: Int @external d: Int @requires(fields: "c") }`,
        fields: { Pair: { b: ({ a }: { a: number }) => a + 10, d: ({ c }: { c: number }) => c + 100 } },
      },
    },
    operations: [
      ['{ pair { b } }', { pair: { b: 11 } }, { left: 1, right: 1 }],
      ['{ pair { c } }', { pair: { c: 22 } }, { left: 2, right: 1 }],
      ['{ pair { d } }', { pair: { d: 122 } }, { left: 2, right: 2 }],
      ['{ pair { a b c d } }', { pair: { a: 1, b: 11, c: 22, d: 122 } }, { left: 2, right: 2 }],
    ],
  },
  {
    name: 'keys that refer to entities',
    subgraphs: {
      seats: {
        sdl: `type Query { seats: [Seat!]! } type Seat @key(fields: "row { id } number") { row: Row! number: Int! } type Row @key(fields: "id") { id: ID! }`,
        roots: {
          seats: [
            { row: { id: 'A' }, number: 1 },
            { row: { id: 'B' }, number: 1 },
          ],
        },
      },
      halls: {
        sdl: `type Row @key(fields: "id") { id: ID! level: Int }`,
        rows: {
          Row: [
            { id: 'A', level: 0 },
            { id: 'B', level: 1 },
          ],
        },
      },
      sales: {
        sdl: `type Seat @key(fields: "row { id } number") { row: Row! number: Int! sold: Boolean } type Row @key(fields: "id", resolvable: false) { id: ID! }`,
        rows: {
          Seat: [
            { row: { id: 'B' }, number: 1, sold: true },
            { row: { id: 'A' }, number: 1, sold: false },
          ],
        },
      },
    },
    operations: [
      ['{ seats { sold } }', { seats: [{ sold: false }, { sold: true }] }, { seats: 1, sales: 1 }],
      [
        '{ seats { row { level } sold } }',
        {
          seats: [
            { row: { level: 0 }, sold: false },
            { row: { level: 1 }, sold: true },
          ],
        },
        { seats: 1, halls: 1, sales: 1 },
      ],
      [
        '{ seats { row { id } number } }',
        {
          seats: [
            { row: { id: 'A' }, number: 1 },
            { row: { id: 'B' }, number: 1 },
          ],
        },
        { seats: 1 },
      ],
    ],
  },
];
