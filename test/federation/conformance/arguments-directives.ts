// Arguments, variables, aliases, fragments, and `@skip` and `@include`, over subgraphs.
import type { ConformanceCase } from './conformance-case.ts';

export const argumentsDirectives: ConformanceCase[] = [
  {
    name: 'a field of an entity with different arguments under several response keys',
    subgraphs: {
      shops: {
        sdl: `type Query { shops: [Shop!]! } type Shop @key(fields: "id") { id: ID! }`,
        roots: { shops: [{ id: '1' }, { id: '2' }] },
      },
      hours: {
        sdl: `type Shop @key(fields: "id") { id: ID! opens(day: Day! = MON, zone: String): String slots(first: Int, after: [Int!]): [Slot!] } enum Day { MON SUN } type Slot { at: Int note(upper: Boolean = false): String }`,
        fields: {
          Shop: {
            opens: ({ id }: { id: string }, { day, zone }: { day: string; zone?: string | null }) =>
              `${id} ${day} ${zone === undefined ? '-' : zone}`,
            slots: (_: unknown, { first = 2, after = [] }: { first?: number; after?: number[] }) =>
              [8, 9, 10]
                .filter((at) => !after.includes(at))
                .slice(0, first)
                .map((at) => ({ at })),
          },
          Slot: { note: ({ at }: { at: number }, { upper }: { upper: boolean }) => (upper ? `AT ${at}` : `at ${at}`) },
        },
      },
    },
    operations: [
      ['{ shops { opens } }', { shops: [{ opens: '1 MON -' }, { opens: '2 MON -' }] }, { shops: 1, hours: 1 }],
      [
        '{ shops { a: opens(day: SUN) b: opens(zone: "UTC") c: opens(zone: null) } }',
        {
          shops: [
            { a: '1 SUN -', b: '1 MON UTC', c: '1 MON null' },
            { a: '2 SUN -', b: '2 MON UTC', c: '2 MON null' },
          ],
        },
        { shops: 1, hours: 1 },
      ],
      [
        'query ($day: Day!, $zone: String) { shops { opens(day: $day, zone: $zone) } }',
        { shops: [{ opens: '1 SUN -' }, { opens: '2 SUN -' }] },
        { shops: 1, hours: 1 },
        { variables: { day: 'SUN' } },
      ],
      [
        'query ($day: Day = SUN, $zone: String = "CET") { shops { opens(day: $day, zone: $zone) } }',
        { shops: [{ opens: '1 SUN CET' }, { opens: '2 SUN CET' }] },
        { shops: 1, hours: 1 },
      ],
      [
        'query ($n: Int, $after: [Int!]) { shops { slots(first: $n, after: $after) { note at loud: note(upper: true) } } }',
        {
          shops: [
            { slots: [{ note: 'at 9', at: 9, loud: 'AT 9' }] },
            { slots: [{ note: 'at 9', at: 9, loud: 'AT 9' }] },
          ],
        },
        { shops: 1, hours: 1 },
        { variables: { n: 1, after: [8] } },
      ],
      [
        'query ($at: Int!) { shops { slots(after: [$at, 8]) { at } } }',
        { shops: [{ slots: [{ at: 10 }] }, { slots: [{ at: 10 }] }] },
        { shops: 1, hours: 1 },
        { variables: { at: 9 } },
      ],
    ],
  },
  {
    name: 'what @skip and @include leave out is not fetched',
    subgraphs: {
      users: {
        sdl: `type Query { me: User } type User @key(fields: "id") { id: ID! name: String }`,
        rows: { User: [{ id: 'u', name: 'Ada' }] },
        roots: { me: { id: 'u' } },
      },
      orders: {
        sdl: `type Query { last: Order } type User @key(fields: "id") { id: ID! orders: [Order!] } type Order { total: Int buyer: User }`,
        rows: { User: [{ id: 'u', orders: [{ total: 5, buyer: { id: 'u' } }] }] },
        roots: { last: { total: 9, buyer: { id: 'u' } } },
      },
    },
    operations: [
      ['{ me { name orders @skip(if: true) { total } } }', { me: { name: 'Ada' } }, { users: 1 }],
      [
        'query ($with: Boolean!) { me { name orders @include(if: $with) { total } } }',
        { me: { name: 'Ada', orders: [{ total: 5 }] } },
        { users: 1, orders: 1 },
        { variables: { with: true } },
      ],
      [
        'query ($with: Boolean!) { me { name orders @include(if: $with) { total } } }',
        { me: { name: 'Ada' } },
        { users: 1 },
        { variables: { with: false } },
      ],
      [
        'query ($with: Boolean = false) { me { name ... on User @include(if: $with) { orders { total } } } last @skip(if: $with) { total } }',
        { me: { name: 'Ada' }, last: { total: 9 } },
        { users: 1, orders: 1 },
      ],
      [
        'query ($a: Boolean!, $b: Boolean!) { last { buyer { name @include(if: $a) @skip(if: $b) id } } }',
        { last: { buyer: { id: 'u' } } },
        { orders: 1 },
        { variables: { a: true, b: true } },
      ],
      [
        'query ($no: Boolean!) { last @include(if: $no) { total } ...Q @skip(if: $no) } fragment Q on Query { me { id } }',
        { me: { id: 'u' } },
        { users: 1 },
        { variables: { no: false } },
      ],
      ['{ me @skip(if: true) { name } }', {}, {}],
    ],
  },
  {
    name: 'fragments and aliases that meet in one object',
    subgraphs: {
      left: {
        sdl: `type Query { thing: Thing } type Thing @key(fields: "id") { id: ID! left: Int inner: Inner } type Inner @key(fields: "id") { id: ID! a: Int }`,
        rows: { Thing: [{ id: 't', left: 1, inner: { id: 'i' } }], Inner: [{ id: 'i', a: 2 }] },
        roots: { thing: { id: 't' } },
      },
      right: {
        sdl: `type Thing @key(fields: "id") { id: ID! right: Int } type Inner @key(fields: "id") { id: ID! b: Int }`,
        rows: { Thing: [{ id: 't', right: 3 }], Inner: [{ id: 'i', b: 4 }] },
      },
    },
    operations: [
      [
        '{ thing { inner { a } } thing { inner { b } right } }',
        { thing: { inner: { a: 2, b: 4 }, right: 3 } },
        { left: 1, right: 1 },
      ],
      [
        'fragment A on Thing { inner { ...B } left } fragment B on Inner { b } { thing { ...A ... { right inner { a } } } }',
        { thing: { inner: { b: 4, a: 2 }, left: 1, right: 3 } },
        { left: 1, right: 1 },
      ],
      ['{ a: thing { x: right } b: thing { x: left } }', { a: { x: 3 }, b: { x: 1 } }, { left: 1, right: 1 }],
      ['{ thing { id: right right: id } }', { thing: { id: 3, right: 't' } }, { left: 1, right: 1 }],
      ['{ thing { right inner: right } }', { thing: { right: 3, inner: 3 } }, { left: 1, right: 1 }],
    ],
  },
  {
    name: '__typename alone',
    subgraphs: {
      nodes: {
        sdl: `type Query { node: Node nodes: [Node] } interface Node { id: ID! } type Leaf implements Node @key(fields: "id") { id: ID! } type Branch implements Node @key(fields: "id") { id: ID! leaf: Leaf }`,
        rows: { Branch: [{ id: 'b', leaf: { id: 'l' } }] },
        roots: {
          node: { __typename: 'Branch', id: 'b' },
          nodes: [{ __typename: 'Leaf', id: 'l' }, null, { __typename: 'Branch', id: 'b' }],
        },
      },
      colours: {
        sdl: `type Leaf @key(fields: "id") { id: ID! colour: Colour } type Colour { name: String }`,
        rows: { Leaf: [{ id: 'l', colour: { name: 'green' } }] },
      },
    },
    operations: [
      ['{ __typename }', { __typename: 'Query' }, {}],
      ['{ a: __typename node { __typename } }', { a: 'Query', node: { __typename: 'Branch' } }, { nodes: 1 }],
      [
        '{ nodes { t: __typename __typename } }',
        { nodes: [{ t: 'Leaf', __typename: 'Leaf' }, null, { t: 'Branch', __typename: 'Branch' }] },
        { nodes: 1 },
      ],
      [
        '{ node { ... on Branch { leaf { __typename colour { __typename } } } } }',
        { node: { leaf: { __typename: 'Leaf', colour: { __typename: 'Colour' } } } },
        { nodes: 1, colours: 1 },
      ],
      [
        '{ nodes { ... on Leaf { __typename colour { name } } } }',
        { nodes: [{ __typename: 'Leaf', colour: { name: 'green' } }, null, {}] },
        { nodes: 1, colours: 1 },
      ],
    ],
  },
];
