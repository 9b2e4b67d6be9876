// Objects in a response: what a change of one of them has to find again.

import { expect, test } from 'vitest';
import { testEngine } from '../../test/harness/engine.ts';
import { executeOperation } from '../../test/harness/execute-operation.ts';
import { Cancellation } from '../transport/cancellation.ts';
import type { SubgraphResponse } from '../transport/subgraph-client.ts';

const catalog = `
  type Query {
    product(id: ID): Product
    products: [Product]
    nested: [[Product]]
    node: Node
    found: [Found]
    book: Book
    _products(ids: [ID!]!): [Product]! @merge(keyField: "id")
  }
  interface Node { id: ID! }
  union Found = Product | Shop
  type Product implements Node { id: ID! name: String price: Money related: [Product] number: Int }
  type Shop implements Node { id: ID! name: String }
  type Money { amount: Int }
  type Book { isbn: ID! title: String }
`;

const reviews = `
  type Query {
    featured: [Product]
    _reviewed(ids: [ID!]!): [Product]! @merge(keyField: "id")
  }
  type Product { id: ID! review: Review }
  type Review { id: ID! text: String }
`;

/** The objects in the response to a query, for which the services respond in turn. */
async function held(
  query: string,
  ...responses: [subgraph: string, result: SubgraphResponse][]
): Promise<{ ids: Record<string, string[]>; typesWithoutId: string[]; absent?: string[] }> {
  const { engine, response } = testEngine({ catalog, reviews });
  const operation = engine.documents.get(query).operation(undefined)!;
  const scope = { requestId: 'test', cancellation: new Cancellation(), calls: [] };
  const executed = executeOperation(engine, operation, {}, scope);
  for (const one of responses) response(one);
  const { ids, typesWithoutId, absent } = (await executed).objects!();
  return {
    ids: Object.fromEntries([...ids].map(([type, found]) => [type, [...found]])),
    typesWithoutId: [...typesWithoutId],
    ...(absent.size > 0 && { absent: [...absent].sort() }),
  };
}

const fromCatalog = (data: Record<string, unknown>): ['catalog', SubgraphResponse] => ['catalog', { data }];

test('every object with its id, wherever it stands, once', async () => {
  const product = { id: '1', related: [{ id: '2' }, null, { id: '1' }] };
  expect(
    await held(
      '{ products { id related { id } } nested { id } }',
      fromCatalog({ products: [product, null], nested: [[{ id: '3' }], null] }),
    ),
  ).toEqual({ ids: { Product: ['1', '2', '3'] }, typesWithoutId: [], absent: ['Product'] });
});

test('an id under another name is found as well', async () => {
  expect(await held('{ product { key: id } }', fromCatalog({ product: { id: '7' } }))).toEqual({
    ids: { Product: ['7'] },
    typesWithoutId: [],
  });
});

test('where the ids of objects are not selected, or there are none, only the type is recorded', async () => {
  const data = { product: { name: 'x', price: { amount: 1 } }, book: { title: 'y' } };
  const { ids, typesWithoutId } = await held('{ product { name price { amount } } book { title } }', fromCatalog(data));
  expect(ids).toEqual({});
  expect(typesWithoutId.sort()).toEqual(['Book', 'Money', 'Product']);
});

test('where ids are selected at one place and not at another, only the type is recorded', async () => {
  const data = { products: [{ id: '1' }], product: { name: 'x' } };
  expect(await held('{ products { id } product { name } }', fromCatalog(data))).toEqual({
    ids: {},
    typesWithoutId: ['Product'],
  });
});

test('an empty list, or a null, depends on any object of its type', async () => {
  expect(await held('{ products { id } product { id } }', fromCatalog({ products: [], product: null }))).toEqual({
    ids: { Product: [] },
    typesWithoutId: [],
    absent: ['Product'],
  });
});

test('of interfaces and unions every possible type is recorded, with the ids of its own objects', async () => {
  const data = { node: { __typename: 'Shop', id: '5' }, found: [{ __typename: 'Product', id: '1' }] };
  expect(await held('{ node { id } found { ... on Node { id } } }', fromCatalog(data))).toEqual({
    ids: { Product: ['1'], Shop: ['5'] },
    typesWithoutId: [],
  });
});

test('a type of a union without a selected id is recorded as a whole, though no object of it is there', async () => {
  const data = { found: [{ __typename: 'Product', id: '1' }] };
  const { ids, typesWithoutId } = await held(
    '{ found { ... on Product { id } ... on Shop { name } } }',
    fromCatalog(data),
  );
  expect({ ids, typesWithoutId }).toEqual({ ids: { Product: ['1'] }, typesWithoutId: ['Shop'] });
});

test('the objects of another subgraph count, also where it alone has the objects below', async () => {
  const reviewed: SubgraphResponse = {
    data: {
      _reviewed: [
        { review: { id: 'r1', text: 't' }, id: '1' },
        { review: null, id: '2' },
      ],
    },
  };
  expect(
    await held('{ products { id review { id text } } }', fromCatalog({ products: [{ id: '1' }, { id: '2' }] }), [
      'reviews',
      reviewed,
    ]),
  ).toEqual({ ids: { Product: ['1', '2'], Review: ['r1'] }, typesWithoutId: [], absent: ['Review'] });
});

test('beyond five hundred objects of a type, only the type is recorded', async () => {
  const products = Array.from({ length: 501 }, (_, index) => ({ id: String(index) }));
  expect(await held('{ products { id } }', fromCatalog({ products }))).toEqual({
    ids: {},
    typesWithoutId: ['Product'],
  });
  expect((await held('{ products { id } }', fromCatalog({ products: products.slice(1) }))).ids.Product).toHaveLength(
    500,
  );
});
