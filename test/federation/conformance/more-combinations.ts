// More features together: conditions on required fields, provided interface objects, nullability, and keys that differ
// by type.
import type { ConformanceCase } from './conformance-case.ts';

export const moreCombinations: ConformanceCase[] = [
  {
    name: 'types of one interface that have different keys',
    subgraphs: {
      events: {
        sdl: `type Query { events: [Event!]! } interface Event { at: Int! } type Click implements Event @key(fields: "id") { id: ID! at: Int! } type Visit implements Event @key(fields: "page { url } at") { page: Page! at: Int! } type Page @shareable { url: String! }`,
        roots: {
          events: [
            { __typename: 'Visit', page: { url: '/a' }, at: 1 },
            { __typename: 'Click', id: 'c', at: 2 },
            { __typename: 'Visit', page: { url: '/a' }, at: 3 },
          ],
        },
      },
      users: {
        sdl: `type Click @key(fields: "id") { id: ID! by: String } type Visit @key(fields: "page { url } at") { page: Page! at: Int! by: String } type Page @shareable { url: String! }`,
        rows: {
          Click: [{ id: 'c', by: 'Ada' }],
          Visit: [
            { page: { url: '/a' }, at: 3, by: 'Cy' },
            { page: { url: '/a' }, at: 1, by: 'Bob' },
          ],
        },
      },
    },
    operations: [
      [
        '{ events { at ... on Click { by } ... on Visit { by } } }',
        {
          events: [
            { at: 1, by: 'Bob' },
            { at: 2, by: 'Ada' },
            { at: 3, by: 'Cy' },
          ],
        },
        { events: 1, users: 1 },
      ],
      [
        '{ events { ... on Visit { at: by page { url } } } }',
        { events: [{ at: 'Bob', page: { url: '/a' } }, {}, { at: 'Cy', page: { url: '/a' } }] },
        { events: 1, users: 1 },
      ],
      [
        '{ events { ... on Visit { page { url } } ... on Click { id } } }',
        { events: [{ page: { url: '/a' } }, { id: 'c' }, { page: { url: '/a' } }] },
        { events: 1 },
      ],
    ],
  },
  {
    name: 'conditions on fields that others require',
    subgraphs: {
      a: {
        sdl: `type Query { t: T } type T @key(fields: "id") { id: ID! x: Int y: Int }`,
        rows: { T: [{ id: '1', x: 3, y: 4 }] },
        roots: { t: { id: '1' } },
      },
      b: {
        sdl: `type T @key(fields: "id") { id: ID! x: Int @external y: Int @external sum: Int @requires(fields: "x y") plain: Int }`,
        rows: { T: [{ id: '1', plain: 9 }] },
        fields: { T: { sum: ({ x, y }: { x: number; y: number }) => x + y } },
      },
    },
    operations: [
      [
        'query ($x: Boolean!) { t { x @include(if: $x) sum } }',
        { t: { sum: 7 } },
        { a: 1, b: 1 },
        { variables: { x: false } },
      ],
      [
        'query ($x: Boolean!) { t { x @include(if: $x) sum } }',
        { t: { x: 3, sum: 7 } },
        { a: 1, b: 1 },
        { variables: { x: true } },
      ],
      [
        'query ($s: Boolean!) { t { x sum @skip(if: $s) plain } }',
        { t: { x: 3, plain: 9 } },
        { a: 1, b: 1 },
        { variables: { s: true } },
      ],
      [
        'query ($s: Boolean!) { t { x ... @skip(if: $s) { sum plain } } }',
        { t: { x: 3 } },
        { a: 1 },
        { variables: { s: true } },
      ],
      ['{ t { a: sum b: sum ... on T { a: sum } } }', { t: { a: 7, b: 7 } }, { a: 1, b: 1 }],
    ],
  },
  {
    name: 'a shared object of which one subgraph returns null',
    subgraphs: {
      first: {
        sdl: `type Query { user: User } type User @key(fields: "id") { id: ID! profile: Profile @shareable } type Profile @shareable { name: String }`,
        rows: { User: [{ id: 'u', profile: null }] },
        roots: { user: { id: 'u' } },
      },
      second: {
        sdl: `type User @key(fields: "id") { id: ID! profile: Profile @shareable } type Profile @shareable { name: String age: Int }`,
        rows: { User: [{ id: 'u', profile: null }] },
      },
    },
    operations: [
      ['{ user { profile { name } } }', { user: { profile: null } }, { first: 1 }],
      ['{ user { id profile { __typename name } } }', { user: { id: 'u', profile: null } }, { first: 1 }],
    ],
  },
  {
    name: 'an interface whose field is narrower in its types',
    subgraphs: {
      a: {
        sdl: `type Query { boxes: [Box!]! } interface Box { content: Thing label: String } interface Thing { id: ID! } type Crate implements Box { content: Ball! label: String! } type Bag implements Box { content: Thing label: String } type Ball implements Thing @key(fields: "id") { id: ID! } type Book implements Thing @key(fields: "id") { id: ID! }`,
        roots: {
          boxes: [
            { __typename: 'Crate', content: { __typename: 'Ball', id: '1' }, label: 'crate' },
            { __typename: 'Bag', content: { __typename: 'Book', id: '2' }, label: null },
            { __typename: 'Bag', content: null, label: null },
          ],
        },
      },
      b: {
        sdl: `type Ball @key(fields: "id") { id: ID! size: Int! } type Book @key(fields: "id") { id: ID! pages: Int }`,
        rows: { Ball: [{ id: '1', size: 3 }], Book: [{ id: '2', pages: 412 }] },
      },
    },
    operations: [
      [
        '{ boxes { label content { id } } }',
        {
          boxes: [
            { label: 'crate', content: { id: '1' } },
            { label: null, content: { id: '2' } },
            { label: null, content: null },
          ],
        },
        { a: 1 },
      ],
      [
        '{ boxes { ... on Crate { ball: content { size } } ... on Bag { content { ... on Book { pages } } } } }',
        { boxes: [{ ball: { size: 3 } }, { content: { pages: 412 } }, { content: null }] },
        { a: 1, b: 1 },
      ],
    ],
  },
  {
    name: 'a provided interface object',
    subgraphs: {
      kinds: {
        sdl: `interface Media @key(fields: "id") { id: ID! title: String } type Book implements Media @key(fields: "id") { id: ID! title: String @shareable pages: Int }`,
        rows: {
          Media: [{ __typename: 'Book', id: 'b', title: 'Dune', pages: 412 }],
          Book: [{ id: 'b', title: 'Dune', pages: 412 }],
        },
      },
      shop: {
        sdl: `type Query { offer: Offer } type Offer { media: Media @provides(fields: "title") later: Media } type Media @key(fields: "id") @interfaceObject { id: ID! title: String @external price: Int }`,
        rows: { Media: [{ id: 'b', price: 10 }] },
        roots: { offer: { media: { id: 'b', title: 'Dune' }, later: { id: 'b' } } },
      },
    },
    operations: [
      ['{ offer { media { title } } }', { offer: { media: { title: 'Dune' } } }, { shop: 1 }],
      [
        '{ offer { media { title price } later { price } } }',
        { offer: { media: { title: 'Dune', price: 10 }, later: { price: 10 } } },
        { shop: 1 },
      ],
      ['{ offer { later { title } } }', { offer: { later: { title: 'Dune' } } }, { shop: 1, kinds: 1 }],
      [
        '{ offer { media { ... on Book { pages title } } } }',
        { offer: { media: { pages: 412, title: 'Dune' } } },
        { shop: 1, kinds: 1 },
      ],
    ],
  },
  {
    name: 'requirements inside of the object that the key is in, of several fields',
    subgraphs: {
      items: {
        sdl: `type Query { item: Item items: [Item!]! } type Item @key(fields: "at { place }") @key(fields: "spots { place }") { at: At! spots: [At!]! nick: String }
          type At { place: String! @shareable zone(n: Int = 1): String height: Int! }`,
        roots: {
          item: { at: { place: 'p' }, spots: [{ place: 'q' }, { place: 'r' }] },
          items: [
            { at: { place: 'p' }, spots: [] },
            { at: { place: 'bad' }, spots: [{ place: 'bad' }] },
          ],
        },
        fields: {
          At: {
            zone: ({ place }: { place: string }, { n }: { n: number }) => `${place}${n}`,
            height: ({ place }: { place: string }) => (place === 'bad' ? new Error('no height') : place.length),
          },
        },
      },
      labels: {
        sdl: `type Item @key(fields: "at { place }") { at: At! @external plain: String
            label: String @requires(fields: "at { zone }") first: String @requires(fields: "at { zone(n: 1) }") second: String @requires(fields: "at { zone(n: 2) }") }
          type At { place: String! @shareable zone(n: Int = 1): String @external }`,
        fields: {
          Item: {
            plain: ({ at }: { at: object }) => JSON.stringify(at),
            label: ({ at }: { at: object }) => JSON.stringify(at),
            first: ({ at }: { at: object }) => JSON.stringify(at),
            second: ({ at }: { at: object }) => JSON.stringify(at),
          },
        },
      },
      tags: {
        sdl: `type Item @key(fields: "spots { place }") { spots: [At!]! @external tag: String @requires(fields: "spots { zone(n: 3) }") high: String @requires(fields: "spots { height }") }
          type At { place: String! @shareable zone(n: Int = 1): String @external height: Int! @external }`,
        fields: {
          Item: {
            tag: ({ spots }: { spots: object }) => JSON.stringify(spots),
            high: ({ spots }: { spots: object }) => JSON.stringify(spots),
          },
        },
      },
    },
    operations: [
      ['{ item { label } }', { item: { label: '{"place":"p","zone":"p1"}' } }, { items: 1, labels: 1 }],
      [
        '{ item { first second plain at { zone(n: 9) } } }',
        {
          item: {
            first: '{"place":"p","zone":"p1"}',
            second: '{"place":"p","zone":"p2"}',
            plain: '{"place":"p"}',
            at: { zone: 'p9' },
          },
        },
        { items: 1, labels: 1 },
      ],
      [
        '{ item { label tag at { zone: height } } }',
        {
          item: {
            label: '{"place":"p","zone":"p1"}',
            tag: '[{"place":"q","zone":"q3"},{"place":"r","zone":"r3"}]',
            at: { zone: 1 },
          },
        },
        { items: 1, labels: 1, tags: 1 },
      ],
      [
        'query ($n: Int) { items { tag place: at { a: zone(n: $n) b: zone } } }',
        {
          items: [
            { tag: '[]', place: { a: 'p7', b: 'p1' } },
            { tag: '[{"place":"bad","zone":"bad3"}]', place: { a: 'bad7', b: 'bad1' } },
          ],
        },
        { items: 1, tags: 1 },
        { variables: { n: 7 } },
      ],
      [
        '{ item { high } }',
        { item: { high: '[{"place":"q","height":1},{"place":"r","height":1}]' } },
        { items: 1, tags: 1 },
      ],
    ],
  },
];
