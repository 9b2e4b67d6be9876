// Odd data of services: it costs its own place and nothing else, with an error there.
import { expect, test } from 'vitest';
import { type ServedGraph, serveGraph } from './served-graph.ts';

const catalogue = `
  scalar JSON
  type Query { blob: JSON ok: String nodes: [Node] node: Node item: Item items: [Item] box: Box found: [Found] }
  interface Node { id: ID! }
  union Found = Item | Tag
  type Item implements Node { id: ID! name: String }
  type Tag implements Node { id: ID! label: String }
  type Box { length: Int constructor: String }
  type Empty { id: ID }
`;
const stock = `
  type Query { _items(ids: [ID!]!): [Item] @merge(keyField: "id") _tag(id: ID!): Tag @merge(keyField: "id") }
  type Item { id: ID! length: Int stock: Stock }
  type Tag { id: ID! uses: Int }
  type Stock { count: Int }
`;

const serve = (): Promise<ServedGraph> =>
  serveGraph({ services: { catalogue, stock }, view: { exclude: ['Tag'], rename: { types: { Item: 'Good' } } } });

/** Names of what every JavaScript object has, and what is no name. */
const oddTypes: unknown[] = [
  'constructor',
  '__proto__',
  'toString',
  'hasOwnProperty',
  '',
  'Empty',
  'Nothing',
  7,
  true,
  null,
  {},
  { toString: 1, valueOf: 1 },
  ['Item'],
];

test.each(oddTypes)('`__typename` of %j costs the object that has it', async (__typename) => {
  const graph = await serve();
  graph.services.catalogue!.returns = () =>
    `{"data":{"ok":"fine","nodes":[{"__typename":"Item","id":"1"},{"__typename":${JSON.stringify(__typename)},"id":"2"}]}}`;
  for (const path of ['/graphql', '/graphql/web']) {
    const { data, errors, text } = await graph.query('{ ok nodes { id } }', { path });
    expect(data).toEqual({ ok: 'fine', nodes: [{ id: '1' }, null] });
    expect(errors).toEqual([
      {
        message: 'Query.nodes is of a type that is not possible here.',
        path: ['nodes', 1],
        extensions: { code: 'SUBGRAPH_BAD_RESPONSE', subgraph: 'catalogue' },
      },
    ]);
    expect(text).not.toMatch(/Item|Empty/);
  }
});

test.each(oddTypes)(
  '`__typename` of %j costs the object where a fragment has a type condition, and where entities are fetched',
  async (__typename) => {
    const graph = await serve();
    const type = JSON.stringify(__typename);
    graph.services.catalogue!.returns = () =>
      `{"data":{"ok":"fine","found":[{"__typename":${type},"id":"2"},{"__typename":"Item","id":"1","name":"Lamp"}]}}`;
    graph.services.stock!.returns = () => ({ data: { _items: [{ id: '1', length: 5 }] } });
    const { data, errors } = await graph.query(
      '{ ok found { __typename ... on Item { name length } ... on Tag { uses } } }',
    );
    expect(data).toEqual({ ok: 'fine', found: [null, { __typename: 'Item', name: 'Lamp', length: 5 }] });
    expect(errors).toMatchObject([{ path: ['found', 0], extensions: { code: 'SUBGRAPH_BAD_RESPONSE' } }]);
  },
);

test.each([
  ['a list', []],
  ['a list of objects', [{ length: 1, constructor: 'x' }]],
  ['a text', 'abc'],
  ['a number', 5],
  ['true', true],
])('%s where an object should be costs its field', async (_what, box) => {
  const graph = await serve();
  graph.services.catalogue!.returns = () => ({ data: { ok: 'fine', box } });
  const { data, errors } = await graph.query('{ ok box { length } b: box { __typename } c: box { constructor } }');
  expect(data).toEqual({ ok: 'fine', box: null, b: null, c: null });
  expect(errors?.map(({ path, extensions }) => [path, extensions.code])).toEqual([
    [['box'], 'SUBGRAPH_BAD_RESPONSE'],
    [['b'], 'SUBGRAPH_BAD_RESPONSE'],
    [['c'], 'SUBGRAPH_BAD_RESPONSE'],
  ]);
});

test('a field that an object has by its prototype only is not in the response', async () => {
  const graph = await serve();
  graph.services.catalogue!.returns = () => ({ data: { box: { length: 3 } } });
  const { data, errors } = await graph.query('{ box { length constructor } }');
  expect(data).toEqual({ box: { length: 3, constructor: null } });
  expect(errors).toMatchObject([
    { path: ['box', 'constructor'], message: "Box.constructor is missing from its subgraph's response." },
  ]);
});

test.each([
  ['a text', 'abc'],
  ['a number', 5],
  ['a list', [{ length: 7 }]],
  ['an empty list', []],
  ['true', true],
])('%s where an entity should be costs that entity', async (_what, entity) => {
  const graph = await serve();
  graph.services.catalogue!.returns = () => ({ data: { items: [{ id: '1' }, { id: '2' }] } });
  graph.services.stock!.returns = () => ({ data: { _items: [entity, { id: '2', length: 9 }] } });
  const { data, errors } = await graph.query('{ items { length } }');
  expect(data).toEqual({ items: [{ length: null }, { length: 9 }] });
  expect(errors).toMatchObject([
    { path: ['items', 0, 'length'], extensions: { code: 'SUBGRAPH_BAD_RESPONSE', subgraph: 'stock' } },
  ]);
});

