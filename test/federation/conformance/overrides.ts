// Fields that move from one subgraph to another:
// https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/directives#override
import type { ConformanceCase } from './conformance-case.ts';

export const overrides: ConformanceCase[] = [
  {
    name: 'the subgraph that overrides a field serves it, also where the old one has the object',
    subgraphs: {
      monolith: {
        sdl: `type Query { bill: Bill bills: [Bill!]! } type Bill @key(fields: "id") { id: ID! amount: Int note: String }`,
        rows: {
          Bill: [
            { id: 'b1', amount: -1, note: 'old' },
            { id: 'b2', amount: -2, note: null },
          ],
        },
        roots: { bill: { id: 'b1' }, bills: [{ id: 'b1' }, { id: 'b2' }] },
      },
      billing: {
        sdl: `type Query { due: Bill } type Bill @key(fields: "id") { id: ID! amount: Int @override(from: "monolith") }`,
        rows: {
          Bill: [
            { id: 'b1', amount: 10 },
            { id: 'b2', amount: 20 },
          ],
        },
        roots: { due: { id: 'b2' } },
      },
    },
    operations: [
      ['{ bill { amount } }', { bill: { amount: 10 } }, { monolith: 1, billing: 1 }],
      ['{ bill { note } }', { bill: { note: 'old' } }, { monolith: 1 }],
      [
        '{ bills { id amount note } }',
        {
          bills: [
            { id: 'b1', amount: 10, note: 'old' },
            { id: 'b2', amount: 20, note: null },
          ],
        },
        { monolith: 1, billing: 1 },
      ],
      ['{ due { amount } }', { due: { amount: 20 } }, { billing: 1 }],
      ['{ due { amount note id } }', { due: { amount: 20, note: null, id: 'b2' } }, { billing: 1, monolith: 1 }],
    ],
  },
  {
    name: 'an overridden root field',
    subgraphs: {
      old: {
        sdl: `type Query { news: [String!]! weather: String }`,
        roots: { news: ['stale'], weather: 'rain' },
      },
      fresh: { sdl: `type Query { news: [String!]! @override(from: "old") }`, roots: { news: ['fresh'] } },
    },
    operations: [
      ['{ news }', { news: ['fresh'] }, { fresh: 1 }],
      ['{ weather news }', { weather: 'rain', news: ['fresh'] }, { old: 1, fresh: 1 }],
      ['{ weather }', { weather: 'rain' }, { old: 1 }],
    ],
  },
  {
    name: 'an overridden field that another subgraph requires',
    subgraphs: {
      first: {
        sdl: `type Query { item: Item } type Item @key(fields: "id") { id: ID! price: Int }`,
        rows: { Item: [{ id: 'i', price: 1 }] },
        roots: { item: { id: 'i' } },
      },
      second: {
        sdl: `type Item @key(fields: "id") { id: ID! price: Int @override(from: "first") }`,
        rows: { Item: [{ id: 'i', price: 100 }] },
      },
      taxes: {
        sdl: `type Item @key(fields: "id") { id: ID! price: Int @external tax: Int @requires(fields: "price") }`,
        fields: { Item: { tax: ({ price }: { price: number }) => price / 5 } },
      },
    },
    operations: [
      ['{ item { tax } }', { item: { tax: 20 } }, { first: 1, second: 1, taxes: 1 }],
      ['{ item { price tax id } }', { item: { price: 100, tax: 20, id: 'i' } }, { first: 1, second: 1, taxes: 1 }],
      ['{ item { price } }', { item: { price: 100 } }, { first: 1, second: 1 }],
    ],
  },
  {
    name: 'an override of a subgraph that does not exist any more has no effect',
    subgraphs: {
      users: {
        sdl: `type Query { me: User } type User @key(fields: "id") { id: ID! name: String @override(from: "gone") }`,
        rows: { User: [{ id: 'u', name: 'Ada' }] },
        roots: { me: { id: 'u' } },
      },
      ages: { sdl: `type User @key(fields: "id") { id: ID! age: Int }`, rows: { User: [{ id: 'u', age: 36 }] } },
    },
    operations: [
      ['{ me { name } }', { me: { name: 'Ada' } }, { users: 1 }],
      ['{ me { age name } }', { me: { age: 36, name: 'Ada' } }, { users: 1, ages: 1 }],
    ],
  },
  {
    name: 'of two subgraphs that share a field, the one whose field is overridden serves it no more',
    subgraphs: {
      a: {
        sdl: `type Query { doc: Doc } type Doc @key(fields: "id") { id: ID! title: String @shareable a: Int }`,
        rows: { Doc: [{ id: 'd', title: 'wrong', a: 1 }] },
        roots: { doc: { id: 'd' } },
      },
      b: {
        sdl: `type Query { draft: Doc } type Doc @key(fields: "id") { id: ID! title: String @shareable b: Int }`,
        rows: { Doc: [{ id: 'd', title: 'right', b: 2 }] },
        roots: { draft: { id: 'd' } },
      },
      c: {
        sdl: `type Doc @key(fields: "id") { id: ID! title: String @shareable @override(from: "a") c: Int }`,
        rows: { Doc: [{ id: 'd', title: 'right', c: 3 }] },
      },
    },
    operations: [
      ['{ doc { title b } }', { doc: { title: 'right', b: 2 } }, { a: 1, b: 1 }],
      ['{ doc { title c } }', { doc: { title: 'right', c: 3 } }, { a: 1, c: 1 }],
      ['{ draft { title } }', { draft: { title: 'right' } }, { b: 1 }],
      ['{ doc { a } }', { doc: { a: 1 } }, { a: 1 }],
      ['{ draft { title a } }', { draft: { title: 'right', a: 1 } }, { b: 1, a: 1 }],
    ],
  },
];
