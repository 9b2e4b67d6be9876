// Features together: keys of many forms, requirements over provided and overridden fields, Federation 1 beside 2.
import type { ConformanceCase } from './conformance-case.ts';

export const combinations: ConformanceCase[] = [
  {
    name: 'keys of other types than ID',
    subgraphs: {
      base: {
        sdl: `scalar Code enum Kind { A B } type Query { rows: [Row!]! } type Row @key(fields: "n kind on code") { n: Int! kind: Kind! on: Boolean! code: Code! }`,
        roots: {
          rows: [
            { n: 1, kind: 'A', on: true, code: 'x"y' },
            { n: 1, kind: 'A', on: false, code: 'x"y' },
            { n: 0, kind: 'B', on: false, code: '' },
          ],
        },
      },
      more: {
        sdl: `scalar Code enum Kind { A B } type Row @key(fields: "n kind on code") { n: Int! kind: Kind! on: Boolean! code: Code! text: String }`,
        fields: {
          Row: {
            text: ({ n, kind, on, code }: { n: number; kind: string; on: boolean; code: string }) =>
              [typeof n, n, kind, on, code].join(' '),
          },
        },
      },
    },
    operations: [
      [
        '{ rows { text } }',
        { rows: [{ text: 'number 1 A true x"y' }, { text: 'number 1 A false x"y' }, { text: 'number 0 B false ' }] },
        { base: 1, more: 1 },
      ],
      [
        '{ rows { on text kind } }',
        {
          rows: [
            { on: true, text: 'number 1 A true x"y', kind: 'A' },
            { on: false, text: 'number 1 A false x"y', kind: 'A' },
            { on: false, text: 'number 0 B false ', kind: 'B' },
          ],
        },
        { base: 1, more: 1 },
      ],
      [
        '{ rows { code n } }',
        {
          rows: [
            { code: 'x"y', n: 1 },
            { code: 'x"y', n: 1 },
            { code: '', n: 0 },
          ],
        },
        { base: 1 },
      ],
    ],
  },
  {
    name: 'entities in lists of lists, with nulls between them, and the same one in several places',
    subgraphs: {
      boards: {
        sdl: `type Query { board: [[Piece]!] first: Piece } type Piece @key(fields: "id") { id: ID! near: [Piece] }`,
        rows: {
          Piece: [
            { id: 'k', near: [{ id: 'q' }, null] },
            { id: 'q', near: null },
          ],
        },
        roots: { board: [[{ id: 'k' }, null], [], [null, { id: 'q' }, { id: 'k' }]], first: { id: 'k' } },
      },
      names: {
        sdl: `type Piece @key(fields: "id") { id: ID! name: String }`,
        rows: {
          Piece: [
            { id: 'k', name: 'King' },
            { id: 'q', name: 'Queen' },
          ],
        },
      },
    },
    operations: [
      [
        '{ board { name } }',
        { board: [[{ name: 'King' }, null], [], [null, { name: 'Queen' }, { name: 'King' }]] },
        { boards: 1, names: 1 },
      ],
      [
        '{ board { near { name } } }',
        {
          board: [
            [{ near: [{ name: 'Queen' }, null] }, null],
            [],
            [null, { near: null }, { near: [{ name: 'Queen' }, null] }],
          ],
        },
        { boards: 1, names: 1 },
      ],
      [
        '{ first { name near { name id } } board { id } }',
        {
          first: { name: 'King', near: [{ name: 'Queen', id: 'q' }, null] },
          board: [[{ id: 'k' }, null], [], [null, { id: 'q' }, { id: 'k' }]],
        },
        { boards: 1, names: 1 },
      ],
    ],
  },
  {
    name: 'a requirement of a provided field needs no request of its own',
    subgraphs: {
      users: {
        sdl: `type User @key(fields: "id") { id: ID! zip: String @shareable name: String }`,
        rows: { User: [{ id: 'u', zip: '2611', name: 'Ada' }] },
      },
      orders: {
        sdl: `type Query { order: Order other: Order } type Order @key(fields: "id") { id: ID! buyer: User @provides(fields: "zip") seller: User } type User @key(fields: "id") { id: ID! zip: String @external }`,
        rows: { Order: [{ id: 'o', buyer: { id: 'u', zip: '2611' }, seller: { id: 'u' } }] },
        roots: { order: { id: 'o' }, other: { id: 'o' } },
      },
      delivery: {
        sdl: `type User @key(fields: "id") { id: ID! zip: String @external depot: String @requires(fields: "zip") }`,
        fields: { User: { depot: ({ zip }: { zip: string }) => `depot ${zip}` } },
      },
    },
    operations: [
      ['{ order { buyer { depot } } }', { order: { buyer: { depot: 'depot 2611' } } }, { orders: 1, delivery: 1 }],
      [
        '{ order { seller { depot } } }',
        { order: { seller: { depot: 'depot 2611' } } },
        { orders: 1, users: 1, delivery: 1 },
      ],
      [
        '{ order { buyer { depot name } } }',
        { order: { buyer: { depot: 'depot 2611', name: 'Ada' } } },
        { orders: 1, users: 1, delivery: 1 },
      ],
      [
        '{ order { buyer { zip } seller { id } } }',
        { order: { buyer: { zip: '2611' }, seller: { id: 'u' } } },
        { orders: 1 },
      ],
    ],
  },
  {
    name: 'two fields that require different fields of one object, and one that requires a field of itself',
    subgraphs: {
      a: {
        sdl: `type Query { p: P } type P @key(fields: "id") { id: ID! dims: Dims tags: [Tag!] } type Dims { w: Int h: Int } type Tag { k: String v: String }`,
        rows: {
          P: [
            {
              id: '1',
              dims: { w: 2, h: 3 },
              tags: [
                { k: 'c', v: 'red' },
                { k: 's', v: null },
              ],
            },
          ],
        },
        roots: { p: { id: '1' } },
      },
      b: {
        sdl: `type P @key(fields: "id") { id: ID! dims: Dims @external tags: [Tag!] @external width: Int @requires(fields: "dims { w }") height: Int @requires(fields: "dims { h }") area: Int @requires(fields: "dims { w h }") words: [String!] @requires(fields: "tags { k v }") }
          type Dims { w: Int @external h: Int @external } type Tag { k: String @external v: String @external }`,
        fields: {
          P: {
            width: ({ dims }: { dims: { w: number } }) => dims.w,
            height: ({ dims }: { dims: { h: number } }) => dims.h,
            area: ({ dims }: { dims: { w: number; h: number } }) => dims.w * dims.h,
            words: ({ tags }: { tags: { k: string; v: string | null }[] }) => tags.map(({ k, v }) => `${k}=${v}`),
          },
        },
      },
    },
    operations: [
      ['{ p { width } }', { p: { width: 2 } }, { a: 1, b: 1 }],
      ['{ p { width height area } }', { p: { width: 2, height: 3, area: 6 } }, { a: 1, b: 1 }],
      ['{ p { area dims { w: h h: w } } }', { p: { area: 6, dims: { w: 3, h: 2 } } }, { a: 1, b: 1 }],
      [
        '{ p { words tags { v: k } } }',
        { p: { words: ['c=red', 's=null'], tags: [{ v: 'c' }, { v: 's' }] } },
        { a: 1, b: 1 },
      ],
    ],
  },
  {
    name: 'an overridden field that another one requires, in a subgraph with two keys',
    subgraphs: {
      old: {
        sdl: `type Query { unit: Unit } type Unit @key(fields: "id") @key(fields: "code") { id: ID! code: String! rate: Int name: String }`,
        rows: { Unit: [{ id: '1', code: 'k', rate: -1, name: 'kilo' }] },
        roots: { unit: { id: '1' } },
      },
      rates: {
        sdl: `type Query { best: Unit } type Unit @key(fields: "code") { code: String! rate: Int @override(from: "old") double: Int }`,
        rows: { Unit: [{ code: 'k', rate: 5, double: 10 }] },
        roots: { best: { code: 'k' } },
      },
      taxes: {
        sdl: `type Unit @key(fields: "id") { id: ID! rate: Int @external tax: Int @requires(fields: "rate") }`,
        fields: { Unit: { tax: ({ rate }: { rate: number }) => rate * 100 } },
      },
    },
    operations: [
      ['{ unit { rate } }', { unit: { rate: 5 } }, { old: 1, rates: 1 }],
      ['{ unit { tax name } }', { unit: { tax: 500, name: 'kilo' } }, { old: 1, rates: 1, taxes: 1 }],
      ['{ best { tax } }', { best: { tax: 500 } }, { rates: 1, old: 1, taxes: 1 }],
      ['{ best { rate name } }', { best: { rate: 5, name: 'kilo' } }, { rates: 1, old: 1 }],
    ],
  },
  {
    name: 'progressive overrides of nobody and of everybody',
    subgraphs: {
      old: {
        sdl: `type Query { song: Song } type Song @key(fields: "id") { id: ID! plays: Int likes: Int }`,
        rows: { Song: [{ id: 's', plays: 1, likes: 1 }] },
        roots: { song: { id: 's' } },
      },
      fresh: {
        sdl: `type Song @key(fields: "id") { id: ID! plays: Int @override(from: "old", label: "percent(0)") likes: Int @override(from: "old", label: "percent(100)") }`,
        rows: { Song: [{ id: 's', plays: 2, likes: 2 }] },
      },
    },
    operations: [
      ['{ song { plays } }', { song: { plays: 1 } }, { old: 1 }],
      ['{ song { likes } }', { song: { likes: 2 } }, { old: 1, fresh: 1 }],
      ['{ song { plays likes } }', { song: { plays: 1, likes: 2 } }, { old: 1, fresh: 1 }],
    ],
  },
];
