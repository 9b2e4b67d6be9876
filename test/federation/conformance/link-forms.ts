// Forms in which a subgraph may link and write Federation: namespaces, renamed directives and root types, both versions.
// https://specs.apollo.dev/link/v1.0
import type { ConformanceCase } from './conformance-case.ts';

export const linkForms: ConformanceCase[] = [
  {
    name: 'a subgraph of Federation 1 beside one of Federation 2',
    isFederationOne: true,
    subgraphs: {
      one: {
        sdl: `type Query { user: User } type User @key(fields: "id") { id: ID! name: String email: String } type Size { w: Int }`,
        rows: { User: [{ id: 'u', name: 'Ada', email: 'a@x' }] },
        roots: { user: { id: 'u' } },
      },
      two: {
        sdl: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@key", "@external", "@requires", "@shareable"])
          type Query { top: User } type User @key(fields: "id") { id: ID! email: String @external domain: String @requires(fields: "email") size: Size } type Size @shareable { w: Int }`,
        rows: { User: [{ id: 'u', size: { w: 4 } }] },
        roots: { top: { id: 'u' } },
        fields: { User: { domain: ({ email }: { email: string }) => email.split('@')[1] } },
      },
      three: {
        sdl: `extend type User @key(fields: "id") { id: ID! @external posts: Int }`,
        rows: { User: [{ id: 'u', posts: 3 }] },
      },
    },
    operations: [
      ['{ user { domain posts } }', { user: { domain: 'x', posts: 3 } }, { one: 1, two: 1, three: 1 }],
      ['{ top { name size { w } } }', { top: { name: 'Ada', size: { w: 4 } } }, { one: 1, two: 1 }],
      ['{ top { domain } }', { top: { domain: 'x' } }, { one: 1, two: 2 }],
    ],
  },
  {
    name: 'root types with names of their own',
    isFederationOne: true,
    subgraphs: {
      a: {
        sdl: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
          schema { query: RootQuery mutation: RootMutation } type RootQuery { item: Item } type RootMutation { touch: Item } type Item @key(fields: "id") { id: ID! name: String }`,
        rows: { Item: [{ id: 'i', name: 'Lamp' }] },
        fields: { RootQuery: { item: () => ({ id: 'i' }) }, RootMutation: { touch: () => ({ id: 'i' }) } },
      },
      b: {
        sdl: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
          type Query { b: Int } type Item @key(fields: "id") { id: ID! size: Int }`,
        rows: { Item: [{ id: 'i', size: 7 }] },
        roots: { b: 1 },
      },
    },
    operations: [
      [
        '{ item { name size } b __typename }',
        { item: { name: 'Lamp', size: 7 }, b: 1, __typename: 'Query' },
        { a: 1, b: 2 },
      ],
      ['mutation { __typename touch { size } }', { __typename: 'Mutation', touch: { size: 7 } }, { a: 1, b: 1 }],
    ],
  },
];
