// Enums, inputs and arguments that subgraphs define in different ways:
// https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/composition#merging-types-from-multiple-subgraphs
import type { ConformanceCase } from './conformance-case.ts';

export const enumsInputs: ConformanceCase[] = [
  {
    name: 'an enum that is only sent to clients has the values of all subgraphs',
    subgraphs: {
      orders: {
        sdl: `type Query { order: Order } enum Status { OPEN PAID } type Order @key(fields: "id") { id: ID! status: Status }`,
        rows: { Order: [{ id: 'o', status: 'PAID' }] },
        roots: { order: { id: 'o' } },
      },
      parcels: {
        sdl: `enum Status { OPEN LOST } type Order @key(fields: "id") { id: ID! parcel: Status history: [Status!] }`,
        rows: { Order: [{ id: 'o', parcel: 'LOST', history: ['OPEN', 'LOST'] }] },
      },
    },
    operations: [
      ['{ order { status } }', { order: { status: 'PAID' } }, { orders: 1 }],
      ['{ order { status parcel } }', { order: { status: 'PAID', parcel: 'LOST' } }, { orders: 1, parcels: 1 }],
      ['{ order { history } }', { order: { history: ['OPEN', 'LOST'] } }, { orders: 1, parcels: 1 }],
      [
        '{ __type(name: "Status") { enumValues { name } } }',
        { __type: { enumValues: [{ name: 'OPEN' }, { name: 'PAID' }, { name: 'LOST' }] } },
        {},
      ],
    ],
  },
  {
    name: 'an enum that is only received has the values that all subgraphs take',
    subgraphs: {
      songs: {
        sdl: `type Query { songs(by: Order): [Song!]! } enum Order { NAME DATE } type Song @key(fields: "id") { id: ID! name: String }`,
        rows: {
          Song: [
            { id: '1', name: 'Blue' },
            { id: '2', name: 'Away' },
          ],
        },
        roots: {
          songs: ({ by }: { by?: string }) => (by === 'NAME' ? [{ id: '2' }, { id: '1' }] : [{ id: '1' }, { id: '2' }]),
        },
      },
      films: {
        sdl: `type Query { films(by: Order = NAME): [String!]! } enum Order { NAME LENGTH }`,
        roots: { films: ({ by }: { by: string }) => [`by ${by}`] },
      },
    },
    operations: [
      ['{ songs(by: NAME) { name } }', { songs: [{ name: 'Away' }, { name: 'Blue' }] }, { songs: 1 }],
      [
        '{ songs { name } films }',
        { songs: [{ name: 'Blue' }, { name: 'Away' }], films: ['by NAME'] },
        { songs: 1, films: 1 },
      ],
      [
        'query ($by: Order) { films(by: $by) songs(by: $by) { id } }',
        { films: ['by NAME'], songs: [{ id: '2' }, { id: '1' }] },
        { songs: 1, films: 1 },
        { variables: { by: 'NAME' } },
      ],
      ['{ __type(name: "Order") { enumValues { name } } }', { __type: { enumValues: [{ name: 'NAME' }] } }, {}],
    ],
  },
  {
    name: 'an input has the fields that all subgraphs take',
    subgraphs: {
      trips: {
        sdl: `type Query { trips(filter: Filter!): [String!] } input Filter { place: String! days: Int range: Range train: Boolean } input Range { from: Int = 1 to: Int }`,
        roots: { trips: ({ filter }: { filter: object }) => [JSON.stringify(filter)] },
      },
      hotels: {
        sdl: `type Query { hotels(filter: Filter): [String!] } input Filter { place: String days: Int range: Range stars: Int } input Range { from: Int = 1 to: Int }`,
        roots: { hotels: ({ filter }: { filter?: object }) => [JSON.stringify(filter ?? null)] },
      },
    },
    operations: [
      ['{ trips(filter: { place: "Rome", days: 3 }) }', { trips: ['{"place":"Rome","days":3}'] }, { trips: 1 }],
      [
        'query ($filter: Filter!) { trips(filter: $filter) hotels(filter: $filter) }',
        {
          trips: ['{"place":"Rome","range":{"from":1,"to":4}}'],
          hotels: ['{"place":"Rome","range":{"from":1,"to":4}}'],
        },
        { trips: 1, hotels: 1 },
        { variables: { filter: { place: 'Rome', range: { to: 4 } } } },
      ],
      ['{ hotels }', { hotels: ['null'] }, { hotels: 1 }],
      [
        'query ($to: Int, $place: String!) { hotels(filter: { range: { to: $to }, place: $place }) }',
        { hotels: ['{"place":"Rome","range":{"from":1}}'] },
        { hotels: 1 },
        { variables: { place: 'Rome' } },
      ],
      [
        '{ __type(name: "Filter") { inputFields { name type { kind } } } }',
        {
          __type: {
            inputFields: [
              { name: 'place', type: { kind: 'NON_NULL' } },
              { name: 'days', type: { kind: 'SCALAR' } },
              { name: 'range', type: { kind: 'INPUT_OBJECT' } },
            ],
          },
        },
        {},
      ],
    ],
  },
  {
    name: 'a shared field has the arguments that all of its subgraphs take',
    subgraphs: {
      north: {
        sdl: `type Query { place: Place } type Place @key(fields: "id") { id: ID! distance(unit: Unit, from: String): Int @shareable } enum Unit { KM MI }`,
        rows: { Place: [{ id: 'p' }] },
        roots: { place: { id: 'p' } },
        fields: { Place: { distance: (_: unknown, { unit }: { unit?: string }) => (unit === 'MI' ? 62 : 100) } },
      },
      south: {
        sdl: `type Query { far: Place } type Place @key(fields: "id") { id: ID! distance(unit: Unit): Int @shareable name: String } enum Unit { KM MI }`,
        rows: { Place: [{ id: 'p', name: 'Pole' }] },
        roots: { far: { id: 'p' } },
        fields: { Place: { distance: (_: unknown, { unit }: { unit?: string }) => (unit === 'MI' ? 62 : 100) } },
      },
    },
    operations: [
      ['{ place { distance(unit: MI) } }', { place: { distance: 62 } }, { north: 1 }],
      ['{ far { distance name } }', { far: { distance: 100, name: 'Pole' } }, { south: 1 }],
      [
        '{ place { name km: distance(unit: KM) mi: distance(unit: MI) } }',
        { place: { name: 'Pole', km: 100, mi: 62 } },
        { north: 1, south: 1 },
      ],
      [
        '{ __type(name: "Place") { fields { name args { name } } } }',
        {
          __type: {
            fields: [
              { name: 'id', args: [] },
              { name: 'distance', args: [{ name: 'unit' }] },
              { name: 'name', args: [] },
            ],
          },
        },
        {},
      ],
    ],
  },
  {
    name: 'a type is nullable where one subgraph may have null',
    subgraphs: {
      strict: {
        sdl: `type Query { point: Point! @shareable } type Point @shareable { x: Int! tags: [String!]! }`,
        roots: { point: { x: 1, tags: ['a'] } },
      },
      loose: {
        sdl: `type Query { point: Point @shareable points: [Point!] } type Point @shareable { x: Int tags: [String] y: Int }`,
        roots: { point: { x: 1, tags: ['a'], y: 2 }, points: [{ x: null, tags: [null], y: 1 }] },
      },
    },
    operations: [
      ['{ points { x tags } }', { points: [{ x: null, tags: [null] }] }, { loose: 1 }],
      ['{ point { y x } }', { point: { y: 2, x: 1 } }, { loose: 1 }],
      [
        '{ __type(name: "Point") { fields { name type { kind } } } }',
        {
          __type: {
            fields: [
              { name: 'x', type: { kind: 'SCALAR' } },
              { name: 'tags', type: { kind: 'LIST' } },
              { name: 'y', type: { kind: 'SCALAR' } },
            ],
          },
        },
        {},
      ],
    ],
  },
];
