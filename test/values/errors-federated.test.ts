// Errors of services in a federated graph: the same rules as in a stitched one, for `_entities` too.
import { expect, test } from 'vitest';
import { supergraphOf } from './federated.ts';
import { type ServedGraph, serveGraph } from './served-graph.ts';

const supergraph = supergraphOf(
  ['catalogue', 'stock'],
  `type Query @join__type(graph: CATALOGUE) @join__type(graph: STOCK) {
    ok: String @join__field(graph: CATALOGUE)
    bad: Int! @join__field(graph: CATALOGUE)
    items: [Item] @join__field(graph: CATALOGUE)
  }
  type Item @join__type(graph: CATALOGUE, key: "id") @join__type(graph: STOCK, key: "id") {
    id: ID!
    name: String @join__field(graph: CATALOGUE)
    length: Int @join__field(graph: STOCK)
    needed: Int! @join__field(graph: STOCK)
  }`,
);

const serve = (): Promise<ServedGraph> =>
  serveGraph({
    services: { catalogue: '', stock: '' },
    supergraph,
    settings: { stock: { errors: { code: 'extensions.errorType', extensions: ['field'] } } },
    view: { rename: { types: { Item: 'Good' }, fields: { 'Query.items': 'goods', 'Item.length': 'size' } } },
  });

const failure = (message: string, ...path: unknown[]) => ({
  message,
  path,
  extensions: { errorType: 'OWN', field: 'length' },
});

const reported = (message: string, path: unknown[], field = 'length') => ({
  message,
  path,
  extensions: { code: 'OWN', field, subgraph: 'stock' },
});

test('an error of an entity has the place of that entity, by a number or by text, at a null or at a value', async () => {
  const graph = await serve();
  graph.services.catalogue!.returns = () => ({
    data: { items: [1, 2, 3, 4].map((id) => ({ __typename: 'Item', id: `${id}` })) },
  });
  graph.services.stock!.returns = () => ({
    data: { _entities: [{ length: 5 }, null, { length: null }, { length: 7 }] },
    errors: [
      failure('doubtful', '_entities', '0', 'length'),
      failure('lost', '_entities', '1'),
      failure('unknown', '_entities', 2, 'length'),
    ],
  });
  const { data, errors } = await graph.query('{ items { l: length } }');
  expect(data).toEqual({ items: [{ l: 5 }, { l: null }, { l: null }, { l: 7 }] });
  expect(errors).toEqual([
    reported('doubtful', ['items', 0, 'l']),
    reported('lost', ['items', 1, 'l']),
    reported('unknown', ['items', 2, 'l']),
  ]);
  const viewed = await graph.query('{ g: goods { size } }', { path: '/graphql/web' });
  expect(viewed.errors).toEqual([
    reported('doubtful', ['g', 0, 'size'], 'size'),
    reported('lost', ['g', 1, 'size'], 'size'),
    reported('unknown', ['g', 2, 'size'], 'size'),
  ]);
});

test('a root field that fails leaves its siblings without errors', async () => {
  const graph = await serve();
  graph.services.catalogue!.returns = () => ({
    data: null,
    errors: [{ message: 'broken', path: ['bad'], extensions: { code: 'OWN' } }],
  });
  const { data, errors } = await graph.query('{ x: ok y: bad z: items { name } }');
  expect(data).toBeNull();
  expect(errors).toEqual([{ message: 'broken', path: ['y'], extensions: { code: 'OWN', subgraph: 'catalogue' } }]);
});

test.each([
  ['`errors` that is an object', { data: { _entities: [{ length: 5 }] }, errors: { message: 'x' } }],
  ['an entity that is a text', { data: { _entities: ['abc'] } }],
  ['entities that are an object', { data: { _entities: { 0: { length: 5 }, length: 1 } } }],
])('%s costs the entity', async (_what, returned) => {
  const graph = await serve();
  graph.services.catalogue!.returns = () => ({ data: { items: [{ __typename: 'Item', id: '1', name: 'Lamp' }] } });
  graph.services.stock!.returns = () => returned;
  const { data, errors } = await graph.query('{ items { name length } }');
  expect(data).toEqual({ items: [{ name: 'Lamp', length: null }] });
  expect(errors).toMatchObject([
    { path: ['items', 0, 'length'], extensions: { code: 'SUBGRAPH_BAD_RESPONSE', subgraph: 'stock' } },
  ]);
});

test('an object without a key blames no service for what is not fetched', async () => {
  const graph = await serve();
  graph.services.catalogue!.returns = () => ({ data: { items: [{ __typename: 'Item', id: null, name: 'Lamp' }] } });
  const { data, errors } = await graph.query('{ items { name needed } }');
  expect(data).toEqual({ items: [null] });
  expect(errors).toEqual([
    {
      message: 'Cannot return null for non-nullable field Item.needed.',
      path: ['items', 0, 'needed'],
      extensions: { code: 'ENTITY_KEY_MISSING' },
    },
  ]);
  expect(graph.services.stock!.requests).toEqual([]);
});
