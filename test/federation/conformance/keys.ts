// Keys of entities: https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/directives#key
import type { ConformanceCase } from './conformance-case.ts';

export const keys: ConformanceCase[] = [
  {
    name: 'a key of one field',
    subgraphs: {
      users: {
        sdl: `type Query { users: [User] user(id: ID!): User } type User @key(fields: "id") { id: ID! name: String }`,
        rows: {
          User: [
            { id: '1', name: 'Ada' },
            { id: '2', name: 'Bob' },
          ],
        },
        roots: { users: [{ id: '1' }, { id: '2' }], user: ({ id }: { id: string }) => ({ id }) },
      },
      reviews: {
        sdl: `type Query { reviews: [Review] } type Review { text: String author: User } type User @key(fields: "id") { id: ID! reviews: [Review] }`,
        rows: {
          User: [
            { id: '1', reviews: [{ text: 'good', author: { id: '1' } }] },
            { id: '2', reviews: [] },
          ],
        },
        roots: {
          reviews: [
            { text: 'good', author: { id: '1' } },
            { text: 'bad', author: { id: '1' } },
          ],
        },
      },
    },
    operations: [
      [
        '{ users { id name } }',
        {
          users: [
            { id: '1', name: 'Ada' },
            { id: '2', name: 'Bob' },
          ],
        },
        { users: 1 },
      ],
      [
        '{ users { name reviews { text } } }',
        {
          users: [
            { name: 'Ada', reviews: [{ text: 'good' }] },
            { name: 'Bob', reviews: [] },
          ],
        },
        { users: 1, reviews: 1 },
      ],
      [
        '{ reviews { author { id } } }',
        { reviews: [{ author: { id: '1' } }, { author: { id: '1' } }] },
        { reviews: 1 },
      ],
      [
        '{ reviews { author { name } } }',
        { reviews: [{ author: { name: 'Ada' } }, { author: { name: 'Ada' } }] },
        { reviews: 1, users: 1 },
      ],
      [
        '{ users { reviews { author { name reviews { text } } } } }',
        {
          users: [{ reviews: [{ author: { name: 'Ada', reviews: [{ text: 'good' }] } }] }, { reviews: [] }],
        },
        { users: 2, reviews: 1 },
      ],
      [
        'query ($id: ID!) { user(id: $id) { name reviews { text } } }',
        { user: { name: 'Bob', reviews: [] } },
        { users: 1, reviews: 1 },
        { variables: { id: '2' } },
      ],
    ],
  },
  {
    name: 'a key of several fields',
    subgraphs: {
      stock: {
        sdl: `type Query { items: [Item!]! } type Item @key(fields: "shop sku") { shop: Int! sku: String! count: Int }`,
        roots: {
          items: [
            { shop: 1, sku: 'a', count: 5 },
            { shop: 2, sku: 'a', count: 6 },
            { shop: 1, sku: 'b', count: 7 },
          ],
        },
      },
      prices: {
        sdl: `type Item @key(fields: "sku shop") { shop: Int! sku: String! price: Int }`,
        rows: {
          Item: [
            { shop: 1, sku: 'a', price: 10 },
            { shop: 1, sku: 'b', price: 30 },
            { shop: 2, sku: 'a', price: 20 },
          ],
        },
      },
    },
    operations: [
      ['{ items { price } }', { items: [{ price: 10 }, { price: 20 }, { price: 30 }] }, { stock: 1, prices: 1 }],
      ['{ items { sku } }', { items: [{ sku: 'a' }, { sku: 'a' }, { sku: 'b' }] }, { stock: 1 }],
      [
        '{ items { count cost: price sku } }',
        {
          items: [
            { count: 5, cost: 10, sku: 'a' },
            { count: 6, cost: 20, sku: 'a' },
            { count: 7, cost: 30, sku: 'b' },
          ],
        },
        { stock: 1, prices: 1 },
      ],
      [
        '{ items { sku: price shop: sku } }',
        {
          items: [
            { sku: 10, shop: 'a' },
            { sku: 20, shop: 'a' },
            { sku: 30, shop: 'b' },
          ],
        },
        { stock: 1, prices: 1 },
      ],
    ],
  },
  {
    name: 'a key with objects in it',
    subgraphs: {
      teams: {
        sdl: `type Query { members: [Member] }
          type Member @key(fields: "id team { id land { code } }") { id: ID! team: Team! role: String }
          type Team { id: ID! @shareable land: Land! @shareable name: String } type Land @shareable { code: String! }`,
        roots: {
          members: [
            { id: '1', role: 'lead', team: { id: 't', name: 'Tigers', land: { code: 'NL' } } },
            { id: '1', role: 'cook', team: { id: 't', name: 'Tulips', land: { code: 'BE' } } },
          ],
        },
      },
      badges: {
        sdl: `type Member @key(fields: "id team { id land { code } }") { id: ID! team: Team! badge: String }
          type Team @shareable { id: ID! land: Land! } type Land @shareable { code: String! }`,
        rows: {
          Member: [
            { id: '1', team: { id: 't', land: { code: 'BE' } }, badge: 'silver' },
            { id: '1', team: { id: 't', land: { code: 'NL' } }, badge: 'gold' },
          ],
        },
      },
    },
    operations: [
      ['{ members { badge } }', { members: [{ badge: 'gold' }, { badge: 'silver' }] }, { teams: 1, badges: 1 }],
      [
        '{ members { team { name } badge } }',
        {
          members: [
            { team: { name: 'Tigers' }, badge: 'gold' },
            { team: { name: 'Tulips' }, badge: 'silver' },
          ],
        },
        { teams: 1, badges: 1 },
      ],
      [
        '{ members { team { land { c: code } } badge } }',
        {
          members: [
            { team: { land: { c: 'NL' } }, badge: 'gold' },
            { team: { land: { c: 'BE' } }, badge: 'silver' },
          ],
        },
        { teams: 1, badges: 1 },
      ],
      [
        '{ members { team { id name } } }',
        { members: [{ team: { id: 't', name: 'Tigers' } }, { team: { id: 't', name: 'Tulips' } }] },
        { teams: 1 },
      ],
    ],
  },
  {
    name: 'a key with lists of objects in it',
    subgraphs: {
      carts: {
        sdl: `type Query { carts: [Cart] } type Cart @key(fields: "lines { sku count }") { lines: [Line!]! owner: String } type Line @shareable { sku: String! count: Int! }`,
        roots: {
          carts: [
            {
              owner: 'Ada',
              lines: [
                { sku: 'a', count: 1 },
                { sku: 'b', count: 2 },
              ],
            },
            {
              owner: 'Bob',
              lines: [
                { sku: 'b', count: 2 },
                { sku: 'a', count: 1 },
              ],
            },
            { owner: 'Cy', lines: [] },
          ],
        },
      },
      totals: {
        sdl: `type Cart @key(fields: "lines { sku count }") { lines: [Line!]! total: Int } type Line @shareable { sku: String! count: Int! }`,
        fields: {
          Cart: {
            total: ({ lines }: { lines: { count: number }[] }) =>
              lines.reduce((sum, { count }, index) => sum + count * (index + 1), 0),
          },
        },
      },
    },
    operations: [
      ['{ carts { total } }', { carts: [{ total: 5 }, { total: 4 }, { total: 0 }] }, { carts: 1, totals: 1 }],
      [
        '{ carts { owner lines { count } total } }',
        {
          carts: [
            { owner: 'Ada', lines: [{ count: 1 }, { count: 2 }], total: 5 },
            { owner: 'Bob', lines: [{ count: 2 }, { count: 1 }], total: 4 },
            { owner: 'Cy', lines: [], total: 0 },
          ],
        },
        { carts: 1, totals: 1 },
      ],
      [
        '{ carts { lines { kind: sku } owner } }',
        {
          carts: [
            { lines: [{ kind: 'a' }, { kind: 'b' }], owner: 'Ada' },
            { lines: [{ kind: 'b' }, { kind: 'a' }], owner: 'Bob' },
            { lines: [], owner: 'Cy' },
          ],
        },
        { carts: 1 },
      ],
    ],
  },
  {
    name: 'several keys of one type: subgraphs that share no key are reached by one that has both',
    subgraphs: {
      names: {
        sdl: `type Query { item: Item } type Item @key(fields: "id") { id: ID! name: String }`,
        rows: { Item: [{ id: '1', name: 'Lamp' }] },
        roots: { item: { id: '1' } },
      },
      codes: {
        sdl: `type Item @key(fields: "id") @key(fields: "upc") { id: ID! upc: String! maker: String }`,
        rows: { Item: [{ id: '1', upc: 'u1', maker: 'Acme' }] },
      },
      weights: {
        sdl: `type Query { heavy: Item } type Item @key(fields: "upc") { upc: String! weight: Int }`,
        rows: { Item: [{ upc: 'u1', weight: 8 }] },
        roots: { heavy: { upc: 'u1' } },
      },
    },
    operations: [
      ['{ item { name upc } }', { item: { name: 'Lamp', upc: 'u1' } }, { names: 1, codes: 1 }],
      ['{ item { weight } }', { item: { weight: 8 } }, { names: 1, codes: 1, weights: 1 }],
      [
        '{ item { weight maker id } }',
        { item: { weight: 8, maker: 'Acme', id: '1' } },
        { names: 1, codes: 1, weights: 1 },
      ],
      ['{ heavy { weight upc } }', { heavy: { weight: 8, upc: 'u1' } }, { weights: 1 }],
      ['{ heavy { name } }', { heavy: { name: 'Lamp' } }, { weights: 1, codes: 1, names: 1 }],
      ['{ heavy { id } }', { heavy: { id: '1' } }, { weights: 1, codes: 1 }],
      [
        '{ heavy { name } item { weight } }',
        { heavy: { name: 'Lamp' }, item: { weight: 8 } },
        { weights: 2, codes: 1, names: 2 },
      ],
    ],
  },
  {
    name: 'a reference by a key that is not resolvable here',
    subgraphs: {
      orders: {
        sdl: `type Query { order: Order } type Order @key(fields: "id") { id: ID! buyer: User }
          type User @key(fields: "id", resolvable: false) { id: ID! }`,
        rows: { Order: [{ id: 'o1', buyer: { id: 'u1' } }] },
        roots: { order: { id: 'o1' } },
      },
      users: {
        sdl: `type Query { me: User } type User @key(fields: "id") { id: ID! name: String friends: [User] }`,
        rows: {
          User: [
            { id: 'u1', name: 'Ada', friends: [{ id: 'u2' }] },
            { id: 'u2', name: 'Bob', friends: [] },
          ],
        },
        roots: { me: { id: 'u2' } },
      },
    },
    operations: [
      ['{ order { buyer { id } } }', { order: { buyer: { id: 'u1' } } }, { orders: 1 }],
      ['{ order { buyer { name } } }', { order: { buyer: { name: 'Ada' } } }, { orders: 1, users: 1 }],
      [
        '{ order { id buyer { friends { id name } } } }',
        { order: { id: 'o1', buyer: { friends: [{ id: 'u2', name: 'Bob' }] } } },
        { orders: 1, users: 1 },
      ],
      ['{ me { id name } }', { me: { id: 'u2', name: 'Bob' } }, { users: 1 }],
      ['{ me { name } order { id } }', { me: { name: 'Bob' }, order: { id: 'o1' } }, { users: 1, orders: 1 }],
    ],
  },
  {
    name: 'entities that a subgraph does not have, and references that are null',
    subgraphs: {
      posts: {
        sdl: `type Query { posts: [Post!]! } type Post { title: String! author: User editor: User } type User @key(fields: "id") { id: ID! }`,
        roots: {
          posts: [
            { title: 'a', author: { id: '1' }, editor: null },
            { title: 'b', author: { id: '9' }, editor: { id: '2' } },
            { title: 'c', author: null, editor: { id: '1' } },
          ],
        },
      },
      users: {
        sdl: `type User @key(fields: "id") { id: ID! name: String }`,
        rows: {
          User: [
            { id: '1', name: 'Ada' },
            { id: '2', name: null },
          ],
        },
      },
      ranks: {
        sdl: `type User @key(fields: "id") { id: ID! rank: Int! }`,
        rows: {
          User: [
            { id: '1', rank: 1 },
            { id: '2', rank: 2 },
          ],
        },
      },
    },
    operations: [
      [
        '{ posts { title author { id name } } }',
        {
          posts: [
            { title: 'a', author: { id: '1', name: 'Ada' } },
            { title: 'b', author: { id: '9', name: null } },
            { title: 'c', author: null },
          ],
        },
        { posts: 1, users: 1 },
      ],
      [
        '{ posts { editor { name } } }',
        { posts: [{ editor: null }, { editor: { name: null } }, { editor: { name: 'Ada' } }] },
        { posts: 1, users: 1 },
      ],
      [
        '{ posts { author { name rank } } }',
        { posts: [{ author: { name: 'Ada', rank: 1 } }, { author: null }, { author: null }] },
        { posts: 1, users: 1, ranks: 1 },
        { errors: { 'posts.1.author.rank': '' } },
      ],
      [
        '{ posts { author { id } editor { rank } } }',
        {
          posts: [
            { author: { id: '1' }, editor: null },
            { author: { id: '9' }, editor: { rank: 2 } },
            { author: null, editor: { rank: 1 } },
          ],
        },
        { posts: 1, ranks: 1 },
      ],
      [
        '{ posts { author { id } editor { id } } }',
        {
          posts: [
            { author: { id: '1' }, editor: null },
            { author: { id: '9' }, editor: { id: '2' } },
            { author: null, editor: { id: '1' } },
          ],
        },
        { posts: 1 },
      ],
    ],
  },
  {
    name: 'a key that another subgraph must add to the object first',
    subgraphs: {
      start: {
        sdl: `type Query { box: Box boxes: [Box!]! } type Box @key(fields: "a") { a: ID! }`,
        roots: { box: { a: '1' }, boxes: [{ a: '1' }, { a: '2' }, { a: '3' }] },
      },
      middle: {
        sdl: `type Box @key(fields: "a") @key(fields: "b") { a: ID! b: ID }`,
        rows: {
          Box: [
            { a: '1', b: 'x' },
            { a: '2', b: null },
            { a: '3', b: 'z' },
          ],
        },
      },
      end: {
        sdl: `type Box @key(fields: "b") { b: ID size: Int }`,
        rows: {
          Box: [
            { b: 'x', size: 10 },
            { b: 'z', size: 30 },
          ],
        },
      },
    },
    operations: [
      ['{ box { size } }', { box: { size: 10 } }, { start: 1, middle: 1, end: 1 }],
      ['{ box { b } }', { box: { b: 'x' } }, { start: 1, middle: 1 }],
      [
        '{ boxes { a b size } }',
        {
          boxes: [
            { a: '1', b: 'x', size: 10 },
            { a: '2', b: null, size: null },
            { a: '3', b: 'z', size: 30 },
          ],
        },
        { start: 1, middle: 1, end: 1 },
      ],
      ['{ boxes { a } }', { boxes: [{ a: '1' }, { a: '2' }, { a: '3' }] }, { start: 1 }],
    ],
  },
  {
    name: 'an object without a key is fetched through the entity that has it',
    subgraphs: {
      shops: {
        sdl: `type Query { shop: Shop } type Shop @key(fields: "id") { id: ID! owner: Person @shareable } type Person @shareable { name: String }`,
        rows: { Shop: [{ id: 's1', owner: { name: 'Ada' } }] },
        roots: { shop: { id: 's1' } },
      },
      people: {
        sdl: `type Shop @key(fields: "id") { id: ID! owner: Person @shareable } type Person @shareable { name: String age: Int }`,
        rows: { Shop: [{ id: 's1', owner: { name: 'Ada', age: 40 } }] },
      },
    },
    operations: [
      ['{ shop { owner { name } } }', { shop: { owner: { name: 'Ada' } } }, { shops: 1 }],
      ['{ shop { owner { age } } }', { shop: { owner: { age: 40 } } }, { shops: 1, people: 1 }],
      [
        '{ shop { owner { name years: age } id } }',
        { shop: { owner: { name: 'Ada', years: 40 }, id: 's1' } },
        { shops: 1, people: 1 },
      ],
    ],
  },
];
