// Fields and value types that several subgraphs serve:
// https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/directives#shareable
import type { ConformanceCase } from './conformance-case.ts';

export const shareable: ConformanceCase[] = [
  {
    name: 'a value type in several subgraphs',
    subgraphs: {
      shops: {
        sdl: `type Query { shop: Shop } type Shop @key(fields: "id") { id: ID! at: Point } type Point @shareable { x: Int! y: Int! }`,
        rows: { Shop: [{ id: 's', at: { x: 1, y: 2 } }] },
        roots: { shop: { id: 's' } },
      },
      depots: {
        sdl: `type Shop @key(fields: "id") { id: ID! depot: Point route: [Point!]! } type Point @shareable { x: Int! y: Int! }`,
        rows: {
          Shop: [
            {
              id: 's',
              depot: { x: 3, y: 4 },
              route: [
                { x: 3, y: 4 },
                { x: 1, y: 2 },
              ],
            },
          ],
        },
      },
    },
    operations: [
      ['{ shop { at { x y } } }', { shop: { at: { x: 1, y: 2 } } }, { shops: 1 }],
      ['{ shop { at { x } depot { x } } }', { shop: { at: { x: 1 }, depot: { x: 3 } } }, { shops: 1, depots: 1 }],
      [
        'fragment P on Point { y x } { shop { at { ...P } route { ...P } } }',
        {
          shop: {
            at: { y: 2, x: 1 },
            route: [
              { y: 4, x: 3 },
              { y: 2, x: 1 },
            ],
          },
        },
        { shops: 1, depots: 1 },
      ],
      [
        '{ shop { at: depot { x } depot: at { x } } }',
        { shop: { at: { x: 3 }, depot: { x: 1 } } },
        { shops: 1, depots: 1 },
      ],
    ],
  },
  {
    name: 'a shared field is fetched where the object is',
    subgraphs: {
      users: {
        sdl: `type Query { me: User } type User @key(fields: "id") { id: ID! name: String @shareable email: String }`,
        rows: { User: [{ id: 'u', name: 'Ada', email: 'a@x' }] },
        roots: { me: { id: 'u' } },
      },
      posts: {
        sdl: `type Query { post: Post } type Post { title: String author: User } type User @key(fields: "id") { id: ID! name: String @shareable posts: Int }`,
        rows: { User: [{ id: 'u', name: 'Ada', posts: 4 }] },
        roots: { post: { title: 'Hi', author: { id: 'u' } } },
      },
      stars: {
        sdl: `type User @key(fields: "id") { id: ID! name: String @shareable stars: Int }`,
        rows: { User: [{ id: 'u', name: 'Ada', stars: 5 }] },
      },
    },
    operations: [
      ['{ me { name } }', { me: { name: 'Ada' } }, { users: 1 }],
      ['{ post { author { name posts } } }', { post: { author: { name: 'Ada', posts: 4 } } }, { posts: 1 }],
      [
        '{ post { author { name email } } }',
        { post: { author: { name: 'Ada', email: 'a@x' } } },
        { posts: 1, users: 1 },
      ],
      ['{ me { stars name posts } }', { me: { stars: 5, name: 'Ada', posts: 4 } }, { users: 1, stars: 1, posts: 1 }],
      [
        '{ post { title author { stars name } } me { name } }',
        { post: { title: 'Hi', author: { stars: 5, name: 'Ada' } }, me: { name: 'Ada' } },
        { posts: 1, users: 1, stars: 1 },
      ],
    ],
  },
  {
    name: 'a field that two others share comes with the one that is fetched anyway',
    subgraphs: {
      start: {
        sdl: `type Query { item: Item } type Item @key(fields: "id") { id: ID! }`,
        roots: { item: { id: 'i' } },
      },
      left: {
        sdl: `type Item @key(fields: "id") { id: ID! name: String @shareable left: Int }`,
        rows: { Item: [{ id: 'i', name: 'Lamp', left: 1 }] },
      },
      right: {
        sdl: `type Item @key(fields: "id") { id: ID! name: String @shareable size: Int @shareable right: Int }`,
        rows: { Item: [{ id: 'i', name: 'Lamp', size: 7, right: 2 }] },
      },
    },
    operations: [
      ['{ item { left name } }', { item: { left: 1, name: 'Lamp' } }, { start: 1, left: 1 }],
      ['{ item { name right } }', { item: { name: 'Lamp', right: 2 } }, { start: 1, right: 1 }],
      ['{ item { name size } }', { item: { name: 'Lamp', size: 7 } }, { start: 1, right: 1 }],
      ['{ item { left right name } }', { item: { left: 1, right: 2, name: 'Lamp' } }, { start: 1, left: 1, right: 1 }],
    ],
  },
  {
    name: 'root fields that several subgraphs serve',
    subgraphs: {
      one: {
        sdl: `type Query { version: String! @shareable viewer: Viewer @shareable one: Int } type Viewer @shareable { id: ID! name: String }`,
        roots: { version: '1', viewer: { id: 'v', name: 'Ada' }, one: 1 },
      },
      two: {
        sdl: `type Query { version: String! @shareable viewer: Viewer @shareable two: Int } type Viewer @shareable { id: ID! name: String age: Int }`,
        roots: { version: '1', viewer: { id: 'v', name: 'Ada', age: 36 }, two: 2 },
      },
    },
    operations: [
      ['{ version one }', { version: '1', one: 1 }, { one: 1 }],
      ['{ two version }', { two: 2, version: '1' }, { two: 1 }],
      ['{ viewer { name age } }', { viewer: { name: 'Ada', age: 36 } }, { two: 1 }],
      ['{ one viewer { id } }', { one: 1, viewer: { id: 'v' } }, { one: 1 }],
      [
        '{ one two version viewer { name } }',
        { one: 1, two: 2, version: '1', viewer: { name: 'Ada' } },
        { one: 1, two: 1 },
      ],
      ['{ a: version b: version viewer { age } }', { a: '1', b: '1', viewer: { age: 36 } }, { two: 1 }],
    ],
  },
  {
    name: 'a shared object whose fields lie in different subgraphs, below an entity',
    subgraphs: {
      base: {
        sdl: `type Query { user: User } type User @key(fields: "id") { id: ID! settings: Settings @shareable } type Settings @shareable { theme: Theme } type Theme @shareable { name: String }`,
        rows: { User: [{ id: 'u', settings: { theme: { name: 'dark' } } }] },
        roots: { user: { id: 'u' } },
      },
      more: {
        sdl: `type User @key(fields: "id") { id: ID! settings: Settings @shareable } type Settings @shareable { theme: Theme locale: String } type Theme @shareable { name: String colour: String }`,
        rows: { User: [{ id: 'u', settings: { theme: { name: 'dark', colour: '#000' }, locale: 'nl' } }] },
      },
    },
    operations: [
      ['{ user { settings { theme { name } } } }', { user: { settings: { theme: { name: 'dark' } } } }, { base: 1 }],
      ['{ user { settings { locale } } }', { user: { settings: { locale: 'nl' } } }, { base: 1, more: 1 }],
      [
        '{ user { settings { theme { colour } } id } }',
        { user: { settings: { theme: { colour: '#000' } }, id: 'u' } },
        { base: 1, more: 1 },
      ],
      [
        '{ user { settings { theme { name colour } locale } } }',
        { user: { settings: { theme: { name: 'dark', colour: '#000' }, locale: 'nl' } } },
        { base: 1, more: 1 },
      ],
    ],
  },
];
