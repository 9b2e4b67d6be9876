// Fields that a subgraph serves at some places only:
// https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/directives#provides
import type { ConformanceCase } from './conformance-case.ts';
import type { TableService } from './table-service.ts';

const users: TableService = {
  sdl: `type Query { me: User } type User @key(fields: "id") { id: ID! name: String @shareable email: String @shareable pet: Pet @shareable }
    type Pet @key(fields: "id") { id: ID! name: String @shareable age: Int }`,
  rows: {
    User: [{ id: 'u1', name: 'Ada', email: 'a@x', pet: { id: 'p1' } }],
    Pet: [{ id: 'p1', name: 'Rex', age: 3 }],
  },
  roots: { me: { id: 'u1' } },
};

export const provides: ConformanceCase[] = [
  {
    name: 'a provided field needs no request, and at other places one',
    subgraphs: {
      users,
      reviews: {
        sdl: `type Query { reviews: [Review!]! } type Review { author: User @provides(fields: "name") moderator: User } type User @key(fields: "id") { id: ID! name: String @external }`,
        roots: { reviews: [{ author: { id: 'u1', name: 'Ada' }, moderator: { id: 'u1' } }] },
      },
    },
    operations: [
      ['{ reviews { author { name } } }', { reviews: [{ author: { name: 'Ada' } }] }, { reviews: 1 }],
      [
        '{ reviews { author { id called: name } } }',
        { reviews: [{ author: { id: 'u1', called: 'Ada' } }] },
        { reviews: 1 },
      ],
      ['{ reviews { moderator { name } } }', { reviews: [{ moderator: { name: 'Ada' } }] }, { reviews: 1, users: 1 }],
      [
        '{ reviews { author { name } moderator { name } } }',
        { reviews: [{ author: { name: 'Ada' }, moderator: { name: 'Ada' } }] },
        { reviews: 1, users: 1 },
      ],
      [
        '{ reviews { author { name email } } }',
        { reviews: [{ author: { name: 'Ada', email: 'a@x' } }] },
        { reviews: 1, users: 1 },
      ],
      ['{ me { name } }', { me: { name: 'Ada' } }, { users: 1 }],
    ],
  },
  {
    name: 'provided fields of nested entities',
    subgraphs: {
      users,
      walks: {
        sdl: `type Query { walk: Walk } type Walk { walker: User @provides(fields: "name pet { name }") }
          type User @key(fields: "id") { id: ID! name: String @external pet: Pet @external } type Pet @key(fields: "id") { id: ID! name: String @external }`,
        roots: { walk: { walker: { id: 'u1', name: 'Ada', pet: { id: 'p1', name: 'Rex' } } } },
      },
    },
    operations: [
      [
        '{ walk { walker { name pet { name } } } }',
        { walk: { walker: { name: 'Ada', pet: { name: 'Rex' } } } },
        { walks: 1 },
      ],
      [
        '{ walk { walker { pet { n: name id } } } }',
        { walk: { walker: { pet: { n: 'Rex', id: 'p1' } } } },
        { walks: 1 },
      ],
      [
        '{ walk { walker { pet { name age } } } }',
        { walk: { walker: { pet: { name: 'Rex', age: 3 } } } },
        { walks: 1, users: 1 },
      ],
      ['{ walk { walker { email } } }', { walk: { walker: { email: 'a@x' } } }, { walks: 1, users: 1 }],
    ],
  },
  {
    name: 'provided fields of the objects in a list, and through a fragment',
    subgraphs: {
      users,
      teams: {
        sdl: `type Query { team: Team } type Team @key(fields: "id") { id: ID! members: [User!]! @provides(fields: "email") } type User @key(fields: "id") { id: ID! email: String @external }`,
        rows: {
          Team: [
            {
              id: 't',
              members: [
                { id: 'u1', email: 'a@x' },
                { id: 'u1', email: 'a@x' },
              ],
            },
          ],
        },
        roots: { team: { id: 't' } },
      },
    },
    operations: [
      ['{ team { members { email } } }', { team: { members: [{ email: 'a@x' }, { email: 'a@x' }] } }, { teams: 1 }],
      [
        'fragment M on User { email } { team { members { ...M } } }',
        { team: { members: [{ email: 'a@x' }, { email: 'a@x' }] } },
        { teams: 1 },
      ],
      [
        'fragment M on User { email name } { team { members { ...M } } me { ...M } }',
        {
          team: {
            members: [
              { email: 'a@x', name: 'Ada' },
              { email: 'a@x', name: 'Ada' },
            ],
          },
          me: { email: 'a@x', name: 'Ada' },
        },
        { teams: 1, users: 2 },
      ],
    ],
  },
  {
    name: 'provided fields of one type behind a union',
    subgraphs: {
      library: {
        sdl: `type Book @key(fields: "id") { id: ID! title: String @shareable pages: Int } type Film @key(fields: "id") { id: ID! title: String @shareable }`,
        rows: { Book: [{ id: 'b', title: 'Dune', pages: 412 }], Film: [{ id: 'f', title: 'Alien' }] },
      },
      shelf: {
        sdl: `type Query { shelf: [Media!]! @provides(fields: "... on Book { title }") } union Media = Book | Film
          type Book @key(fields: "id") { id: ID! title: String @external } type Film @key(fields: "id") { id: ID! }`,
        roots: {
          shelf: [
            { __typename: 'Book', id: 'b', title: 'Dune' },
            { __typename: 'Film', id: 'f' },
          ],
        },
      },
    },
    operations: [
      ['{ shelf { ... on Book { title } } }', { shelf: [{ title: 'Dune' }, {}] }, { shelf: 1 }],
      ['{ shelf { ... on Film { title } } }', { shelf: [{}, { title: 'Alien' }] }, { shelf: 1, library: 1 }],
      [
        '{ shelf { __typename ... on Book { title pages } } }',
        { shelf: [{ __typename: 'Book', title: 'Dune', pages: 412 }, { __typename: 'Film' }] },
        { shelf: 1, library: 1 },
      ],
      ['{ shelf { ... on Book { id } ... on Film { id } } }', { shelf: [{ id: 'b' }, { id: 'f' }] }, { shelf: 1 }],
    ],
  },
  {
    name: 'provided fields of an interface, for all of its types',
    subgraphs: {
      zoo: {
        sdl: `type Cat @key(fields: "id") { id: ID! name: String @shareable } type Dog @key(fields: "id") { id: ID! name: String @shareable age: Int }`,
        rows: { Cat: [{ id: 'c', name: 'Tom' }], Dog: [{ id: 'd', name: 'Rex', age: 2 }] },
      },
      homes: {
        sdl: `type Query { home: Home } type Home @key(fields: "id") { id: ID! pets: [Pet!]! @provides(fields: "... on Cat { name } ... on Dog { name }") oldest: Pet } interface Pet { id: ID! name: String }
          type Cat implements Pet @key(fields: "id") { id: ID! name: String @external } type Dog implements Pet @key(fields: "id") { id: ID! name: String @external }`,
        rows: {
          Home: [
            {
              id: 'h',
              pets: [
                { __typename: 'Cat', id: 'c', name: 'Tom' },
                { __typename: 'Dog', id: 'd', name: 'Rex' },
              ],
              oldest: { __typename: 'Dog', id: 'd' },
            },
          ],
        },
        roots: { home: { id: 'h' } },
      },
    },
    operations: [
      ['{ home { pets { name } } }', { home: { pets: [{ name: 'Tom' }, { name: 'Rex' }] } }, { homes: 1 }],
      [
        '{ home { pets { ... on Dog { name age } } } }',
        { home: { pets: [{}, { name: 'Rex', age: 2 }] } },
        { homes: 1, zoo: 1 },
      ],
      ['{ home { oldest { name } } }', { home: { oldest: { name: 'Rex' } } }, { homes: 1, zoo: 1 }],
      [
        '{ home { oldest { id } pets { id name } } }',
        {
          home: {
            oldest: { id: 'd' },
            pets: [
              { id: 'c', name: 'Tom' },
              { id: 'd', name: 'Rex' },
            ],
          },
        },
        { homes: 1 },
      ],
    ],
  },
];
