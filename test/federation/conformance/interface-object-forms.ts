// More forms of interface objects: several keys, interfaces of interfaces, mutations, arguments, overrides and
// failures.
import type { ConformanceCase } from './conformance-case.ts';
import type { TableService } from './table-service.ts';

const nodes: TableService = {
  sdl: `type Query { nodes: [Node!]! } interface Node { id: ID! } interface Media implements Node @key(fields: "id") @key(fields: "slug") { id: ID! slug: String! title(upper: Boolean = false): String }
    type Book implements Node & Media @key(fields: "id") @key(fields: "slug") { id: ID! slug: String! title(upper: Boolean = false): String pages: Int }
    type Film implements Node & Media @key(fields: "id") @key(fields: "slug") { id: ID! slug: String! title(upper: Boolean = false): String }
    type User implements Node { id: ID! name: String }`,
  rows: {
    Media: [
      { __typename: 'Book', id: '1', slug: 'dune', pages: 412 },
      { __typename: 'Film', id: '2', slug: 'alien' },
    ],
    Book: [{ id: '1', slug: 'dune', pages: 412 }],
    Film: [{ id: '2', slug: 'alien' }],
  },
  roots: {
    nodes: [
      { __typename: 'User', id: 'u', name: 'Ada' },
      { __typename: 'Film', id: '2' },
      { __typename: 'Book', id: '1' },
    ],
  },
  fields: {
    Book: { title: (_: unknown, { upper }: { upper: boolean }) => (upper ? 'DUNE' : 'Dune') },
    Film: { title: (_: unknown, { upper }: { upper: boolean }) => (upper ? 'ALIEN' : 'Alien') },
  },
};

