// Errors and the propagation of nulls, over subgraphs:
// https://spec.graphql.org/October2021/#sec-Handling-Field-Errors
import type { ConformanceCase } from './conformance-case.ts';

const fails = (text: string) => () => new Error(text);

export const nullsErrors: ConformanceCase[] = [
  {
    name: 'a non-null field of another subgraph that fails makes its object null',
    subgraphs: {
      users: {
        sdl: `type Query { users: [User] strict: [User!]! one: User must: User! } type User @key(fields: "id") { id: ID! name: String! friend: User }`,
        rows: {
          User: [
            { id: '1', name: 'Ada', friend: { id: '2' } },
            { id: '2', name: 'Bob', friend: { id: '1' } },
          ],
        },
        roots: {
          users: [{ id: '1' }, { id: '2' }],
          strict: [{ id: '1' }, { id: '2' }],
          one: { id: '2' },
          must: { id: '2' },
        },
      },
      ranks: {
        sdl: `type User @key(fields: "id") { id: ID! rank: Int! title: String }`,
        fields: {
          User: {
            rank: ({ id }: { id: string }) => (id === '1' ? 1 : new Error('no rank')),
            title: ({ id }: { id: string }) => (id === '1' ? 'Dr' : new Error('no title')),
          },
        },
      },
    },
    operations: [
      [
        '{ users { name rank } }',
        { users: [{ name: 'Ada', rank: 1 }, null] },
        { users: 1, ranks: 1 },
        { errors: { 'users.1.rank': 'no rank' } },
      ],
      [
        '{ users { title } }',
        { users: [{ title: 'Dr' }, { title: null }] },
        { users: 1, ranks: 1 },
        { errors: { 'users.1.title': 'no title' } },
      ],
      ['{ strict { rank } }', null, { users: 1, ranks: 1 }, { errors: { 'strict.1.rank': 'no rank' } }],
      [
        '{ one { rank } users { name } }',
        { one: null, users: [{ name: 'Ada' }, { name: 'Bob' }] },
        { users: 1, ranks: 1 },
        { errors: { 'one.rank': 'no rank' } },
      ],
      ['{ must { place: rank } }', null, { users: 1, ranks: 1 }, { errors: { 'must.place': 'no rank' } }],
      [
        '{ users { name friend { rank } } }',
        {
          users: [
            { name: 'Ada', friend: null },
            { name: 'Bob', friend: { rank: 1 } },
          ],
        },
        { users: 1, ranks: 1 },
        { errors: { 'users.0.friend.rank': 'no rank' } },
      ],
      [
        '{ must { title } }',
        { must: { title: null } },
        { users: 1, ranks: 1 },
        { errors: { 'must.title': 'no title' } },
      ],
    ],
  },
  {
    name: 'errors of items in lists, nested',
    subgraphs: {
      grids: {
        sdl: `type Query { grid: [[Int]] filled: [[Int!]!] cells: [[Cell!]] } type Cell @key(fields: "id") { id: ID! }`,
        roots: {
          grid: [[1, new Error('bad cell')], null, [3]],
          filled: [[1], [2, new Error('bad cell')]],
          cells: [[{ id: 'a' }, { id: 'b' }], [{ id: 'a' }], []],
        },
      },
      values: {
        sdl: `type Cell @key(fields: "id") { id: ID! value: Int! tags: [String!] }`,
        fields: {
          Cell: {
            value: ({ id }: { id: string }) => (id === 'a' ? 1 : new Error('no value')),
            tags: ({ id }: { id: string }) => (id === 'a' ? ['x', new Error('bad tag')] : []),
          },
        },
      },
    },
    operations: [
      ['{ grid }', { grid: [[1, null], null, [3]] }, { grids: 1 }, { errors: { 'grid.0.1': 'bad cell' } }],
      ['{ filled }', { filled: null }, { grids: 1 }, { errors: { 'filled.1.1': 'bad cell' } }],
      [
        '{ cells { value } }',
        { cells: [null, [{ value: 1 }], []] },
        { grids: 1, values: 1 },
        { errors: { 'cells.0.1.value': 'no value' } },
      ],
      [
        '{ cells { id tags } }',
        {
          cells: [
            [
              { id: 'a', tags: null },
              { id: 'b', tags: [] },
            ],
            [{ id: 'a', tags: null }],
            [],
          ],
        },
        { grids: 1, values: 1 },
        { errors: { 'cells.0.0.tags.1': 'bad tag', 'cells.1.0.tags.1': 'bad tag' } },
      ],
    ],
  },
  {
    name: 'a subgraph whose lookups fail',
    subgraphs: {
      books: {
        sdl: `type Query { books: [Book!]! top: Book } type Book @key(fields: "id") { id: ID! title: String }`,
        rows: {
          Book: [
            { id: '1', title: 'Dune' },
            { id: '2', title: 'Emma' },
          ],
        },
        roots: { books: [{ id: '1' }, { id: '2' }], top: { id: '1' } },
      },
      reviews: {
        sdl: `type Book @key(fields: "id") { id: ID! stars: Int reviews: [String!]! }`,
        entities: {
          Book: ({ id }) => {
            if (id === '2') throw new Error('no reviews today');
            return { id, stars: 5, reviews: ['good'] };
          },
        },
      },
    },
    operations: [
      [
        '{ books { title stars } }',
        {
          books: [
            { title: 'Dune', stars: 5 },
            { title: 'Emma', stars: null },
          ],
        },
        { books: 1, reviews: 1 },
        { errors: { 'books.1.stars': 'no reviews today' } },
      ],
      ['{ top { stars reviews } }', { top: { stars: 5, reviews: ['good'] } }, { books: 1, reviews: 1 }],
      ['{ books { reviews } }', null, { books: 1, reviews: 1 }, { errors: { 'books.1.reviews': 'no reviews today' } }],
      [
        '{ top { title } books { a: stars b: stars } }',
        {
          top: { title: 'Dune' },
          books: [
            { a: 5, b: 5 },
            { a: null, b: null },
          ],
        },
        { books: 1, reviews: 1 },
        { errors: { 'books.1.a': 'no reviews today', 'books.1.b': 'no reviews today' } },
      ],
    ],
  },
  {
    name: 'root fields that fail, of one of two subgraphs',
    subgraphs: {
      good: { sdl: `type Query { good: String always: String! }`, roots: { good: 'yes', always: 'sure' } },
      bad: {
        sdl: `type Query { bad: String worse: String! empty: String! }`,
        roots: { bad: fails('bad root'), worse: fails('worse root'), empty: 'full' },
      },
    },
    operations: [
      ['{ good bad }', { good: 'yes', bad: null }, { good: 1, bad: 1 }, { errors: { bad: 'bad root' } }],
      ['{ good worse }', null, { good: 1, bad: 1 }, { errors: { worse: 'worse root' } }],
      ['{ always empty }', { always: 'sure', empty: 'full' }, { good: 1, bad: 1 }],
      ['{ x: bad y: good }', { x: null, y: 'yes' }, { good: 1, bad: 1 }, { errors: { x: 'bad root' } }],
    ],
  },
  {
    name: 'a key that could not be resolved is the error of the fields behind it',
    subgraphs: {
      first: {
        sdl: `type Query { items: [Item] } type Item @key(fields: "a") { a: ID! name: String }`,
        rows: {
          Item: [
            { a: '1', name: 'one' },
            { a: '2', name: 'two' },
          ],
        },
        roots: { items: [{ a: '1' }, { a: '2' }] },
      },
      second: {
        sdl: `type Item @key(fields: "a") @key(fields: "b") { a: ID! b: ID! }`,
        entities: {
          Item: ({ a }) => {
            if (a === '2') throw new Error('no b');
            return { a, b: `b${a}` };
          },
        },
      },
      third: {
        sdl: `type Item @key(fields: "b") { b: ID! size: Int strict: Int! }`,
        fields: { Item: { size: () => 7, strict: () => 8 } },
      },
    },
    operations: [
      [
        '{ items { name size } }',
        {
          items: [
            { name: 'one', size: 7 },
            { name: 'two', size: null },
          ],
        },
        { first: 1, second: 1, third: 1 },
        { errors: { 'items.1.size': 'no b' } },
      ],
      [
        '{ items { strict } }',
        { items: [{ strict: 8 }, null] },
        { first: 1, second: 1, third: 1 },
        { errors: { 'items.1.strict': 'no b' } },
      ],
      ['{ items { b } }', { items: [{ b: 'b1' }, null] }, { first: 1, second: 1 }, { errors: { 'items.1.b': 'no b' } }],
      [
        '{ items { a name } }',
        {
          items: [
            { a: '1', name: 'one' },
            { a: '2', name: 'two' },
          ],
        },
        { first: 1 },
      ],
    ],
  },
];
