// Contexts: arguments that a subgraph takes from an enclosing object (`@context`, `@fromContext`).
import type { ConformanceCase } from './conformance-case.ts';

/** A field's value that shows what the field got: the object's id, and its arguments. */
const shown = ({ id }: { id: string }, args: object): string =>
  [id, ...Object.entries(args).map(([name, value]) => `${name}=${JSON.stringify(value)}`)].join(' ');

export const contexts: ConformanceCase[] = [
  {
    name: 'a field of the enclosing object, other for each of them, also for an entity that two of them have',
    subgraphs: {
      shops: {
        sdl: `type Query { shops: [Shop!]! shop(id: ID!): Shop }
          type Shop @key(fields: "id") @context(name: "shop") { id: ID! currency: String items: [Item]! }
          type Item @key(fields: "id") { id: ID! price(in: String @fromContext(field: "$shop { currency }"), exact: Boolean): String }`,
        rows: {
          Shop: [
            { id: '1', currency: 'EUR', items: [{ id: 'a' }, null, { id: 'b' }] },
            { id: '2', currency: 'USD', items: [{ id: 'a' }] },
            { id: '3', currency: null, items: [{ id: 'b' }, { id: 'b' }] },
            { id: '4', currency: 'EUR', items: [] },
          ],
          Item: [{ id: 'a' }, { id: 'b' }],
        },
        roots: {
          shops: [{ id: '1' }, { id: '2' }, { id: '3' }, { id: '4' }],
          shop: ({ id }: { id: string }) => (Number(id) < 5 ? { id } : null),
        },
        fields: { Item: { price: shown } },
      },
      names: {
        sdl: `type Item @key(fields: "id") { id: ID! name: String }`,
        rows: {
          Item: [
            { id: 'a', name: 'A' },
            { id: 'b', name: 'B' },
          ],
        },
      },
    },
    operations: [
      [
        '{ shops { items { price } } }',
        {
          shops: [
            { items: [{ price: 'a in="EUR"' }, null, { price: 'b in="EUR"' }] },
            { items: [{ price: 'a in="USD"' }] },
            { items: [{ price: 'b in=null' }, { price: 'b in=null' }] },
            { items: [] },
          ],
        },
        { shops: 2 },
      ],
      [
        '{ shops { currency items { id name price(exact: true) rough: price } } }',
        {
          shops: [
            {
              currency: 'EUR',
              items: [
                { id: 'a', name: 'A', price: 'a in="EUR" exact=true', rough: 'a in="EUR"' },
                null,
                { id: 'b', name: 'B', price: 'b in="EUR" exact=true', rough: 'b in="EUR"' },
              ],
            },
            {
              currency: 'USD',
              items: [{ id: 'a', name: 'A', price: 'a in="USD" exact=true', rough: 'a in="USD"' }],
            },
            {
              currency: null,
              items: [
                { id: 'b', name: 'B', price: 'b in=null exact=true', rough: 'b in=null' },
                { id: 'b', name: 'B', price: 'b in=null exact=true', rough: 'b in=null' },
              ],
            },
            { currency: 'EUR', items: [] },
          ],
        },
        { shops: 2, names: 1 },
      ],
      [
        'query ($exact: Boolean) { one: shop(id: 1) { items { ...P } } two: shop(id: 2) { items { ...P name } } none: shop(id: 9) { items { ...P } } } fragment P on Item { price(exact: $exact) }',
        {
          one: { items: [{ price: 'a in="EUR" exact=false' }, null, { price: 'b in="EUR" exact=false' }] },
          two: { items: [{ price: 'a in="USD" exact=false', name: 'A' }] },
          none: null,
        },
        { shops: 2, names: 1 },
        { variables: { exact: false } },
      ],
      ['{ shop(id: 4) { items { price } } }', { shop: { items: [] } }, { shops: 1 }],
      [
        'query ($all: Boolean!) { shop(id: 2) { items { id price @include(if: $all) } } }',
        { shop: { items: [{ id: 'a' }] } },
        { shops: 1 },
        { variables: { all: false } },
      ],
    ],
  },
  {
    name: 'a value from a third subgraph, for a field of a subgraph that serves neither of the objects',
    subgraphs: {
      accounts: {
        sdl: `type Query { users: [User] } type User @key(fields: "id") { id: ID! orders: [Order!]! } type Order @key(fields: "id") { id: ID! }`,
        rows: {
          User: [
            { id: '1', orders: [{ id: 'x' }, { id: 'y' }] },
            { id: '2', orders: [{ id: 'x' }] },
            { id: '3', orders: [{ id: 'y' }] },
          ],
        },
        roots: { users: [{ id: '1' }, { id: '2' }, null, { id: '3' }] },
      },
      settings: {
        sdl: `type User @key(fields: "id") { id: ID! locale: String }`,
        rows: {
          User: [
            { id: '1', locale: 'de' },
            { id: '2', locale: 'fr' },
          ],
        },
      },
      labels: {
        sdl: `type User @key(fields: "id") @context(name: "user") { id: ID! locale: String @external }
          type Order @key(fields: "id") { id: ID! label(locale: String @fromContext(field: "$user { locale }")): String total: Int }`,
        rows: {
          Order: [
            { id: 'x', total: 1 },
            { id: 'y', total: 2 },
          ],
        },
        fields: { Order: { label: shown } },
      },
    },
    operations: [
      [
        '{ users { orders { label } } }',
        {
          users: [
            { orders: [{ label: 'x locale="de"' }, { label: 'y locale="de"' }] },
            { orders: [{ label: 'x locale="fr"' }] },
            null,
            { orders: [{ label: 'y locale=null' }] },
          ],
        },
        { accounts: 1, settings: 1, labels: 1 },
      ],
      [
        '{ users { locale orders { total label } } }',
        {
          users: [
            {
              locale: 'de',
              orders: [
                { total: 1, label: 'x locale="de"' },
                { total: 2, label: 'y locale="de"' },
              ],
            },
            { locale: 'fr', orders: [{ total: 1, label: 'x locale="fr"' }] },
            null,
            { locale: null, orders: [{ total: 2, label: 'y locale=null' }] },
          ],
        },
        { accounts: 1, settings: 1, labels: 1 },
      ],
    ],
  },
  {
    name: 'several levels and entities of other subgraphs between the context and the field, and below it',
    subgraphs: {
      markets: {
        sdl: `type Query { markets: [Market!]! } type Market @key(fields: "id") @context(name: "market") { id: ID! region: Region! halls: [[Hall]] }
          type Region { code: String! } type Hall { stalls: [Stall!]! } type Stall @key(fields: "id") { id: ID! }`,
        rows: {
          Market: [
            {
              id: '1',
              region: { code: 'north' },
              halls: [[{ stalls: [{ id: 's' }] }], null, [null, { stalls: [{ id: 's' }, { id: 't' }] }]],
            },
            { id: '2', region: { code: 'south' }, halls: [[{ stalls: [{ id: 't' }, { id: 's' }] }]] },
          ],
        },
        roots: { markets: [{ id: '1' }, { id: '2' }] },
      },
      stalls: {
        sdl: `type Stall @key(fields: "id") { id: ID! name: String! best: Good goods: [Good!]! } type Good @key(fields: "sku") { sku: ID! }`,
        rows: {
          Stall: [
            { id: 's', name: 'S', best: { sku: 'p' }, goods: [{ sku: 'p' }, { sku: 'q' }] },
            { id: 't', name: 'T', best: null, goods: [{ sku: 'q' }] },
          ],
        },
      },
      goods: {
        sdl: `type Market @key(fields: "id") @context(name: "market") { id: ID! region: Region! @external } type Region { code: String! @external }
          type Good @key(fields: "sku") { sku: ID! offer(region: String @fromContext(field: "$market { region { code } }"), max: Int! = 9): Offer }
          type Offer { text: String! seller: Seller! } type Seller @key(fields: "id") { id: ID! }`,
        fields: {
          Good: {
            offer: ({ sku }: { sku: string }, { region, max }: { region: string; max: number }) => ({
              text: `${sku} ${region} ${max}`,
              seller: { id: `${region}-${sku}` },
            }),
          },
        },
      },
      sellers: {
        sdl: `type Seller @key(fields: "id") { id: ID! title: String }`,
        entities: { Seller: ({ id }) => ({ id, title: `Seller ${id}` }) },
      },
    },
    operations: [
      [
        '{ markets { halls { stalls { name best { offer { text } } } } } }',
        {
          markets: [
            {
              halls: [
                [{ stalls: [{ name: 'S', best: { offer: { text: 'p north 9' } } }] }],
                null,
                [
                  null,
                  {
                    stalls: [
                      { name: 'S', best: { offer: { text: 'p north 9' } } },
                      { name: 'T', best: null },
                    ],
                  },
                ],
              ],
            },
            {
              halls: [
                [
                  {
                    stalls: [
                      { name: 'T', best: null },
                      { name: 'S', best: { offer: { text: 'p south 9' } } },
                    ],
                  },
                ],
              ],
            },
          ],
        },
        { markets: 1, stalls: 1, goods: 1 },
      ],
      [
        '{ markets { halls { stalls { goods { offer(max: 1) { text seller { title } } } } } } }',
        {
          markets: [
            {
              halls: [
                [
                  {
                    stalls: [
                      {
                        goods: [
                          { offer: { text: 'p north 1', seller: { title: 'Seller north-p' } } },
                          { offer: { text: 'q north 1', seller: { title: 'Seller north-q' } } },
                        ],
                      },
                    ],
                  },
                ],
                null,
                [
                  null,
                  {
                    stalls: [
                      {
                        goods: [
                          { offer: { text: 'p north 1', seller: { title: 'Seller north-p' } } },
                          { offer: { text: 'q north 1', seller: { title: 'Seller north-q' } } },
                        ],
                      },
                      { goods: [{ offer: { text: 'q north 1', seller: { title: 'Seller north-q' } } }] },
                    ],
                  },
                ],
              ],
            },
            {
              halls: [
                [
                  {
                    stalls: [
                      { goods: [{ offer: { text: 'q south 1', seller: { title: 'Seller south-q' } } }] },
                      {
                        goods: [
                          { offer: { text: 'p south 1', seller: { title: 'Seller south-p' } } },
                          { offer: { text: 'q south 1', seller: { title: 'Seller south-q' } } },
                        ],
                      },
                    ],
                  },
                ],
              ],
            },
          ],
        },
        { markets: 1, stalls: 1, goods: 1, sellers: 1 },
      ],
    ],
  },
  {
    name: 'the nearest enclosing object that sets the context, and never the object with the field itself',
    subgraphs: {
      files: {
        sdl: `type Query { root: Folder! } type Folder @key(fields: "id") @context(name: "folder") { id: ID! mode: Int folders: [Folder!]! files: [File!]!
          shownIn(mode: Int @fromContext(field: "$folder { mode }")): String }
          type File @key(fields: "id") { id: ID! rights(mode: Int @fromContext(field: "$folder { mode }"), of: ID @fromContext(field: "$folder { id }")): String }`,
        rows: {
          Folder: [
            { id: '0', mode: 7, folders: [{ id: '1' }, { id: '2' }], files: [{ id: 'f' }] },
            { id: '1', mode: 5, folders: [{ id: '2' }], files: [{ id: 'f' }, { id: 'g' }] },
            { id: '2', mode: null, folders: [], files: [{ id: 'f' }] },
          ],
          File: [{ id: 'f' }, { id: 'g' }],
        },
        roots: { root: { id: '0' } },
        fields: { File: { rights: shown }, Folder: { shownIn: shown } },
      },
    },
    operations: [
      [
        '{ root { files { rights } folders { files { rights } folders { files { rights } } } } }',
        {
          root: {
            files: [{ rights: 'f mode=7 of="0"' }],
            folders: [
              {
                files: [{ rights: 'f mode=5 of="1"' }, { rights: 'g mode=5 of="1"' }],
                folders: [{ files: [{ rights: 'f mode=null of="2"' }] }],
              },
              { files: [{ rights: 'f mode=null of="2"' }], folders: [] },
            ],
          },
        },
        { files: 2 },
      ],
      [
        '{ root { folders { id shownIn folders { shownIn mode } } } }',
        {
          root: {
            folders: [
              { id: '1', shownIn: '1 mode=7', folders: [{ shownIn: '2 mode=5', mode: null }] },
              { id: '2', shownIn: '2 mode=7', folders: [] },
            ],
          },
        },
        { files: 2 },
      ],
    ],
  },
  {
    name: 'values of two contexts on different levels, for one field and for fields beside each other',
    subgraphs: {
      tenants: {
        sdl: `type Query { tenants: [Tenant!]! } type Tenant @key(fields: "id") @context(name: "tenant") { id: ID! plan: Plan! projects: [Project!]! } enum Plan { FREE PAID }
          type Project @key(fields: "id") @context(name: "project") { id: ID! tags: [Tag!] tasks: [Task!]! lead: Lead } type Tag { name: String! } type Lead { level: Float }
          type Task @key(fields: "id") { id: ID!
            quota(plan: Plan @fromContext(field: "$tenant { plan }"), tags: [String] @fromContext(field: "$project { tags { name } }")): String
            plain: Int
            level(of: Float @fromContext(field: "$project { lead { level } }")): String }`,
        rows: {
          Tenant: [
            { id: 't1', plan: 'FREE', projects: [{ id: 'p1' }, { id: 'p2' }] },
            { id: 't2', plan: 'PAID', projects: [{ id: 'p1' }] },
          ],
          Project: [
            { id: 'p1', tags: [{ name: 'a' }, { name: 'b' }], tasks: [{ id: 'x' }, { id: 'y' }], lead: { level: 1.5 } },
            { id: 'p2', tags: null, tasks: [{ id: 'x' }], lead: null },
          ],
          Task: [
            { id: 'x', plain: 1 },
            { id: 'y', plain: 2 },
          ],
        },
        roots: { tenants: [{ id: 't1' }, { id: 't2' }] },
        fields: { Task: { quota: shown, level: shown } },
      },
      notes: {
        sdl: `type Task @key(fields: "id") { id: ID! note: String } type Tenant @key(fields: "id") { id: ID! title: String }`,
        entities: { Task: ({ id }) => ({ id, note: `n${id}` }), Tenant: ({ id }) => ({ id, title: `T${id}` }) },
      },
    },
    operations: [
      [
        '{ tenants { title projects { tasks { quota level plain note } } } }',
        {
          tenants: [
            {
              title: 'Tt1',
              projects: [
                {
                  tasks: [
                    { quota: 'x plan="FREE" tags=["a","b"]', level: 'x of=1.5', plain: 1, note: 'nx' },
                    { quota: 'y plan="FREE" tags=["a","b"]', level: 'y of=1.5', plain: 2, note: 'ny' },
                  ],
                },
                { tasks: [{ quota: 'x plan="FREE" tags=null', level: 'x of=null', plain: 1, note: 'nx' }] },
              ],
            },
            {
              title: 'Tt2',
              projects: [
                {
                  tasks: [
                    { quota: 'x plan="PAID" tags=["a","b"]', level: 'x of=1.5', plain: 1, note: 'nx' },
                    { quota: 'y plan="PAID" tags=["a","b"]', level: 'y of=1.5', plain: 2, note: 'ny' },
                  ],
                },
              ],
            },
          ],
        },
        { tenants: 2, notes: 1 },
      ],
      [
        '{ tenants { projects { tasks { quota } } } }',
        {
          tenants: [
            {
              projects: [
                { tasks: [{ quota: 'x plan="FREE" tags=["a","b"]' }, { quota: 'y plan="FREE" tags=["a","b"]' }] },
                { tasks: [{ quota: 'x plan="FREE" tags=null' }] },
              ],
            },
            {
              projects: [
                { tasks: [{ quota: 'x plan="PAID" tags=["a","b"]' }, { quota: 'y plan="PAID" tags=["a","b"]' }] },
              ],
            },
          ],
        },
        { tenants: 2 },
      ],
    ],
  },
  {
    name: 'contexts of unions and interfaces, with a selection for each type',
    subgraphs: {
      places: {
        sdl: `type Query { places: [Place!]! spots: [Spot!]! }
          union Place @context(name: "place") = City | Sea | Desert
          interface Spot @context(name: "spot") { id: ID! zone: Int }
          type City implements Spot @key(fields: "id") { id: ID! zone: Int people: String sights: [Sight!]! }
          type Sea implements Spot @key(fields: "id") { id: ID! zone: Int depth: String sights: [Sight!]! }
          type Desert { sights: [Sight!]! }
          interface Sight { id: ID! }
          type Tower implements Sight @key(fields: "id") { id: ID! of(what: String @fromContext(field: "$place ... on City { people } ... on Sea { depth }")): String }
          type Reef implements Sight @key(fields: "id") { id: ID! in(zone: Int @fromContext(field: "$spot { zone }")): String }`,
        rows: {
          City: [{ id: 'c', zone: 1, people: 'many', sights: [{ __typename: 'Tower', id: 't' }] }],
          Sea: [
            {
              id: 's',
              zone: 2,
              depth: 'deep',
              sights: [
                { __typename: 'Tower', id: 't' },
                { __typename: 'Reef', id: 'r' },
              ],
            },
          ],
        },
        roots: {
          places: [
            { __typename: 'City', id: 'c' },
            { __typename: 'Sea', id: 's' },
            { __typename: 'Desert', sights: [{ __typename: 'Tower', id: 't' }] },
          ],
          spots: [
            { __typename: 'Sea', id: 's' },
            { __typename: 'City', id: 'c' },
          ],
        },
        fields: { Tower: { of: shown }, Reef: { in: shown } },
      },
    },
    operations: [
      [
        '{ places { ... on City { sights { ...T } } ... on Sea { sights { ...T } } ... on Desert { sights { ...T } } } } fragment T on Sight { id ... on Tower { of } }',
        {
          places: [
            { sights: [{ id: 't', of: 't what="many"' }] },
            { sights: [{ id: 't', of: 't what="deep"' }, { id: 'r' }] },
            { sights: [{ id: 't', of: 't what=null' }] },
          ],
        },
        { places: 2 },
      ],
      [
        '{ spots { __typename ... on Sea { sights { __typename ... on Reef { in } ... on Tower { of } } } ... on City { sights { ... on Tower { of } } } } }',
        {
          spots: [
            {
              __typename: 'Sea',
              sights: [
                { __typename: 'Tower', of: 't what="deep"' },
                { __typename: 'Reef', in: 'r zone=2' },
              ],
            },
            { __typename: 'City', sights: [{ of: 't what="many"' }] },
          ],
        },
        { places: 2 },
      ],
    ],
  },
  {
    name: 'values that are null, missing or failed',
    subgraphs: {
      homes: {
        sdl: `type Query { homes: [Home]! } type Home @key(fields: "id") @context(name: "home") { id: ID! street: String rooms: [Room!]! owner: Owner }
          type Room @key(fields: "id") { id: ID! } type Owner { name: String }`,
        rows: {
          Home: [
            { id: '1', street: 'Elm', rooms: [{ id: 'a' }], owner: { name: 'O' } },
            { id: '2', rooms: [{ id: 'a' }, { id: 'b' }], owner: null },
            { id: '3', street: null, rooms: [{ id: 'b' }], owner: { name: null } },
          ],
        },
        roots: { homes: [{ id: '1' }, null, { id: '2' }, { id: '3' }] },
        fields: {
          Home: {
            street: ({ street }: { street?: string | null }) =>
              street === undefined ? Promise.reject(new Error('no street')) : street,
          },
        },
      },
      taxes: {
        sdl: `type Home @key(fields: "id") { id: ID! rate: Int! }`,
        entities: { Home: ({ id }) => (id === '3' ? null : { id }) },
        fields: { Home: { rate: ({ id }: { id: string }) => (id === '1' ? 4 : Promise.reject(new Error('no rate'))) } },
      },
      rooms: {
        sdl: `type Home @key(fields: "id") @context(name: "home") { id: ID! street: String @external rate: Int! @external owner: Owner @external } type Owner { name: String @external }
          type Room @key(fields: "id") { id: ID! on(street: String @fromContext(field: "$home { street }")): String
            tax(rate: Int @fromContext(field: "$home { rate }")): String
            plate(of: String @fromContext(field: "$home { owner { name } }")): String size: Int }`,
        rows: {
          Room: [
            { id: 'a', size: 1 },
            { id: 'b', size: 2 },
          ],
        },
        fields: { Room: { on: shown, tax: shown, plate: shown } },
      },
    },
    operations: [
      [
        '{ homes { rooms { on size } } }',
        {
          homes: [
            { rooms: [{ on: 'a street="Elm"', size: 1 }] },
            null,
            {
              rooms: [
                { on: null, size: 1 },
                { on: null, size: 2 },
              ],
            },
            { rooms: [{ on: 'b street=null', size: 2 }] },
          ],
        },
        { homes: 1, rooms: 1 },
        { errors: { 'homes.2.rooms.0.on': 'no street', 'homes.2.rooms.1.on': 'no street' } },
      ],
      [
        '{ homes { rooms { plate } } }',
        {
          homes: [
            { rooms: [{ plate: 'a of="O"' }] },
            null,
            { rooms: [{ plate: 'a of=null' }, { plate: 'b of=null' }] },
            { rooms: [{ plate: 'b of=null' }] },
          ],
        },
        { homes: 1, rooms: 1 },
      ],
      [
        '{ homes { rooms { tax } } }',
        {
          homes: [
            { rooms: [{ tax: 'a rate=4' }] },
            null,
            { rooms: [{ tax: null }, { tax: null }] },
            { rooms: [{ tax: 'b rate=null' }] },
          ],
        },
        { homes: 1, taxes: 1, rooms: 1 },
        {
          errors: {
            'homes.2.rooms.0.tax': 'no rate',
            'homes.2.rooms.1.tax': 'no rate',
          },
        },
      ],
    ],
  },
  {
    name: 'beside @requires, as an input of @requires, and through @provides',
    subgraphs: {
      carts: {
        sdl: `type Query { carts: [Cart!]! } type Cart @key(fields: "id") @context(name: "cart") { id: ID! country: String! lines: [Line!]! @provides(fields: "weight") } type Line @key(fields: "id") { id: ID! weight: Int @external }`,
        rows: {
          Cart: [
            {
              id: '1',
              country: 'DE',
              lines: [
                { id: 'a', weight: 3 },
                { id: 'b', weight: 5 },
              ],
            },
            { id: '2', country: 'FR', lines: [{ id: 'a', weight: 3 }] },
          ],
        },
        roots: { carts: [{ id: '1' }, { id: '2' }] },
      },
      lines: {
        sdl: `type Line @key(fields: "id") { id: ID! weight: Int @shareable }`,
        rows: {
          Line: [
            { id: 'a', weight: 3 },
            { id: 'b', weight: 5 },
          ],
        },
      },
      shipping: {
        sdl: `type Cart @key(fields: "id") @context(name: "cart") { id: ID! country: String! @external }
          type Line @key(fields: "id") { id: ID! weight: Int @external freight(to: String @fromContext(field: "$cart { country }")): String @requires(fields: "weight") }`,
        fields: {
          Line: {
            freight: ({ id, weight }: { id: string; weight: number }, { to }: { to: string }) =>
              `${id} ${weight} ${to}`,
          },
        },
      },
    },
    operations: [
      [
        '{ carts { lines { freight } } }',
        {
          carts: [{ lines: [{ freight: 'a 3 DE' }, { freight: 'b 5 DE' }] }, { lines: [{ freight: 'a 3 FR' }] }],
        },
        { carts: 1, shipping: 1 },
      ],
      [
        '{ carts { country lines { weight freight } } }',
        {
          carts: [
            {
              country: 'DE',
              lines: [
                { weight: 3, freight: 'a 3 DE' },
                { weight: 5, freight: 'b 5 DE' },
              ],
            },
            { country: 'FR', lines: [{ weight: 3, freight: 'a 3 FR' }] },
          ],
        },
        { carts: 1, shipping: 1 },
      ],
    ],
  },
  {
    name: 'a field that another subgraph serves without a context, where no enclosing object sets it',
    subgraphs: {
      rooms: {
        sdl: `type Query { hotel: Hotel any: Room } type Hotel @key(fields: "id") @context(name: "hotel") { id: ID! stars: Int room: Room } type Room @key(fields: "id") { id: ID! }`,
        rows: { Hotel: [{ id: 'h', stars: 4, room: { id: 'r' } }] },
        roots: { hotel: { id: 'h' }, any: { id: 'r' } },
      },
      rated: {
        sdl: `type Hotel @key(fields: "id") @context(name: "hotel") { id: ID! stars: Int @external }
          type Room @key(fields: "id") { id: ID! rate(stars: Int @fromContext(field: "$hotel { stars }")): String @shareable }`,
        fields: { Room: { rate: shown } },
      },
      usual: {
        sdl: `type Room @key(fields: "id") { id: ID! rate: String @shareable floor: Int }`,
        entities: { Room: ({ id }) => ({ id, rate: `${id} usual`, floor: 1 }) },
      },
    },
    operations: [
      ['{ any { rate } }', { any: { rate: 'r usual' } }, { rooms: 1, usual: 1 }],
      ['{ hotel { room { rate } } }', { hotel: { room: { rate: 'r stars=4' } } }, { rooms: 1, rated: 1 }],
    ],
  },
  {
    name: 'an object that a mutation returns, and one whose fields come through an interface object',
    subgraphs: {
      teams: {
        sdl: `type Query { team: Team! } type Mutation { rename(to: String!): Team! }
          type Team @key(fields: "id") @context(name: "team") { id: ID! name: String! members: [Member!]! }
          interface Member @key(fields: "id") { id: ID! } type Player implements Member @key(fields: "id") { id: ID! number: Int } type Coach implements Member @key(fields: "id") { id: ID! }`,
        rows: {
          Team: [{ id: '1', name: 'Reds' }],
          Player: [{ id: 'p', number: 9 }],
          Coach: [{ id: 'c' }],
        },
        roots: { team: { id: '1' }, rename: ({ to }: { to: string }) => ({ id: '1', name: to }) },
        fields: {
          Team: {
            members: () => [
              { __typename: 'Player', id: 'p' },
              { __typename: 'Coach', id: 'c' },
            ],
          },
        },
        entities: { Member: ({ id }) => ({ __typename: id === 'p' ? 'Player' : 'Coach', id }) },
      },
      badges: {
        sdl: `type Team @key(fields: "id") @context(name: "team") { id: ID! name: String! @external }
          type Member @key(fields: "id") @interfaceObject { id: ID! badge(team: String @fromContext(field: "$team { name }")): String }`,
        entities: { Member: ({ id }) => ({ id }) },
        fields: { Member: { badge: shown } },
      },
    },
    operations: [
      [
        '{ team { members { __typename badge ... on Player { number } } } }',
        {
          team: {
            members: [
              { __typename: 'Player', badge: 'p team="Reds"', number: 9 },
              { __typename: 'Coach', badge: 'c team="Reds"' },
            ],
          },
        },
        { teams: 1, badges: 1 },
      ],
      [
        'mutation { one: rename(to: "Blues") { members { badge } } two: rename(to: "Greens") { name members { ... on Coach { badge } } } }',
        {
          one: { members: [{ badge: 'p team="Blues"' }, { badge: 'c team="Blues"' }] },
          two: { name: 'Greens', members: [{}, { badge: 'c team="Greens"' }] },
        },
        { teams: 2, badges: 2 },
      ],
    ],
  },
];
