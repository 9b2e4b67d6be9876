// Forms in which a subgraph may link and write Federation: namespaces, renamed directives and root types, both
// versions. https://specs.apollo.dev/link/v1.0
import type { ConformanceCase } from './conformance-case.ts';

const named = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", as: "fed")\n`;
const plain = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3")\n`;
const renamed = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: [{ name: "@key", as: "@own__key" }, { name: "@external", as: "@foreign" }, "@requires", { name: "@interfaceObject", as: "@untyped" }])\n`;

export const linkForms: ConformanceCase[] = [
  {
    name: 'directives by the name of their namespace, and renamed ones',
    isFederationOne: true,
    subgraphs: {
      a: {
        sdl: `${plain} type Query { item: Item } type Item @federation__key(fields: "id") { id: ID! name: String @federation__shareable weight: Int }`,
        rows: { Item: [{ id: 'i', name: 'Lamp', weight: 2 }] },
        roots: { item: { id: 'i' } },
      },
      b: {
        sdl: `${named} type Query { other: Item } type Item @fed__key(fields: "id") { id: ID! name: String @fed__shareable size: Int }`,
        rows: { Item: [{ id: 'i', name: 'Lamp', size: 7 }] },
        roots: { other: { id: 'i' } },
      },
      c: {
        sdl: `${renamed} type Item @own__key(fields: "id") { id: ID! weight: Int @foreign postage: Int @requires(fields: "weight") }`,
        fields: { Item: { postage: ({ weight }: { weight: number }) => weight * 3 } },
        entities: { Item: (representation) => representation },
      },
    },
    operations: [
      ['{ item { name size } }', { item: { name: 'Lamp', size: 7 } }, { a: 1, b: 1 }],
      ['{ other { postage name } }', { other: { postage: 6, name: 'Lamp' } }, { a: 1, b: 1, c: 1 }],
      ['{ item { postage } }', { item: { postage: 6 } }, { a: 1, c: 1 }],
      ['{ other { name size } }', { other: { name: 'Lamp', size: 7 } }, { b: 1 }],
    ],
  },
  {
    name: 'renamed directives of an interface object',
    isFederationOne: true,
    subgraphs: {
      kinds: {
        sdl: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
          type Query { media: [Media!]! } interface Media @key(fields: "id") { id: ID! title: String } type Book implements Media @key(fields: "id") { id: ID! title: String }`,
        rows: { Media: [{ __typename: 'Book', id: 'b', title: 'Dune' }], Book: [{ id: 'b', title: 'Dune' }] },
        roots: { media: [{ __typename: 'Book', id: 'b' }] },
      },
      labels: {
        sdl: `${renamed} type Query { labelled: Media } type Media @untyped @own__key(fields: "id") { id: ID! title: String @foreign label: String @requires(fields: "title") }`,
        roots: { labelled: { id: 'b' } },
        fields: { Media: { label: ({ title }: { title: string }) => `<${title}>` } },
        entities: { Media: (representation) => representation },
      },
    },
    operations: [
      ['{ labelled { title } }', { labelled: { title: 'Dune' } }, { labels: 1, kinds: 1 }],
      ['{ labelled { label } }', { labelled: { label: '<Dune>' } }, { labels: 2, kinds: 1 }],
      ['{ media { label } }', { media: [{ label: '<Dune>' }] }, { kinds: 1, labels: 1 }],
    ],
  },
  {
    name: "a subgraph's own @key, beside that of Federation",
    isFederationOne: true,
    subgraphs: {
      a: {
        sdl: `${plain} directive @key(note: String) on FIELD_DEFINITION
          type Query { item: Item } type Item @federation__key(fields: "id") { id: ID! name: String @key(note: "mine") }`,
        rows: { Item: [{ id: 'i', name: 'Lamp' }] },
        roots: { item: { id: 'i' } },
      },
      b: {
        sdl: `${named} directive @key(note: String) on FIELD_DEFINITION
          type Item @fed__key(fields: "id") { id: ID! size: Int @key(note: "mine") }`,
        rows: { Item: [{ id: 'i', size: 7 }] },
      },
    },
    operations: [
      ['{ item { name size } }', { item: { name: 'Lamp', size: 7 } }, { a: 1, b: 1 }],
      ['{ item { id size } }', { item: { id: 'i', size: 7 } }, { a: 1, b: 1 }],
    ],
  },
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