export const interfaceObjectForms: ConformanceCase[] = [
  {
    name: 'by another key than that of its own subgraph, and with interfaces around it',
    subgraphs: {
      nodes,
      loans: {
        sdl: `type Query { loans: [Loan!]! } type Loan { media: Media! days: Int } type Media @key(fields: "slug") @interfaceObject { slug: String! lent(by: Int = 1): Int }`,
        roots: {
          loans: [
            { media: { slug: 'alien' }, days: 3 },
            { media: { slug: 'dune' }, days: null },
          ],
        },
        fields: { Media: { lent: ({ slug }: { slug: string }, { by }: { by: number }) => slug.length * by } },
      },
    },
    operations: [
      [
        '{ loans { media { id } } }',
        { loans: [{ media: { id: '2' } }, { media: { id: '1' } }] },
        { loans: 1, nodes: 1 },
      ],
      [
        '{ loans { media { slug lent } days } }',
        {
          loans: [
            { media: { slug: 'alien', lent: 5 }, days: 3 },
            { media: { slug: 'dune', lent: 4 }, days: null },
          ],
        },
        { loans: 1 },
      ],
      [
        '{ loans { media { a: title b: title(upper: true) ... on Book { pages lent(by: 2) } } } }',
        { loans: [{ media: { a: 'Alien', b: 'ALIEN' } }, { media: { a: 'Dune', b: 'DUNE', pages: 412, lent: 8 } }] },
        { loans: 1, nodes: 1 },
      ],
      [
        '{ nodes { id ... on Media { lent } } }',
        { nodes: [{ id: 'u' }, { id: '2', lent: 5 }, { id: '1', lent: 4 }] },
        { nodes: 1, loans: 1 },
      ],
      [
        '{ loans { media { ... on Node { id __typename } } } }',
        { loans: [{ media: { id: '2', __typename: 'Film' } }, { media: { id: '1', __typename: 'Book' } }] },
        { loans: 1, nodes: 1 },
      ],
      [
        '{ nodes { __typename ... on User { name } ... on Film { lent(by: 10) title } } }',
        {
          nodes: [
            { __typename: 'User', name: 'Ada' },
            { __typename: 'Film', lent: 50, title: 'Alien' },
            { __typename: 'Book' },
          ],
        },
        { nodes: 1, loans: 1 },
      ],
      [
        'query ($by: Int!) { loans { media { ... on Film { lent(by: $by) } } } }',
        { loans: [{ media: { lent: 15 } }, { media: {} }] },
        { loans: 1, nodes: 1 },
        { variables: { by: 3 } },
      ],
    ],
  },
  {
    name: 'as the result of a mutation, and in a payload',
    subgraphs: {
      nodes,
      votes: {
        sdl: `type Mutation { vote(id: ID!): Media unvote(id: ID!): Payload! } type Payload { media: [Media] ok: Boolean } type Media @key(fields: "id") @interfaceObject { id: ID! votes: Int! }`,
        rows: {
          Media: [
            { id: '1', votes: 10 },
            { id: '2', votes: 20 },
          ],
        },
        roots: {
          vote: ({ id }: { id: string }) => ({ id }),
          unvote: ({ id }: { id: string }) => ({ ok: true, media: [{ id }, null] }),
        },
      },
    },
    operations: [
      ['mutation { vote(id: 1) { votes } }', { vote: { votes: 10 } }, { votes: 1 }],
      [
        'mutation { vote(id: 2) { __typename title votes } }',
        { vote: { __typename: 'Film', title: 'Alien', votes: 20 } },
        { votes: 1, nodes: 1 },
      ],
      [
        'mutation { unvote(id: 1) { ok media { ... on Book { votes pages } } } }',
        { unvote: { ok: true, media: [{ votes: 10, pages: 412 }, null] } },
        { votes: 2, nodes: 1 },
      ],
      [
        'mutation { a: vote(id: 1) { title } b: vote(id: 2) { title } }',
        { a: { title: 'Dune' }, b: { title: 'Alien' } },
        { votes: 2, nodes: 2 },
      ],
    ],
  },
  {
    name: 'a field of one type moves to the interface object',
    subgraphs: {
      nodes: {
        ...nodes,
        sdl: nodes.sdl
          .replace('pages: Int }', 'pages: Int shelf: String }')
          .replace('type User', 'type Unused { x: Int } type User')
          .replace('type Unused { x: Int } ', ''),
      },
      shelves: {
        sdl: `type Book @key(fields: "id") { id: ID! shelf: String @override(from: "nodes") }`,
        rows: { Book: [{ id: '1', shelf: 'S1' }] },
      },
      stars: {
        sdl: `type Media @key(fields: "id") @interfaceObject { id: ID! stars: [Int!]! }`,
        rows: {
          Media: [
            { id: '1', stars: [5] },
            { id: '2', stars: [] },
          ],
        },
      },
    },
    operations: [
      [
        '{ nodes { ... on Book { shelf stars } } }',
        { nodes: [{}, {}, { shelf: 'S1', stars: [5] }] },
        { nodes: 1, shelves: 1, stars: 1 },
      ],
      [
        '{ nodes { ... on Media { stars ... on Book { shelf } } } }',
        { nodes: [{}, { stars: [] }, { stars: [5], shelf: 'S1' }] },
        { nodes: 1, shelves: 1, stars: 1 },
      ],
    ],
  },
  {
    name: 'whose fields fail, or are null where they must not be',
    subgraphs: {
      nodes,
      flaky: {
        sdl: `type Query { top: [Media] must: Media! } type Media @key(fields: "id") @interfaceObject { id: ID! score: Int! note: String }`,
        roots: { top: [{ id: '1' }, { id: '2' }], must: { id: '2' } },
        fields: {
          Media: {
            score: ({ id }: { id: string }) => (id === '1' ? 1 : new Error('no score')),
            note: ({ id }: { id: string }) => (id === '1' ? new Error('no note') : 'fine'),
          },
        },
      },
    },
    operations: [
      ['{ top { score } }', { top: [{ score: 1 }, null] }, { flaky: 1 }, { errors: { 'top.1.score': 'no score' } }],
      [
        '{ top { title note } }',
        {
          top: [
            { title: 'Dune', note: null },
            { title: 'Alien', note: 'fine' },
          ],
        },
        { flaky: 1, nodes: 1 },
        { errors: { 'top.0.note': 'no note' } },
      ],
      ['{ must { __typename score } }', null, { flaky: 1 }, { errors: { 'must.score': 'no score' } }],
      [
        '{ nodes { id ... on Media { score } } }',
        null,
        { nodes: 1, flaky: 1 },
        { errors: { 'nodes.1.score': 'no score' } },
      ],
      ['{ top { ... on Film { note } } }', { top: [{}, { note: 'fine' }] }, { flaky: 1, nodes: 1 }],
      [
        '{ top { ... on Book { pages note } ... on Film { id } } }',
        { top: [{ pages: 412, note: null }, { id: '2' }] },
        { flaky: 1, nodes: 1 },
        { errors: { 'top.0.note': 'no note' } },
      ],
    ],
  },
  {
    name: 'whose fields fail for objects of types that do not select them',
    subgraphs: {
      nodes,
      flaky: {
        sdl: `type Query { top: [Media] strict: [Media!]! must: Media! grid: [[Media!]] }
          type Media @key(fields: "id") @interfaceObject { id: ID! score(n: Int = 1): Int! owner: Person best: Person! }
          type Person @key(fields: "id") { id: ID! rank: Int! nick: String }`,
        roots: {
          top: [{ id: '1' }, { id: '2' }],
          strict: [{ id: '2' }, { id: '1' }],
          must: { id: '2' },
          grid: [[{ id: '2' }], null],
        },
        fields: {
          Media: {
            score: ({ id }: { id: string }, { n }: { n: number }) => (id === '1' ? n : new Error('no score')),
            owner: ({ id }: { id: string }) => ({ id: `p${id}` }),
            best: ({ id }: { id: string }) => ({ id: `p${id}` }),
          },
          Person: {
            rank: ({ id }: { id: string }) => (id === 'p1' ? 1 : new Error('no rank')),
            nick: ({ id }: { id: string }) => (id === 'p1' ? 'ada' : new Error('no nick')),
          },
        },
      },
      people: {
        sdl: `type Person @key(fields: "id") { id: ID! age: Int! }`,
        fields: { Person: { age: ({ id }: { id: string }) => (id === 'p1' ? 36 : new Error('no age')) } },
      },
    },
    operations: [
      ['{ top { ... on Book { score } } }', { top: [{ score: 1 }, {}] }, { flaky: 2, nodes: 1 }],
      [
        '{ strict { ... on Book { a: score b: score(n: 2) } } }',
        { strict: [{}, { a: 1, b: 2 }] },
        { flaky: 2, nodes: 1 },
      ],
      [
        '{ must { ...Scored } } fragment Scored on Media { ... on Book { score } }',
        { must: {} },
        { flaky: 1, nodes: 1 },
      ],
      ['{ grid { title ... on Book { score } } }', { grid: [[{ title: 'Alien' }], null] }, { flaky: 1, nodes: 1 }],
      [
        '{ top { score ... on Book { pages } } }',
        { top: [{ score: 1, pages: 412 }, null] },
        { flaky: 1, nodes: 1 },
        { errors: { 'top.1.score': 'no score' } },
      ],
      [
        '{ top { ... on Book { score(n: 3) } ... on Film { score(n: 4) } } }',
        { top: [{ score: 3 }, null] },
        { flaky: 2, nodes: 1 },
        { errors: { 'top.1.score': 'no score' } },
      ],
      [
        '{ top { ... on Book { owner { rank nick } } } }',
        { top: [{ owner: { rank: 1, nick: 'ada' } }, {}] },
        { flaky: 1, nodes: 1 },
      ],
      [
        '{ top { ... on Book { owner { age } } } }',
        { top: [{ owner: { age: 36 } }, {}] },
        { flaky: 1, nodes: 1, people: 1 },
      ],
      [
        '{ top { ... on Book { owner { rank } } ... on Film { owner { id } } } }',
        { top: [{ owner: { rank: 1 } }, { owner: { id: 'p2' } }] },
        { flaky: 1, nodes: 1 },
      ],
      [
        '{ top { ... on Book { best { rank age } } ... on Film { best { id } } } }',
        { top: [{ best: { rank: 1, age: 36 } }, { best: { id: 'p2' } }] },
        { flaky: 2, nodes: 1, people: 1 },
      ],
      [
        '{ strict { ... on Book { id best { nick } } ... on Film { best { nick } } } }',
        { strict: [{ best: { nick: null } }, { id: '1', best: { nick: 'ada' } }] },
        { flaky: 2, nodes: 1 },
        { errors: { 'strict.0.best.nick': 'no nick' } },
      ],
    ],
  },
];
