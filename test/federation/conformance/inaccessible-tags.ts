// Elements that clients do not see, and those that not all may have, through composition:
// https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/directives#inaccessible
import type { ConformanceCase } from './conformance-case.ts';

export const inaccessibleTags: ConformanceCase[] = [
  {
    name: 'an inaccessible key still leads to other subgraphs',
    subgraphs: {
      parts: {
        sdl: `type Query { part: Part } type Part @key(fields: "secret") { secret: ID! @inaccessible name: String hidden: Int @inaccessible }`,
        rows: { Part: [{ secret: 's', name: 'Bolt', hidden: 9 }] },
        roots: { part: { secret: 's' } },
      },
      stock: {
        sdl: `type Part @key(fields: "secret") { secret: ID! left: Int hidden: Int @external twice: Int @requires(fields: "hidden") }`,
        rows: { Part: [{ secret: 's', left: 4 }] },
        fields: { Part: { twice: ({ hidden }: { hidden: number }) => hidden * 2 } },
      },
    },
    operations: [
      ['{ part { name left } }', { part: { name: 'Bolt', left: 4 } }, { parts: 1, stock: 1 }],
      ['{ part { twice } }', { part: { twice: 18 } }, { parts: 1, stock: 1 }],
      [
        '{ __type(name: "Part") { fields { name } } }',
        { __type: { fields: [{ name: 'name' }, { name: 'left' }, { name: 'twice' }] } },
        {},
      ],
    ],
  },
  {
    name: 'types that are inaccessible in one subgraph are hidden, with the fields that return them',
    subgraphs: {
      main: {
        sdl: `type Query { entries: [Entry!]! log: Log @inaccessible } union Entry = Note | Log type Note @key(fields: "id") { id: ID! text: String } type Log @key(fields: "id") @inaccessible { id: ID! line: String }`,
        roots: {
          entries: [
            { __typename: 'Note', id: 'n', text: 'hi' },
            { __typename: 'Note', id: 'm', text: null },
          ],
        },
      },
      pins: {
        sdl: `enum Level { LOW HIGH @inaccessible } type Note @key(fields: "id") { id: ID! level: Level }`,
        rows: {
          Note: [
            { id: 'n', level: 'LOW' },
            { id: 'm', level: 'LOW' },
          ],
        },
      },
    },
    operations: [
      [
        '{ entries { ... on Note { text level } } }',
        {
          entries: [
            { text: 'hi', level: 'LOW' },
            { text: null, level: 'LOW' },
          ],
        },
        { main: 1, pins: 1 },
      ],
      ['{ entries { __typename } }', { entries: [{ __typename: 'Note' }, { __typename: 'Note' }] }, { main: 1 }],
      [
        '{ a: __type(name: "Log") { name } b: __type(name: "Level") { enumValues { name } } c: __type(name: "Entry") { possibleTypes { name } } }',
        { a: null, b: { enumValues: [{ name: 'LOW' }] }, c: { possibleTypes: [{ name: 'Note' }] } },
        {},
      ],
    ],
  },
  {
    name: '@tag has no effect on execution',
    subgraphs: {
      tagged: {
        sdl: `type Query { doc: Doc @tag(name: "public") } type Doc @key(fields: "id") @tag(name: "internal") { id: ID! title(lang: String @tag(name: "x")): String @tag(name: "public") }`,
        rows: { Doc: [{ id: 'd' }] },
        roots: { doc: { id: 'd' } },
        fields: { Doc: { title: (_: unknown, { lang }: { lang?: string }) => `title ${lang ?? 'en'}` } },
      },
      other: {
        sdl: `type Doc @key(fields: "id") { id: ID! pages: Int @tag(name: "internal") }`,
        rows: { Doc: [{ id: 'd', pages: 3 }] },
      },
    },
    operations: [
      ['{ doc { title pages } }', { doc: { title: 'title en', pages: 3 } }, { tagged: 1, other: 1 }],
      ['{ doc { title(lang: "nl") } }', { doc: { title: 'title nl' } }, { tagged: 1 }],
      ['{ doc { id } }', { doc: { id: 'd' } }, { tagged: 1 }],
    ],
  },
  {
    name: 'what requires authentication or scopes is not fetched without them, from any subgraph',
    subgraphs: {
      accounts: {
        sdl: `type Query { me: Account } type Account @key(fields: "id") { id: ID! name: String email: String @authenticated }`,
        rows: { Account: [{ id: 'a', name: 'Ada', email: 'a@x' }] },
        roots: { me: { id: 'a' } },
      },
      payments: {
        sdl: `type Account @key(fields: "id") { id: ID! balance: Int @requiresScopes(scopes: [["pay"]]) card: Card currency: String } type Card @authenticated { number: String }`,
        rows: { Account: [{ id: 'a', balance: 100, card: { number: '42' }, currency: 'EUR' }] },
      },
    },
    operations: [
      ['{ me { name email } }', { me: { name: 'Ada', email: null } }, { accounts: 1 }, { errors: { 'me.email': '' } }],
      [
        '{ me { name balance } }',
        { me: { name: 'Ada', balance: null } },
        { accounts: 1 },
        { errors: { 'me.balance': '' } },
      ],
      ['{ me { card { number } } }', { me: { card: null } }, { accounts: 1 }, { errors: { 'me.card': '' } }],
      [
        '{ me { balance currency email name } }',
        { me: { balance: null, currency: 'EUR', email: null, name: 'Ada' } },
        { accounts: 1, payments: 1 },
        { errors: { 'me.balance': '', 'me.email': '' } },
      ],
    ],
  },
];
