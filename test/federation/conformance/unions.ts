// Unions whose members differ between subgraphs:
// https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/composition#unions
import type { ConformanceCase } from './conformance-case.ts';

export const unions: ConformanceCase[] = [
  {
    name: 'the members of a union are those of all subgraphs',
    subgraphs: {
      feed: {
        sdl: `type Query { feed: [Entry!]! } union Entry = Post | Photo type Post @key(fields: "id") { id: ID! text: String } type Photo @key(fields: "id") { id: ID! url: String }`,
        rows: { Post: [{ id: 'p', text: 'hi' }], Photo: [{ id: 'f', url: '/f' }] },
        roots: {
          feed: [
            { __typename: 'Post', id: 'p' },
            { __typename: 'Photo', id: 'f' },
          ],
        },
      },
      saved: {
        sdl: `type Query { saved: [Entry!]! } union Entry = Post | Event type Post @key(fields: "id") { id: ID! savedAt: Int } type Event @key(fields: "id") { id: ID! place: String }`,
        rows: { Post: [{ id: 'p', savedAt: 9 }], Event: [{ id: 'e', place: 'Delft' }] },
        roots: {
          saved: [
            { __typename: 'Event', id: 'e' },
            { __typename: 'Post', id: 'p' },
          ],
        },
      },
    },
    operations: [
      [
        '{ feed { ... on Post { text savedAt } ... on Photo { url } } }',
        { feed: [{ text: 'hi', savedAt: 9 }, { url: '/f' }] },
        { feed: 1, saved: 1 },
      ],
      [
        '{ feed { __typename ... on Event { place } } }',
        { feed: [{ __typename: 'Post' }, { __typename: 'Photo' }] },
        { feed: 1 },
      ],
      [
        '{ saved { ... on Photo { url } ... on Event { place } ... on Post { text } } }',
        { saved: [{ place: 'Delft' }, { text: 'hi' }] },
        { saved: 1, feed: 1 },
      ],
      ['{ feed { ... on Event { place } } }', { feed: [{}, {}] }, { feed: 1 }],
      [
        '{ saved { __typename } feed { __typename } }',
        {
          saved: [{ __typename: 'Event' }, { __typename: 'Post' }],
          feed: [{ __typename: 'Post' }, { __typename: 'Photo' }],
        },
        { saved: 1, feed: 1 },
      ],
    ],
  },
  {
    name: 'a member that a subgraph does not have never reaches it',
    subgraphs: {
      inbox: {
        sdl: `type Query { inbox: [Message!]! } union Message = Mail | Chat type Mail { subject: String from: Contact } type Chat @key(fields: "id") { id: ID! from: Contact } type Contact @key(fields: "id") { id: ID! }`,
        rows: { Chat: [{ id: 'x', from: { id: 'c2' } }] },
        roots: {
          inbox: [
            { __typename: 'Mail', subject: 'Hello', from: { id: 'c1' } },
            { __typename: 'Chat', id: 'x', from: { id: 'c2' } },
          ],
        },
      },
      people: {
        sdl: `type Contact @key(fields: "id") { id: ID! name: String last: Message } union Message = Chat | Call type Chat @key(fields: "id") { id: ID! } type Call @key(fields: "id") { id: ID! seconds: Int }`,
        rows: {
          Contact: [
            { id: 'c1', name: 'Ada', last: { __typename: 'Call', id: 'y', seconds: 60 } },
            { id: 'c2', name: 'Bob', last: { __typename: 'Chat', id: 'x' } },
          ],
        },
      },
    },
    operations: [
      [
        '{ inbox { ... on Mail { subject from { name } } ... on Chat { from { name } } } }',
        { inbox: [{ subject: 'Hello', from: { name: 'Ada' } }, { from: { name: 'Bob' } }] },
        { inbox: 1, people: 1 },
      ],
      [
        '{ inbox { ... on Mail { from { last { __typename ... on Call { seconds } ... on Mail { subject } } } } } }',
        { inbox: [{ from: { last: { __typename: 'Call', seconds: 60 } } }, {}] },
        { inbox: 1, people: 1 },
      ],
      [
        '{ inbox { ... on Chat { from { last { ... on Chat { id from { id } } } } } } }',
        { inbox: [{}, { from: { last: { id: 'x', from: { id: 'c2' } } } }] },
        { inbox: 2, people: 1 },
      ],
      ['{ inbox { ... on Call { seconds } ... on Chat { id } } }', { inbox: [{}, { id: 'x' }] }, { inbox: 1 }],
    ],
  },
  {
    name: 'members with fields of different types under one response key',
    subgraphs: {
      search: {
        sdl: `type Query { search(text: String!): [Hit] } union Hit = User | Shop type User @key(fields: "id") { id: ID! } type Shop @key(fields: "id") { id: ID! }`,
        roots: {
          search: ({ text }: { text: string }) =>
            text === '' ? null : [{ __typename: 'User', id: '1' }, null, { __typename: 'Shop', id: '1' }],
        },
      },
      details: {
        sdl: `type User @key(fields: "id") { id: ID! name: String! tags: [String] } type Shop @key(fields: "id") { id: ID! name: String! opens: Int }`,
        rows: { User: [{ id: '1', name: 'Ada', tags: ['a', null] }], Shop: [{ id: '1', name: 'Corner', opens: 8 }] },
      },
    },
    operations: [
      [
        '{ search(text: "a") { ... on User { name } ... on Shop { name } } }',
        { search: [{ name: 'Ada' }, null, { name: 'Corner' }] },
        { search: 1, details: 1 },
      ],
      [
        '{ search(text: "a") { ... on User { tags } ... on Shop { name opens } } }',
        { search: [{ tags: ['a', null] }, null, { name: 'Corner', opens: 8 }] },
        { search: 1, details: 1 },
      ],
      ['{ search(text: "") { ... on User { name } } }', { search: null }, { search: 1 }],
      [
        'query ($text: String!) { search(text: $text) { __typename ... on Shop { id } } }',
        { search: [{ __typename: 'User' }, null, { __typename: 'Shop', id: '1' }] },
        { search: 1 },
        { variables: { text: 'x' } },
      ],
    ],
  },
  {
    name: 'a shared field of a union: what the first subgraph does not have comes from one that does',
    subgraphs: {
      first: {
        sdl: `type Query { owner: Owner } type Owner @key(fields: "id") { id: ID! pet: Pet @shareable } union Pet = Cat | Dog type Cat @shareable { name: String } type Dog @shareable { name: String }`,
        rows: { Owner: [{ id: 'o', pet: { __typename: 'Dog', name: 'Rex' } }] },
        roots: { owner: { id: 'o' } },
      },
      second: {
        sdl: `type Owner @key(fields: "id") { id: ID! pet: Pet @shareable } union Pet = Cat | Dog type Cat @shareable { name: String lives: Int } type Dog @shareable { name: String age: Int }`,
        rows: { Owner: [{ id: 'o', pet: { __typename: 'Dog', name: 'Rex', age: 3 } }] },
      },
    },
    operations: [
      ['{ owner { pet { ... on Dog { name } } } }', { owner: { pet: { name: 'Rex' } } }, { first: 1 }],
      ['{ owner { pet { ... on Dog { age } } } }', { owner: { pet: { age: 3 } } }, { first: 1, second: 1 }],
      [
        '{ owner { pet { ... on Dog { name age } ... on Cat { lives } } } }',
        { owner: { pet: { name: 'Rex', age: 3 } } },
        { first: 1, second: 1 },
      ],
      ['{ owner { id pet { __typename } } }', { owner: { id: 'o', pet: { __typename: 'Dog' } } }, { first: 1 }],
    ],
  },
];
