// Fields that need fields of other subgraphs:
// https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/directives#requires
import type { ConformanceCase } from './conformance-case.ts';

export const requires: ConformanceCase[] = [
  {
    name: 'required fields are sent, whether or not the client selects them',
    subgraphs: {
      goods: {
        sdl: `type Query { items: [Item!]! } type Item @key(fields: "id") { id: ID! weight: Int fragile: Boolean }`,
        roots: {
          items: [
            { id: '1', weight: 2, fragile: false },
            { id: '2', weight: null, fragile: true },
          ],
        },
      },
      postage: {
        sdl: `type Item @key(fields: "id") { id: ID! weight: Int @external fragile: Boolean @external
          postage: Int @requires(fields: "weight fragile") insured: Boolean @requires(fields: "fragile") depot: String }`,
        rows: {
          Item: [
            { id: '1', depot: 'north' },
            { id: '2', depot: 'south' },
          ],
        },
        fields: {
          Item: {
            postage: ({ weight, fragile }: { weight: number | null; fragile: boolean }) =>
              (weight ?? 50) * (fragile ? 10 : 1),
            insured: ({ fragile }: { fragile: boolean }) => !fragile,
          },
        },
      },
    },
    operations: [
      ['{ items { postage } }', { items: [{ postage: 2 }, { postage: 500 }] }, { goods: 1, postage: 1 }],
      [
        '{ items { weight p: postage } }',
        {
          items: [
            { weight: 2, p: 2 },
            { weight: null, p: 500 },
          ],
        },
        { goods: 1, postage: 1 },
      ],
      [
        '{ items { postage: weight weight: postage } }',
        {
          items: [
            { postage: 2, weight: 2 },
            { postage: null, weight: 500 },
          ],
        },
        { goods: 1, postage: 1 },
      ],
      [
        '{ items { insured depot postage } }',
        {
          items: [
            { insured: true, depot: 'north', postage: 2 },
            { insured: false, depot: 'south', postage: 500 },
          ],
        },
        { goods: 1, postage: 1 },
      ],
      ['{ items { depot } }', { items: [{ depot: 'north' }, { depot: 'south' }] }, { goods: 1, postage: 1 }],
      [
        'query ($full: Boolean!) { items { depot postage @include(if: $full) } }',
        { items: [{ depot: 'north' }, { depot: 'south' }] },
        { goods: 1, postage: 1 },
        { variables: { full: false } },
      ],
      [
        'query ($full: Boolean!) { items { postage @include(if: $full) } }',
        { items: [{}, {}] },
        { goods: 1 },
        { variables: { full: false } },
      ],
    ],
  },
  {
    name: 'requirements chained over three subgraphs',
    subgraphs: {
      first: {
        sdl: `type Query { node: Node } type Node @key(fields: "id") { id: ID! a: Int }`,
        rows: { Node: [{ id: '1', a: 1 }] },
        roots: { node: { id: '1' } },
      },
      second: {
        sdl: `type Node @key(fields: "id") { id: ID! a: Int @external b: Int @requires(fields: "a") }`,
        fields: { Node: { b: ({ a }: { a: number }) => a * 10 + 2 } },
      },
      third: {
        sdl: `type Node @key(fields: "id") { id: ID! b: Int @external c: Int @requires(fields: "b") plain: String }`,
        rows: { Node: [{ id: '1', plain: 'third' }] },
        fields: { Node: { c: ({ b }: { b: number }) => b * 10 + 3 } },
      },
      fourth: {
        sdl: `type Node @key(fields: "id") { id: ID! a: Int @external c: Int @external d: Int @requires(fields: "a c") }`,
        fields: { Node: { d: ({ a, c }: { a: number; c: number }) => c * 10 + a } },
      },
    },
    operations: [
      ['{ node { b } }', { node: { b: 12 } }, { first: 1, second: 1 }],
      ['{ node { c } }', { node: { c: 123 } }, { first: 1, second: 1, third: 1 }],
      ['{ node { d } }', { node: { d: 1231 } }, { first: 1, second: 1, third: 1, fourth: 1 }],
      [
        '{ node { d c b a } }',
        { node: { d: 1231, c: 123, b: 12, a: 1 } },
        { first: 1, second: 1, third: 1, fourth: 1 },
      ],
      ['{ node { plain c } }', { node: { plain: 'third', c: 123 } }, { first: 1, second: 1, third: 1 }],
      ['{ node { plain a } }', { node: { plain: 'third', a: 1 } }, { first: 1, third: 1 }],
    ],
  },
  {
    name: 'required fields inside objects and lists',
    subgraphs: {
      orders: {
        sdl: `type Query { order: Order } type Order @key(fields: "id") { id: ID! lines: [Line!]! address: Address }
          type Line { count: Int! product: Product! } type Product { name: String! price: Int! } type Address { city: String zip: String! }`,
        rows: {
          Order: [
            {
              id: 'o1',
              address: { city: 'Delft', zip: '2611' },
              lines: [
                { count: 2, product: { name: 'Lamp', price: 10 } },
                { count: 1, product: { name: 'Rug', price: 7 } },
              ],
            },
          ],
        },
        roots: { order: { id: 'o1' } },
      },
      invoices: {
        sdl: `type Order @key(fields: "id") { id: ID! lines: [Line!]! @external address: Address @external
            total: Int @requires(fields: "lines { count product { price } }") label: String @requires(fields: "address { zip }") }
          type Line { count: Int! @external product: Product! @external } type Product { price: Int! @external }
          type Address { zip: String! @external }`,
        fields: {
          Order: {
            total: ({ lines }: { lines: { count: number; product: { price: number } }[] }) =>
              lines.reduce((sum, { count, product }) => sum + count * product.price, 0),
            label: ({ address }: { address: { zip: string } }) => `to ${address.zip}`,
          },
        },
      },
    },
    operations: [
      ['{ order { total } }', { order: { total: 27 } }, { orders: 1, invoices: 1 }],
      [
        '{ order { total lines { product { name } } } }',
        { order: { total: 27, lines: [{ product: { name: 'Lamp' } }, { product: { name: 'Rug' } }] } },
        { orders: 1, invoices: 1 },
      ],
      [
        '{ order { label address { city } total } }',
        { order: { label: 'to 2611', address: { city: 'Delft' }, total: 27 } },
        { orders: 1, invoices: 1 },
      ],
      [
        '{ order { lines { product { price: name count: price } } total } }',
        {
          order: {
            lines: [{ product: { price: 'Lamp', count: 10 } }, { product: { price: 'Rug', count: 7 } }],
            total: 27,
          },
        },
        { orders: 1, invoices: 1 },
      ],
    ],
  },
  {
    name: 'a required field of an entity that another subgraph serves',
    subgraphs: {
      posts: {
        sdl: `type Query { posts: [Post!]! } type Post @key(fields: "id") { id: ID! author: User! } type User @key(fields: "id") { id: ID! }`,
        rows: {
          Post: [
            { id: 'p1', author: { id: 'u1' } },
            { id: 'p2', author: { id: 'u2' } },
          ],
        },
        roots: { posts: [{ id: 'p1' }, { id: 'p2' }] },
      },
      users: {
        sdl: `type User @key(fields: "id") { id: ID! name: String! }`,
        rows: {
          User: [
            { id: 'u1', name: 'Ada' },
            { id: 'u2', name: 'Bob' },
          ],
        },
      },
      bylines: {
        sdl: `type Post @key(fields: "id") { id: ID! author: User! @external byline: String @requires(fields: "author { name }") }
          type User @key(fields: "id") { id: ID! name: String! @external }`,
        fields: { Post: { byline: ({ author }: { author: { name: string } }) => `by ${author.name}` } },
      },
    },
    operations: [
      [
        '{ posts { byline } }',
        { posts: [{ byline: 'by Ada' }, { byline: 'by Bob' }] },
        { posts: 1, users: 1, bylines: 1 },
      ],
      [
        '{ posts { author { name } byline } }',
        {
          posts: [
            { author: { name: 'Ada' }, byline: 'by Ada' },
            { author: { name: 'Bob' }, byline: 'by Bob' },
          ],
        },
        { posts: 1, users: 1, bylines: 1 },
      ],
      ['{ posts { author { id } } }', { posts: [{ author: { id: 'u1' } }, { author: { id: 'u2' } }] }, { posts: 1 }],
    ],
  },
  {
    name: 'required fields with arguments, beside the same field with the arguments of the client',
    subgraphs: {
      goods: {
        sdl: `type Query { items: [Item!]! } enum Unit { KG LB } type Item @key(fields: "id") { id: ID! weight(unit: Unit!, digits: Int = 0): Float }`,
        roots: { items: [{ id: '1' }, { id: '2' }] },
        fields: {
          Item: {
            weight: ({ id }: { id: string }, { unit, digits }: { unit: string; digits: number }) =>
              Number(((unit === 'KG' ? 1 : 2.25) * Number(id)).toFixed(digits)),
          },
        },
      },
      postage: {
        sdl: `enum Unit { KG LB } type Item @key(fields: "id") { id: ID! weight(unit: Unit!, digits: Int = 0): Float @external
          postage: Float @requires(fields: "weight(unit: LB, digits: 2)") }`,
        fields: { Item: { postage: ({ weight }: { weight: number }) => weight * 100 } },
      },
    },
    operations: [
      ['{ items { postage } }', { items: [{ postage: 225 }, { postage: 450 }] }, { goods: 1, postage: 1 }],
      [
        '{ items { weight(unit: KG) postage } }',
        {
          items: [
            { weight: 1, postage: 225 },
            { weight: 2, postage: 450 },
          ],
        },
        { goods: 1, postage: 1 },
      ],
      [
        '{ items { weight(unit: LB, digits: 2) postage } }',
        {
          items: [
            { weight: 2.25, postage: 225 },
            { weight: 4.5, postage: 450 },
          ],
        },
        { goods: 1, postage: 1 },
      ],
      [
        'query ($unit: Unit!) { items { rounded: weight(unit: $unit) postage weight(unit: $unit, digits: 1) } }',
        {
          items: [
            { rounded: 2, postage: 225, weight: 2.3 },
            { rounded: 5, postage: 450, weight: 4.5 },
          ],
        },
        { goods: 1, postage: 1 },
        { variables: { unit: 'LB' } },
      ],
    ],
  },
  {
    name: 'inputs that are null, and inputs that failed',
    subgraphs: {
      goods: {
        sdl: `type Query { items: [Item] } type Item @key(fields: "id") { id: ID! weight: Int size: Int! }`,
        roots: { items: [{ id: '1' }, { id: '2' }, { id: '3' }] },
        fields: {
          Item: {
            weight: ({ id }: { id: string }) => (id === '2' ? new Error('no scales') : id === '3' ? null : 5),
            size: () => 4,
          },
        },
      },
      postage: {
        sdl: `type Item @key(fields: "id") { id: ID! weight: Int @external size: Int! @external
          postage: Int @requires(fields: "weight") volume: Int @requires(fields: "size") price: Int! @requires(fields: "weight") }`,
        fields: {
          Item: {
            postage: ({ weight }: { weight: number | null }) => (weight ?? 100) * 2,
            volume: ({ size }: { size: number }) => size ** 3,
            price: ({ weight }: { weight: number | null }) => weight ?? 0,
          },
        },
      },
    },
    operations: [
      [
        '{ items { postage } }',
        { items: [{ postage: 10 }, { postage: null }, { postage: 200 }] },
        { goods: 1, postage: 1 },
        { errors: { 'items.1.postage': 'no scales' } },
      ],
      ['{ items { volume } }', { items: [{ volume: 64 }, { volume: 64 }, { volume: 64 }] }, { goods: 1, postage: 1 }],
      [
        '{ items { id price } }',
        { items: [{ id: '1', price: 5 }, null, { id: '3', price: 0 }] },
        { goods: 1, postage: 1 },
        { errors: { 'items.1.price': 'no scales' } },
      ],
      [
        '{ items { weight volume } }',
        {
          items: [
            { weight: 5, volume: 64 },
            { weight: null, volume: 64 },
            { weight: null, volume: 64 },
          ],
        },
        { goods: 1, postage: 1 },
        { errors: { 'items.1.weight': 'no scales' } },
      ],
    ],
  },
  {
    name: 'fields of different types behind one interface require different fields',
    subgraphs: {
      pets: {
        sdl: `type Query { pets: [Pet!]! } interface Pet { id: ID! }
          type Cat implements Pet @key(fields: "id") { id: ID! lives: Int } type Dog implements Pet @key(fields: "id") { id: ID! age: Int }`,
        roots: {
          pets: [
            { __typename: 'Cat', id: 'c', lives: 9 },
            { __typename: 'Dog', id: 'd', age: 3 },
          ],
        },
      },
      vets: {
        sdl: `type Cat @key(fields: "id") { id: ID! lives: Int @external report: String @requires(fields: "lives") }
          type Dog @key(fields: "id") { id: ID! age: Int @external report: String @requires(fields: "age") chip: String }`,
        rows: { Dog: [{ id: 'd', chip: 'x1' }] },
        fields: {
          Cat: { report: ({ lives }: { lives: number }) => `${lives} lives` },
          Dog: { report: ({ age }: { age: number }) => `${age} years` },
        },
      },
    },
    operations: [
      [
        '{ pets { ... on Cat { report } ... on Dog { report chip } } }',
        { pets: [{ report: '9 lives' }, { report: '3 years', chip: 'x1' }] },
        { pets: 1, vets: 1 },
      ],
      [
        '{ pets { id ... on Dog { report } } }',
        { pets: [{ id: 'c' }, { id: 'd', report: '3 years' }] },
        { pets: 1, vets: 1 },
      ],
      [
        '{ pets { __typename ... on Cat { lives: report } } }',
        { pets: [{ __typename: 'Cat', lives: '9 lives' }, { __typename: 'Dog' }] },
        { pets: 1, vets: 1 },
      ],
      ['{ pets { ... on Cat { lives } ... on Dog { age } } }', { pets: [{ lives: 9 }, { age: 3 }] }, { pets: 1 }],
    ],
  },
  {
    name: 'a required field whose value is an interface',
    subgraphs: {
      boxes: {
        sdl: `type Query { boxes: [Box!]! } type Box @key(fields: "id") { id: ID! content: Thing } interface Thing { name: String! }
          type Ball implements Thing { name: String! size: Int } type Book implements Thing { name: String! pages: Int }`,
        rows: {
          Box: [
            { id: '1', content: { __typename: 'Ball', name: 'Ball', size: 3 } },
            { id: '2', content: { __typename: 'Book', name: 'Dune', pages: 412 } },
            { id: '3', content: null },
          ],
        },
        roots: { boxes: [{ id: '1' }, { id: '2' }, { id: '3' }] },
      },
      labels: {
        sdl: `type Box @key(fields: "id") { id: ID! content: Thing @external label: String @requires(fields: "content { name }") }
          interface Thing { name: String! } type Ball implements Thing { name: String! @external } type Book implements Thing { name: String! @external }`,
        fields: {
          Box: { label: ({ content }: { content: { name: string } | null }) => content && `with ${content.name}` },
        },
      },
    },
    operations: [
      [
        '{ boxes { label } }',
        { boxes: [{ label: 'with Ball' }, { label: 'with Dune' }, { label: null }] },
        { boxes: 1, labels: 1 },
      ],
      [
        '{ boxes { label content { ... on Book { pages } } } }',
        {
          boxes: [
            { label: 'with Ball', content: {} },
            { label: 'with Dune', content: { pages: 412 } },
            { label: null, content: null },
          ],
        },
        { boxes: 1, labels: 1 },
      ],
      [
        '{ boxes { content { title: name __typename } } }',
        {
          boxes: [
            { content: { title: 'Ball', __typename: 'Ball' } },
            { content: { title: 'Dune', __typename: 'Book' } },
            { content: null },
          ],
        },
        { boxes: 1 },
      ],
    ],
  },
];
