// Interfaces, unions and interface objects together with requirements, provided fields and overrides.
import type { ConformanceCase } from './conformance-case.ts';

export const abstractCombinations: ConformanceCase[] = [
  {
    name: 'one field of an interface comes from another subgraph for each type',
    subgraphs: {
      list: {
        sdl: `type Query { pets: [Pet!]! } interface Pet { id: ID! name: String } type Cat implements Pet @key(fields: "id") { id: ID! name: String @external } type Dog implements Pet @key(fields: "id") { id: ID! name: String @external } type Fish implements Pet { id: ID! name: String }`,
        roots: {
          pets: [
            { __typename: 'Dog', id: 'd' },
            { __typename: 'Fish', id: 'f', name: 'Nemo' },
            { __typename: 'Cat', id: 'c' },
          ],
        },
      },
      cats: { sdl: `type Cat @key(fields: "id") { id: ID! name: String }`, rows: { Cat: [{ id: 'c', name: 'Tom' }] } },
      dogs: {
        sdl: `type Dog @key(fields: "id") { id: ID! name: String age: Int }`,
        rows: { Dog: [{ id: 'd', name: 'Rex', age: 3 }] },
      },
    },
    operations: [
      [
        '{ pets { name } }',
        { pets: [{ name: 'Rex' }, { name: 'Nemo' }, { name: 'Tom' }] },
        { list: 1, cats: 1, dogs: 1 },
      ],
      [
        '{ pets { ... on Fish { name } ... on Dog { n: name age } } }',
        { pets: [{ n: 'Rex', age: 3 }, { name: 'Nemo' }, {}] },
        { list: 1, dogs: 1 },
      ],
      [
        '{ pets { id ... on Cat { name } } }',
        { pets: [{ id: 'd' }, { id: 'f' }, { id: 'c', name: 'Tom' }] },
        { list: 1, cats: 1 },
      ],
      [
        'fragment P on Pet { __typename name } { pets { ...P } }',
        {
          pets: [
            { __typename: 'Dog', name: 'Rex' },
            { __typename: 'Fish', name: 'Nemo' },
            { __typename: 'Cat', name: 'Tom' },
          ],
        },
        { list: 1, cats: 1, dogs: 1 },
      ],
    ],
  },
  {
    name: 'objects of an interface object below an entity and in a list',
    subgraphs: {
      accounts: {
        sdl: `interface Account @key(fields: "id") { id: ID! owner: String } type Person implements Account @key(fields: "id") { id: ID! owner: String age: Int } type Firm implements Account @key(fields: "id") { id: ID! owner: String vat: String }`,
        rows: {
          Account: [
            { __typename: 'Person', id: 'p', owner: 'Ada', age: 36 },
            { __typename: 'Firm', id: 'f', owner: 'Acme', vat: 'NL1' },
          ],
          Person: [{ id: 'p', owner: 'Ada', age: 36 }],
          Firm: [{ id: 'f', owner: 'Acme', vat: 'NL1' }],
        },
      },
      payments: {
        sdl: `type Query { payment: Payment } type Payment @key(fields: "id") { id: ID! from: Account to: [Account!]! } type Account @key(fields: "id") @interfaceObject { id: ID! paid: Int }`,
        rows: {
          Payment: [{ id: 'x', from: { id: 'f' }, to: [{ id: 'p' }, { id: 'f' }, { id: 'p' }] }],
          Account: [
            { id: 'p', paid: 1 },
            { id: 'f', paid: 2 },
          ],
        },
        roots: { payment: { id: 'x' } },
      },
      risk: {
        sdl: `type Account @key(fields: "id") @interfaceObject { id: ID! paid: Int @external risk: Int @requires(fields: "paid") }`,
        fields: { Account: { risk: ({ paid }: { paid: number }) => paid * 10 } },
      },
    },
    operations: [
      [
        '{ payment { from { paid } to { paid } } }',
        { payment: { from: { paid: 2 }, to: [{ paid: 1 }, { paid: 2 }, { paid: 1 }] } },
        { payments: 1 },
      ],
      [
        '{ payment { to { owner } } }',
        { payment: { to: [{ owner: 'Ada' }, { owner: 'Acme' }, { owner: 'Ada' }] } },
        { payments: 1, accounts: 1 },
      ],
      [
        '{ payment { from { __typename ... on Firm { vat paid } } } }',
        { payment: { from: { __typename: 'Firm', vat: 'NL1', paid: 2 } } },
        { payments: 1, accounts: 1 },
      ],
      ['{ payment { from { risk } } }', { payment: { from: { risk: 20 } } }, { payments: 1, risk: 1 }],
      [
        '{ payment { to { ... on Person { age risk } } from { ... on Account { paid } } } }',
        { payment: { to: [{ age: 36, risk: 10 }, {}, { age: 36, risk: 10 }], from: { paid: 2 } } },
        { payments: 1, accounts: 1, risk: 1 },
      ],
      [
        '{ payment { to { id: __typename } } }',
        { payment: { to: [{ id: 'Person' }, { id: 'Firm' }, { id: 'Person' }] } },
        { payments: 1, accounts: 1 },
      ],
    ],
  },
  {
    name: "a union of an interface object's types and others",
    subgraphs: {
      shop: {
        sdl: `type Query { hits: [Hit!]! product: Product } union Hit = Lamp | Rug | Page interface Product @key(fields: "id") { id: ID! price: Int } type Lamp implements Product @key(fields: "id") { id: ID! price: Int watts: Int } type Rug implements Product @key(fields: "id") { id: ID! price: Int } type Page { url: String }`,
        rows: {
          Lamp: [{ id: 'l', price: 10, watts: 40 }],
          Rug: [{ id: 'r', price: 90 }],
          Product: [
            { __typename: 'Lamp', id: 'l', price: 10, watts: 40 },
            { __typename: 'Rug', id: 'r', price: 90 },
          ],
        },
        roots: {
          hits: [
            { __typename: 'Rug', id: 'r' },
            { __typename: 'Page', url: '/' },
            { __typename: 'Lamp', id: 'l' },
          ],
          product: { __typename: 'Lamp', id: 'l' },
        },
      },
      reviews: {
        sdl: `type Product @key(fields: "id") @interfaceObject { id: ID! stars: Int }`,
        rows: {
          Product: [
            { id: 'l', stars: 4 },
            { id: 'r', stars: 2 },
          ],
        },
      },
    },
    operations: [
      ['{ hits { ... on Product { stars } } }', { hits: [{ stars: 2 }, {}, { stars: 4 }] }, { shop: 1, reviews: 1 }],
      [
        '{ hits { ... on Lamp { stars watts } ... on Page { url } } }',
        { hits: [{}, { url: '/' }, { stars: 4, watts: 40 }] },
        { shop: 1, reviews: 1 },
      ],
      [
        '{ hits { __typename ... on Product { price } } }',
        { hits: [{ __typename: 'Rug', price: 90 }, { __typename: 'Page' }, { __typename: 'Lamp', price: 10 }] },
        { shop: 1 },
      ],
      ['{ product { stars ... on Lamp { watts } } }', { product: { stars: 4, watts: 40 } }, { shop: 1, reviews: 1 }],
    ],
  },
  {
    name: 'a member of a union that only some of the subgraphs of a shared field have',
    subgraphs: {
      a: {
        sdl: `type Query { media: Media @shareable library: Library } type Library @key(fields: "id") { id: ID! media: Media @shareable } union Media = Book type Book @key(fields: "id") { id: ID! }`,
        rows: { Library: [{ id: 'x', media: { __typename: 'Book', id: 'b' } }] },
        roots: { media: { __typename: 'Book', id: 'b' }, library: { id: 'x' } },
      },
      b: {
        sdl: `type Query { media: Media @shareable } type Library @key(fields: "id") { id: ID! media: Media @shareable } union Media = Book | Film type Book @key(fields: "id") { id: ID! title: String } type Film @key(fields: "id") { id: ID! }`,
        rows: { Library: [{ id: 'x', media: { __typename: 'Book', id: 'b' } }], Book: [{ id: 'b', title: 'Dune' }] },
        roots: { media: { __typename: 'Book', id: 'b' } },
      },
    },
    operations: [
      ['{ media { ... on Book { title } } }', { media: { title: 'Dune' } }, { b: 1 }],
      ['{ library { media { ... on Book { title } } } }', { library: { media: { title: 'Dune' } } }, { a: 1, b: 1 }],
      ['{ library { media { __typename } } }', { library: { media: { __typename: 'Book' } } }, { a: 1 }],
      ['{ media { ... on Film { id } ... on Book { id } } }', { media: { id: 'b' } }, { a: 1 }],
    ],
  },
  {
    name: 'a field of an interface that is an interface itself, with types of several subgraphs',
    subgraphs: {
      plans: {
        sdl: `type Query { plans: [Plan!]! } interface Plan { id: ID! owner: Owner } interface Owner { id: ID! } type Trip implements Plan @key(fields: "id") { id: ID! owner: Owner } type Move implements Plan @key(fields: "id") { id: ID! owner: Owner } type User implements Owner @key(fields: "id") { id: ID! } type Team implements Owner @key(fields: "id") { id: ID! }`,
        roots: {
          plans: [
            { __typename: 'Trip', id: 't', owner: { __typename: 'User', id: 'u' } },
            { __typename: 'Move', id: 'm', owner: { __typename: 'Team', id: 'g' } },
          ],
        },
      },
      people: {
        sdl: `interface Owner { id: ID! label: String } type User implements Owner @key(fields: "id") { id: ID! label: String age: Int } type Team implements Owner @key(fields: "id") { id: ID! label: String members: [User!] }`,
        rows: {
          User: [{ id: 'u', label: 'Ada', age: 36 }],
          Team: [{ id: 'g', label: 'Gang', members: [{ id: 'u' }] }],
        },
      },
      trips: { sdl: `type Trip @key(fields: "id") { id: ID! days: Int }`, rows: { Trip: [{ id: 't', days: 5 }] } },
    },
    operations: [
      [
        '{ plans { owner { label } } }',
        { plans: [{ owner: { label: 'Ada' } }, { owner: { label: 'Gang' } }] },
        { plans: 1, people: 1 },
      ],
      [
        '{ plans { ... on Trip { days owner { label } } ... on Move { owner { ... on Team { members { age } } } } } }',
        { plans: [{ days: 5, owner: { label: 'Ada' } }, { owner: { members: [{ age: 36 }] } }] },
        { plans: 1, people: 1, trips: 1 },
      ],
      [
        '{ plans { id owner { __typename id } } }',
        {
          plans: [
            { id: 't', owner: { __typename: 'User', id: 'u' } },
            { id: 'm', owner: { __typename: 'Team', id: 'g' } },
          ],
        },
        { plans: 1 },
      ],
      [
        '{ plans { owner { ... on User { age } } } }',
        { plans: [{ owner: { age: 36 } }, { owner: {} }] },
        { plans: 1, people: 1 },
      ],
    ],
  },
  {
    name: 'required fields of types behind a union, beside the fields of the client',
    subgraphs: {
      feed: {
        sdl: `type Query { feed: [Item!]! } union Item = Ad | Post type Ad @key(fields: "id") { id: ID! cents: Int } type Post @key(fields: "id") { id: ID! words: Int likes: Int }`,
        roots: {
          feed: [
            { __typename: 'Post', id: 'p', words: 200, likes: 3 },
            { __typename: 'Ad', id: 'a', cents: 99 },
            { __typename: 'Post', id: 'q', words: null, likes: 1 },
          ],
        },
      },
      score: {
        sdl: `type Ad @key(fields: "id") { id: ID! cents: Int @external score: Float! @requires(fields: "cents") } type Post @key(fields: "id") { id: ID! words: Int @external likes: Int @external score: Float! @requires(fields: "words likes") }`,
        fields: {
          Ad: { score: ({ cents }: { cents: number }) => cents / 10 },
          Post: { score: ({ words, likes }: { words: number | null; likes: number }) => (words ?? 0) / 100 + likes },
        },
      },
    },
    operations: [
      [
        '{ feed { ... on Ad { score } ... on Post { score } } }',
        { feed: [{ score: 5 }, { score: 9.9 }, { score: 1 }] },
        { feed: 1, score: 1 },
      ],
      [
        '{ feed { ... on Post { likes: words score } } }',
        { feed: [{ likes: 200, score: 5 }, {}, { likes: null, score: 1 }] },
        { feed: 1, score: 1 },
      ],
      [
        '{ feed { ... on Ad { id } ... on Post { words } } }',
        { feed: [{ words: 200 }, { id: 'a' }, { words: null }] },
        { feed: 1 },
      ],
    ],
  },
];