test.each([
  ['a text', 'abc'],
  ['an object', { 0: { length: 1 }, length: 2 }],
  ['a number', 5],
  ['true', true],
])('%s where a list of entities should be costs those entities', async (_what, entities) => {
  const graph = await serve();
  graph.services.catalogue!.returns = () => ({ data: { ok: 'fine', items: [{ id: '1', name: 'Lamp' }] } });
  graph.services.stock!.returns = () => ({ data: { _items: entities } });
  const { data, errors } = await graph.query('{ ok items { name length } }');
  expect(data).toEqual({ ok: 'fine', items: [{ name: 'Lamp', length: null }] });
  expect(errors).toMatchObject([{ path: ['items', 0, 'length'], extensions: { code: 'SUBGRAPH_BAD_RESPONSE' } }]);
});

test.each([
  ['an object', { a: 1 }],
  ['an object without a text', { toString: 1, valueOf: 1 }],
  ['a list', ['1']],
  ['true', true],
  ['null', null],
])('a key that is %s costs what it leads to', async (_what, id) => {
  const graph = await serve();
  graph.services.catalogue!.returns = () => ({
    data: {
      ok: 'fine',
      items: [
        { id, name: 'Lamp' },
        { id: '2', name: 'Chair' },
      ],
    },
  });
  graph.services.stock!.returns = ({ variables }) => {
    const ids = Object.values(variables)[0] as unknown[];
    return { data: { _items: ids.map((key) => (key === '2' ? { id: '2', length: 9 } : null)) } };
  };
  const { data } = await graph.query('{ ok items { name length } }');
  expect(data).toEqual({
    ok: 'fine',
    items: [
      { name: 'Lamp', length: null },
      { name: 'Chair', length: 9 },
    ],
  });
});

test.each([
  ['a text', 'abc'],
  ['a list', []],
  ['a number', 5],
])('`data` that is %s makes the response one that cannot be used', async (_what, data) => {
  const graph = await serve();
  graph.services.catalogue!.returns = () => ({ data });
  const response = await graph.query('{ ok }');
  expect(response.data).toEqual({ ok: null });
  expect(response.errors).toMatchObject([{ path: ['ok'], extensions: { code: 'SUBGRAPH_BAD_RESPONSE' } }]);
});

test('an error whose members are of other kinds counts as one without a message', async () => {
  const graph = await serve();
  graph.services.catalogue!.returns = () => ({
    data: { ok: 'fine' },
    errors: [
      { message: { toString: 1 }, path: 'ok', extensions: 'none' },
      { message: 'x', path: { 0: 'ok' }, extensions: { code: { toString: 1 } } },
      { message: 'x', extensions: ['code'] },
    ],
  });
  const { data, errors } = await graph.query('{ ok }');
  expect(data).toEqual({ ok: 'fine' });
  expect(errors).toHaveLength(3);
  for (const { message, extensions } of errors ?? []) {
    expect(message).toBe('The subgraph "catalogue" reported an error.');
    expect(extensions).toEqual({ code: 'SUBGRAPH_ERROR', subgraph: 'catalogue' });
  }
});

test.each([3_000, 10_000, 100_000])('lists that are nested %i deep lose their place', async (depth) => {
  const graph = await serve();
  const deep = `${'['.repeat(depth)}${']'.repeat(depth)}`;
  graph.services.catalogue!.returns = () => `{"data":{"ok":"fine","blob":${deep},"items":[${deep},{"id":"1"}]}}`;
  graph.services.stock!.returns = () => ({ data: { _items: [{ id: '1', length: 5 }] } });
  const { data, errors } = await graph.query('{ ok blob items { length } }');
  expect(data).toEqual({ ok: 'fine', blob: null, items: [null, { length: 5 }] });
  expect(errors?.map(({ path, extensions }) => [path, extensions])).toEqual([
    [['blob'], { code: 'SUBGRAPH_BAD_RESPONSE', subgraph: 'catalogue' }],
    [['items', 0], { code: 'SUBGRAPH_BAD_RESPONSE', subgraph: 'catalogue' }],
  ]);
});

test("an error's extension that is nested too deeply is left out", async () => {
  const graph = await serveGraph({
    services: { catalogue },
    settings: { catalogue: { errors: { extensions: ['deep', 'field'] } } },
  });
  const deep = `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`;
  graph.services.catalogue!.returns = () =>
    `{"data":{"ok":null},"errors":[{"message":"x","path":["ok"],"extensions":{"code":"A","deep":${deep},"field":1}}]}`;
  const { errors } = await graph.query('{ ok }');
  expect(errors).toEqual([{ message: 'x', path: ['ok'], extensions: { code: 'A', field: 1, subgraph: 'catalogue' } }]);
});
