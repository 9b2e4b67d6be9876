// Requirements through lists, entities and interfaces, with inputs that are missing; keys that have to be fetched
// first.
import type { ConformanceCase } from './conformance-case.ts';
import type { Row } from './table-service.ts';

export const deepRequirements: ConformanceCase[] = [
  {
    name: 'required fields of the entities in a list, with nulls and missing entities',
    subgraphs: {
      carts: {
        sdl: `type Query { carts: [Cart!]! } type Cart @key(fields: "id") { id: ID! items: [Item] } type Item @key(fields: "sku") { sku: ID! }`,
        rows: {
          Cart: [
            { id: '1', items: [{ sku: 'a' }, null, { sku: 'b' }] },
            { id: '2', items: null },
            { id: '3', items: [] },
            { id: '4', items: [{ sku: 'gone' }] },
          ],
        },
        roots: { carts: [{ id: '1' }, { id: '2' }, { id: '3' }, { id: '4' }] },
      },
      items: {
        sdl: `type Item @key(fields: "sku") { sku: ID! price: Int }`,
        rows: {
          Item: [
            { sku: 'a', price: 1 },
            { sku: 'b', price: 20 },
          ],
        },
      },
      totals: {
        sdl: `type Cart @key(fields: "id") { id: ID! items: [Item] @external total: String @requires(fields: "items { price }") } type Item @key(fields: "sku") { sku: ID! price: Int @external }`,
        fields: {
          Cart: {
            total: ({ items }: { items: ({ price: number | null } | null)[] | null }) =>
              items ? items.map((item) => (item ? String(item.price) : '-')).join('+') : 'none',
          },
        },
      },
    },
    operations: [
      [
        '{ carts { total } }',
        { carts: [{ total: '1+-+20' }, { total: 'none' }, { total: '' }, { total: 'null' }] },
        { carts: 1, items: 1, totals: 1 },
      ],
      [
        '{ carts { id items { price } } }',
        {
          carts: [
            { id: '1', items: [{ price: 1 }, null, { price: 20 }] },
            { id: '2', items: null },
            { id: '3', items: [] },
            { id: '4', items: [{ price: null }] },
          ],
        },
        { carts: 1, items: 1 },
      ],
      [
        '{ carts { total items { price: sku } } }',
        {
          carts: [
            { total: '1+-+20', items: [{ price: 'a' }, null, { price: 'b' }] },
            { total: 'none', items: null },
            { total: '', items: [] },
            { total: 'null', items: [{ price: 'gone' }] },
          ],
        },
        { carts: 1, items: 1, totals: 1 },
      ],
    ],
  },
  {
    name: 'inputs inside of objects that failed are the error of the field that requires them',
    subgraphs: {
      a: {
        sdl: `type Query { boxes: [Box!]! } type Box @key(fields: "id") { id: ID! size: Size } type Size { w: Int h: Int! }`,
        rows: {
          Box: [
            { id: '1', size: { w: 1, h: 2 } },
            { id: '2', size: { w: new Error('no w'), h: 2 } },
            { id: '3', size: { w: 3, h: new Error('no h') } },
            { id: '4', size: null },
          ],
        },
        roots: { boxes: [{ id: '1' }, { id: '2' }, { id: '3' }, { id: '4' }] },
      },
      b: {
        sdl: `type Box @key(fields: "id") { id: ID! size: Size @external wide: String @requires(fields: "size { w }") area: String @requires(fields: "size { w h }") name: String } type Size { w: Int @external h: Int! @external }`,
        fields: {
          Box: {
            wide: ({ size }: { size: object | null }) => JSON.stringify(size),
            area: ({ size }: { size: object | null }) => JSON.stringify(size),
            name: ({ id }: { id: string }) => `box ${id}`,
          },
        },
      },
    },
    operations: [
      [
        '{ boxes { wide } }',
        { boxes: [{ wide: '{"w":1}' }, { wide: null }, { wide: '{"w":3}' }, { wide: 'null' }] },
        { a: 1, b: 1 },
        { errors: { 'boxes.1.wide': 'no w' } },
      ],
      [
        '{ boxes { area name } }',
        {
          boxes: [
            { area: '{"w":1,"h":2}', name: 'box 1' },
            { area: null, name: 'box 2' },
            { area: null, name: 'box 3' },
            { area: 'null', name: 'box 4' },
          ],
        },
        { a: 1, b: 1 },
        { errors: { 'boxes.1.area': 'no w', 'boxes.2.area': 'no h' } },
      ],
      [
        '{ boxes { name } }',
        { boxes: [{ name: 'box 1' }, { name: 'box 2' }, { name: 'box 3' }, { name: 'box 4' }] },
        { a: 1, b: 1 },
      ],
    ],
  },
  {
    name: 'a part of a key that another subgraph has',
    subgraphs: {
      seats: {
        sdl: `type Query { seats: [Seat!]! } type Seat @key(fields: "id") { id: ID! row: Row! @shareable } type Row @key(fields: "id") { id: ID! }`,
        rows: {
          Seat: [
            { id: '1', row: { id: 'A' } },
            { id: '2', row: { id: 'B' } },
          ],
        },
        roots: { seats: [{ id: '1' }, { id: '2' }] },
      },
      rows: {
        sdl: `type Row @key(fields: "id") { id: ID! level: Int! @shareable }`,
        rows: {
          Row: [
            { id: 'A', level: 0 },
            { id: 'B', level: 1 },
          ],
        },
      },
      prices: {
        sdl: `type Seat @key(fields: "row { level }") { row: Row! @shareable price: Int } type Row { level: Int! @shareable }`,
        rows: {
          Seat: [
            { row: { level: 0 }, price: 50 },
            { row: { level: 1 }, price: 20 },
          ],
        },
      },
    },
    operations: [
      ['{ seats { price } }', { seats: [{ price: 50 }, { price: 20 }] }, { seats: 1, rows: 1, prices: 1 }],
      [
        '{ seats { id row { level } price } }',
        {
          seats: [
            { id: '1', row: { level: 0 }, price: 50 },
            { id: '2', row: { level: 1 }, price: 20 },
          ],
        },
        { seats: 1, rows: 1, prices: 1 },
      ],
    ],
  },
  {
    name: 'required fields of an interface whose types have them in other subgraphs',
    subgraphs: {
      boxes: {
        sdl: `type Query { boxes: [Box!]! } type Box @key(fields: "id") { id: ID! content: Thing } interface Thing { id: ID! } type Ball implements Thing @key(fields: "id") { id: ID! } type Book implements Thing @key(fields: "id") { id: ID! }`,
        rows: {
          Box: [
            { id: '1', content: { __typename: 'Ball', id: 'x' } },
            { id: '2', content: { __typename: 'Book', id: 'y' } },
            { id: '3', content: null },
          ],
        },
        roots: { boxes: [{ id: '1' }, { id: '2' }, { id: '3' }] },
      },
      things: {
        sdl: `interface Thing { id: ID! name: String } type Ball implements Thing @key(fields: "id") { id: ID! name: String } type Book implements Thing @key(fields: "id") { id: ID! name: String }`,
        rows: { Ball: [{ id: 'x', name: 'Ball' }], Book: [{ id: 'y', name: 'Dune' }] },
      },
      labels: {
        sdl: `type Box @key(fields: "id") { id: ID! content: Thing @external label: String @requires(fields: "content { name }") }
          interface Thing { id: ID! name: String } type Ball implements Thing @key(fields: "id") { id: ID! name: String @external } type Book implements Thing @key(fields: "id") { id: ID! name: String @external }`,
        fields: {
          Box: {
            label: ({ content }: { content: { name: string } | null }) => (content ? `with ${content.name}` : 'empty'),
          },
        },
      },
    },
    operations: [
      [
        '{ boxes { label } }',
        { boxes: [{ label: 'with Ball' }, { label: 'with Dune' }, { label: 'empty' }] },
        { boxes: 1, things: 1, labels: 1 },
      ],
      [
        '{ boxes { content { name } label } }',
        {
          boxes: [
            { content: { name: 'Ball' }, label: 'with Ball' },
            { content: { name: 'Dune' }, label: 'with Dune' },
            { content: null, label: 'empty' },
          ],
        },
        { boxes: 1, things: 1, labels: 1 },
      ],
    ],
  },
  {
    name: 'requirements with arguments that are lists, objects, enums and texts',
    subgraphs: {
      a: {
        sdl: `enum Unit { KG LB } input Range { from: Int to: Int units: [Unit!] } type Query { item: Item } type Item @key(fields: "id") { id: ID! info(range: Range, text: String, flags: [Boolean!]): String }`,
        rows: { Item: [{ id: 'i' }] },
        roots: { item: { id: 'i' } },
        fields: { Item: { info: (_: unknown, args: object) => JSON.stringify(args) } },
      },
      b: {
        sdl: `enum Unit { KG LB } input Range { from: Int to: Int units: [Unit!] } type Item @key(fields: "id") { id: ID! info(range: Range, text: String, flags: [Boolean!]): String @external
          told: String @requires(fields: "info(range: { from: 1, units: [KG, LB] }, text: \\"a b\\", flags: [true, false])") }`,
        fields: { Item: { told: ({ info }: { info: string }) => `told ${info}` } },
      },
    },
    operations: [
      [
        '{ item { told } }',
        { item: { told: 'told {"range":{"from":1,"units":["KG","LB"]},"text":"a b","flags":[true,false]}' } },
        { a: 1, b: 1 },
      ],
      [
        '{ item { info told } }',
        {
          item: { info: '{}', told: 'told {"range":{"from":1,"units":["KG","LB"]},"text":"a b","flags":[true,false]}' },
        },
        { a: 1, b: 1 },
      ],
      [
        'query ($r: Range) { item { info(range: $r) told } }',
        {
          item: {
            info: '{"range":{"to":3}}',
            told: 'told {"range":{"from":1,"units":["KG","LB"]},"text":"a b","flags":[true,false]}',
          },
        },
        { a: 1, b: 1 },
        { variables: { r: { to: 3 } } },
      ],
    ],
  },
  {
    name: 'requirements of different rounds, for fields of one subgraph',
    subgraphs: {
      a: {
        sdl: `type Query { item: Item items: [Item!]! } type Item @key(fields: "id") { id: ID! }`,
        roots: { item: { id: 'i' }, items: [{ id: 'i' }, { id: 'j' }] },
      },
      b: {
        sdl: `type Item @key(fields: "id") { id: ID! size: Int }`,
        fields: { Item: { size: ({ id }: { id: string }) => (id === 'i' ? 2 : new Error('no size')) } },
      },
      c: {
        sdl: `type Item @key(fields: "id") { id: ID! size: Int @external weight: Int @requires(fields: "size") }`,
        fields: { Item: { weight: ({ size }: { size: number }) => size * 10 } },
      },
      d: {
        sdl: `type Item @key(fields: "id") { id: ID! size: Int @external weight: Int @external shelf: String
          box: String @requires(fields: "size") price: String @requires(fields: "weight") owner: Person }
          type Person @key(fields: "id") { id: ID! }`,
        fields: {
          Item: {
            box: ({ size }: { size: number }) => `box ${size}`,
            price: ({ weight }: { weight: number }) => `price ${weight}`,
            shelf: ({ id }: { id: string }) => `shelf ${id}`,
            owner: ({ id }: { id: string }) => ({ id: `p${id}` }),
          },
        },
      },
      e: {
        sdl: `type Person @key(fields: "id") { id: ID! name: String }`,
        fields: { Person: { name: ({ id }: { id: string }) => `name ${id}` } },
      },
    },
    operations: [
      ['{ item { box price } }', { item: { box: 'box 2', price: 'price 20' } }, { a: 1, b: 1, c: 1, d: 1 }],
      [
        '{ item { price shelf box } }',
        { item: { price: 'price 20', shelf: 'shelf i', box: 'box 2' } },
        { a: 1, b: 1, c: 1, d: 1 },
      ],
      ['{ item { box shelf } }', { item: { box: 'box 2', shelf: 'shelf i' } }, { a: 1, b: 1, d: 1 }],
      [
        '{ items { box price shelf } }',
        {
          items: [
            { box: 'box 2', price: 'price 20', shelf: 'shelf i' },
            { box: null, price: null, shelf: 'shelf j' },
          ],
        },
        { a: 1, b: 1, c: 1, d: 1 },
        { errors: { 'items.1.box': 'no size', 'items.1.price': 'no size' } },
      ],
      // What others wait for is not delayed.
      [
        '{ item { price owner { name } } }',
        { item: { price: 'price 20', owner: { name: 'name pi' } } },
        { a: 1, b: 1, c: 1, d: 2, e: 1 },
      ],
    ],
  },
  {
    name: 'requirements with fragments: without a type, of the type itself, of an interface and in lists',
    subgraphs: {
      boxes: {
        sdl: `type Query { boxes: [Box!]! } type Box @key(fields: "id") { id: ID! size: Int content: Content any: Any shelf: Shelf } union Any = Book | Film
          type Shelf { items: [Content!]! } interface Content { name: String } interface Paper implements Content { name: String pages: Int }
          type Book implements Content & Paper { name: String pages: Int } type Film implements Content { name: String minutes: Int }`,
        roots: {
          boxes: [
            {
              id: '1',
              size: 5,
              content: { __typename: 'Book', name: 'Dune', pages: 412 },
              any: { __typename: 'Book', name: 'Emma', pages: 200 },
              shelf: {
                items: [
                  { __typename: 'Film', name: 'Alien', minutes: 117 },
                  { __typename: 'Book', name: 'Emma', pages: 200 },
                ],
              },
            },
            {
              id: '2',
              size: null,
              content: { __typename: 'Film', name: 'Alien', minutes: 117 },
              any: null,
              shelf: { items: [] },
            },
          ],
        },
      },
      labels: {
        sdl: `interface Content { name: String } interface Paper implements Content { name: String pages: Int } union Any = Book | Film type Shelf @external { items: [Content!]! }
          type Book implements Content & Paper @external { name: String pages: Int } type Film implements Content @external { name: String minutes: Int }
          type Box @key(fields: "id") { id: ID! size: Int @external content: Content @external shelf: Shelf @external
            bare: String @requires(fields: "... { size ... { content { ... { name } } } }")
            own: String @requires(fields: "... on Box { size }")
            typed: String @requires(fields: "content { __typename ... on Book { pages } ... on Film { minutes } }")
            anything: String @requires(fields: "any { ... on Any { ... on Book { pages } } }") any: Any @external
            paper: String @requires(fields: "content { ... on Paper { pages } name }")
            listed: String @requires(fields: "shelf { items { ... on Content { name } ... on Film { minutes } } }") }`,
        fields: {
          Box: {
            bare: ({ size, content }: Row) => JSON.stringify({ size, content }),
            own: ({ size }: Row) => JSON.stringify(size),
            typed: ({ content }: Row) => JSON.stringify(content),
            anything: ({ any }: Row) => JSON.stringify(any),
            paper: ({ content }: Row) => JSON.stringify(content),
            listed: ({ shelf }: Row) => JSON.stringify(shelf),
          },
        },
      },
    },
    operations: [
      [
        '{ boxes { bare own } }',
        {
          boxes: [
            { bare: '{"size":5,"content":{"__typename":"Book","name":"Dune"}}', own: '5' },
            { bare: '{"size":null,"content":{"__typename":"Film","name":"Alien"}}', own: 'null' },
          ],
        },
        { boxes: 1, labels: 1 },
      ],
      [
        '{ boxes { anything } }',
        { boxes: [{ anything: '{"__typename":"Book","pages":200}' }, { anything: 'null' }] },
        { boxes: 1, labels: 1 },
      ],
      [
        '{ boxes { typed paper } }',
        {
          boxes: [
            {
              typed: '{"__typename":"Book","pages":412}',
              paper: '{"__typename":"Book","pages":412,"name":"Dune"}',
            },
            { typed: '{"__typename":"Film","minutes":117}', paper: '{"__typename":"Film","name":"Alien"}' },
          ],
        },
        { boxes: 1, labels: 1 },
      ],
      [
        '{ boxes { listed shelf { items { name ... on Film { minutes } } } } }',
        {
          boxes: [
            {
              listed:
                '{"items":[{"__typename":"Film","name":"Alien","minutes":117},{"__typename":"Book","name":"Emma"}]}',
              shelf: { items: [{ name: 'Alien', minutes: 117 }, { name: 'Emma' }] },
            },
            { listed: '{"items":[]}', shelf: { items: [] } },
          ],
        },
        { boxes: 1, labels: 1 },
      ],
    ],
  },
];
