// Subgraphs of Federation 1, without `@link`:
// https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/versions#v10
import type { ConformanceCase } from './conformance-case.ts';

export const federationOne: ConformanceCase[] = [
  {
    name: 'entities that are extended',
    isFederationOne: true,
    subgraphs: {
      accounts: {
        sdl: `extend type Query { me: User } type User @key(fields: "id") { id: ID! name: String username: String }`,
        rows: {
          User: [
            { id: '1', name: 'Ada', username: '@ada' },
            { id: '2', name: 'Alan', username: '@alan' },
          ],
        },
        roots: { me: { id: '1' } },
      },
      reviews: {
        sdl: `extend type Query { latest: [Review] } type Review @key(fields: "id") { id: ID! body: String author: User @provides(fields: "username") }
          extend type User @key(fields: "id") { id: ID! @external username: String @external reviews: [Review] }`,
        rows: {
          Review: [{ id: 'r1', body: 'Love it', author: { id: '1', username: '@ada' } }],
          User: [
            { id: '1', reviews: [{ id: 'r1' }] },
            { id: '2', reviews: [] },
          ],
        },
        roots: { latest: [{ id: 'r1' }] },
      },
    },
    operations: [
      [
        '{ me { name reviews { body } } }',
        { me: { name: 'Ada', reviews: [{ body: 'Love it' }] } },
        { accounts: 1, reviews: 1 },
      ],
      ['{ latest { author { username } } }', { latest: [{ author: { username: '@ada' } }] }, { reviews: 1 }],
      [
        '{ latest { author { id name } } }',
        { latest: [{ author: { id: '1', name: 'Ada' } }] },
        { reviews: 1, accounts: 1 },
      ],
      ['{ me { username } }', { me: { username: '@ada' } }, { accounts: 1 }],
      [
        '{ me { reviews { author { username reviews { id } } } } }',
        { me: { reviews: [{ author: { username: '@ada', reviews: [{ id: 'r1' }] } }] } },
        { accounts: 1, reviews: 1 },
      ],
    ],
  },
  {
    name: 'required fields of an extended entity, and several keys',
    isFederationOne: true,
    subgraphs: {
      products: {
        sdl: `type Query { topProducts(first: Int = 5): [Product] } type Product @key(fields: "upc") @key(fields: "sku") { upc: String! sku: String! price: Int weight: Int }`,
        rows: {
          Product: [
            { upc: '1', sku: 'a', price: 899, weight: 100 },
            { upc: '2', sku: 'b', price: 1299, weight: 1000 },
          ],
        },
        roots: { topProducts: ({ first }: { first: number }) => [{ upc: '1' }, { upc: '2' }].slice(0, first) },
      },
      inventory: {
        sdl: `extend type Product @key(fields: "upc") { upc: String! @external weight: Int @external price: Int @external inStock: Boolean shippingEstimate: Int @requires(fields: "price weight") }`,
        rows: {
          Product: [
            { upc: '1', inStock: true },
            { upc: '2', inStock: false },
          ],
        },
        fields: {
          Product: {
            shippingEstimate: ({ price, weight }: { price: number; weight: number }) => (price > 1000 ? 0 : weight / 2),
          },
        },
      },
      labels: {
        sdl: `extend type Product @key(fields: "sku") { sku: String! @external label: String }`,
        rows: {
          Product: [
            { sku: 'a', label: 'A!' },
            { sku: 'b', label: 'B!' },
          ],
        },
      },
    },
    operations: [
      [
        '{ topProducts { shippingEstimate } }',
        { topProducts: [{ shippingEstimate: 50 }, { shippingEstimate: 0 }] },
        { products: 1, inventory: 1 },
      ],
      [
        '{ topProducts(first: 1) { inStock upc } }',
        { topProducts: [{ inStock: true, upc: '1' }] },
        { products: 1, inventory: 1 },
      ],
      [
        '{ topProducts(first: 1) { label inStock price } }',
        { topProducts: [{ label: 'A!', inStock: true, price: 899 }] },
        { products: 1, inventory: 1, labels: 1 },
      ],
      [
        'query ($n: Int) { topProducts(first: $n) { label } }',
        { topProducts: [{ label: 'A!' }, { label: 'B!' }] },
        { products: 1, labels: 1 },
        { variables: { n: 2 } },
      ],
      [
        'query ($n: Int) { topProducts(first: $n) { sku } }',
        { topProducts: [{ sku: 'a' }, { sku: 'b' }] },
        { products: 1 },
      ],
    ],
  },
  {
    name: 'value types that are equal in several subgraphs, with interfaces and unions',
    isFederationOne: true,
    subgraphs: {
      pages: {
        sdl: `type Query { page: Page } type Page @key(fields: "id") { id: ID! block: Block size: Size } union Block = Text | Image type Text { text: String } type Image { url: String size: Size } type Size { w: Int h: Int }`,
        rows: {
          Page: [{ id: 'p', block: { __typename: 'Image', url: '/i', size: { w: 2, h: 3 } }, size: { w: 8, h: 9 } }],
        },
        roots: { page: { id: 'p' } },
      },
      ads: {
        sdl: `extend type Page @key(fields: "id") { id: ID! @external ad: Block adSize: Size } union Block = Text | Image type Text { text: String } type Image { url: String size: Size } type Size { w: Int h: Int }`,
        rows: { Page: [{ id: 'p', ad: { __typename: 'Text', text: 'Buy' }, adSize: { w: 1, h: 1 } }] },
      },
    },
    operations: [
      [
        '{ page { block { ... on Image { url size { h } } } } }',
        { page: { block: { url: '/i', size: { h: 3 } } } },
        { pages: 1 },
      ],
      [
        '{ page { ad { __typename ... on Text { text } } } }',
        { page: { ad: { __typename: 'Text', text: 'Buy' } } },
        { pages: 1, ads: 1 },
      ],
      [
        '{ page { size { w } adSize { w } ad { ... on Image { url } } } }',
        { page: { size: { w: 8 }, adSize: { w: 1 }, ad: {} } },
        { pages: 1, ads: 1 },
      ],
    ],
  },
  {
    name: 'a type with @extends, and an interface of it',
    isFederationOne: true,
    subgraphs: {
      zoo: {
        sdl: `type Query { animal: Animal } interface Animal { id: ID! } type Cat implements Animal @key(fields: "id") { id: ID! name: String }`,
        rows: { Cat: [{ id: 'c', name: 'Tom' }] },
        roots: { animal: { __typename: 'Cat', id: 'c' } },
      },
      vets: {
        sdl: `type Query @extends { sick: [Cat] } type Cat @extends @key(fields: "id") { id: ID! @external healthy: Boolean }`,
        rows: { Cat: [{ id: 'c', healthy: true }] },
        roots: { sick: [{ id: 'c' }] },
      },
    },
    operations: [
      [
        '{ animal { id ... on Cat { name healthy } } }',
        { animal: { id: 'c', name: 'Tom', healthy: true } },
        { zoo: 1, vets: 1 },
      ],
      ['{ sick { healthy name } }', { sick: [{ healthy: true, name: 'Tom' }] }, { vets: 1, zoo: 1 }],
      [
        '{ sick { __typename id } animal { __typename } }',
        { sick: [{ __typename: 'Cat', id: 'c' }], animal: { __typename: 'Cat' } },
        { vets: 1, zoo: 1 },
      ],
    ],
  },
];
