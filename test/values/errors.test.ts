// Errors of services: each reaches the client once, at its place, in the client's names, and no response with one is
// cached.
import { expect, test } from 'vitest';
import { type ServedGraph, serveGraph } from './served-graph.ts';

const catalogue = `
  type Query {
    ok: String
    strict: String!
    bad: Int!
    items: [Item]
    other: String @cacheControl(maxAge: 60)
    _items(ids: [ID!]!): [Item]! @merge(keyField: "id")
  }
  type Item { id: ID! name: String parts: [Part] size: Int }
  type Part { code: String }
`;
const stock = `
  type Query { _items(ids: [ID!]!): [Item]! @merge(keyField: "id") }
  type Item { id: ID! inStock: Int warehouse: Warehouse }
  type Warehouse { city: String }
`;

const view = {
  rename: { fields: { 'Query.items': 'goods', 'Item.name': 'title', 'Item.parts': 'pieces', 'Part.code': 'mark' } },
};

/** With a code that is the service's own, so that its message passes. */
const failure = (message: string, ...path: unknown[]) => ({ message, path, extensions: { code: 'OWN' } });

/** The client's part of it. */
const reported = (subgraph: string, message: string, path?: unknown[]) => ({
  message,
  ...(path && { path }),
  extensions: { code: 'OWN', subgraph },
});

const serve = (): Promise<ServedGraph> => serveGraph({ services: { catalogue, stock }, view });

test.each([
  ['an object', { message: 'broken' }],
  ['a text', 'broken'],
  ['a number', 1],
  ['true', true],
])('`errors` that is %s makes the response one that cannot be used, and it is not cached', async (_what, errors) => {
  const graph = await serve();
  graph.services.catalogue!.returns = () => ({ data: { other: 'wrong' }, errors });
  const first = await graph.query('{ other }');
  expect(first.data).toEqual({ other: null });
  expect(first.errors).toMatchObject([
    { path: ['other'], extensions: { code: 'SUBGRAPH_BAD_RESPONSE', subgraph: 'catalogue' } },
  ]);
  expect(first.headers.get('cache-control')).toBe('no-store');
  graph.services.catalogue!.returns = () => ({ data: { other: 'right' } });
  expect((await graph.query('{ other }')).data).toEqual({ other: 'right' });
});

test.each([[null], [[]]])('`errors` that is %j is none', async (errors) => {
  const graph = await serve();
  graph.services.catalogue!.returns = () => ({ data: { other: 'x' }, errors });
  expect((await graph.query('{ other }')).text).toBe('{"data":{"other":"x"}}');
});

test('members of `errors` that are no objects are errors all the same', async () => {
  const graph = await serve();
  graph.services.catalogue!.returns = () => ({ data: { other: 'x' }, errors: ['broken', null, 7] });
  const { data, errors, headers } = await graph.query('{ other }');
  expect(data).toEqual({ other: 'x' });
  const each = {
    message: 'The subgraph "catalogue" reported an error.',
    extensions: { code: 'SUBGRAPH_ERROR', subgraph: 'catalogue' },
  };
  expect(errors).toEqual([each, each, each]);
  expect(headers.get('cache-control')).toBe('no-store');
});

test('an index of a list may be text', async () => {
  const graph = await serve();
  graph.services.catalogue!.returns = () => ({
    data: { items: [{ name: 'a' }, null] },
    errors: [failure('lost', 'items', '1')],
  });
  expect((await graph.query('{ items { name } }')).errors).toEqual([reported('catalogue', 'lost', ['items', 1])]);
});

test('an index of a list may be text in an entity fetch, below a null too, and for a client with a view', async () => {
  const graph = await serve();
  graph.services.catalogue!.returns = () => ({ data: { items: [{ id: '1' }, { id: '2' }] } });
  graph.services.stock!.returns = () => ({
    data: { _items: [{ id: '1', inStock: 5, warehouse: null }, null] },
    errors: [failure('closed', '_items', '0', 'warehouse', 'city'), failure('lost', '_items', '1')],
  });
  const { data, errors } = await graph.query('{ i: goods { n: inStock w: warehouse { c: city } } }', {
    path: '/graphql/web',
  });
  expect(data).toEqual({
    i: [
      { n: 5, w: null },
      { n: null, w: null },
    ],
  });
  expect(errors).toEqual([
    reported('stock', 'closed', ['i', 0, 'w', 'c']),
    reported('stock', 'lost', ['i', 1, 'n']),
    reported('stock', 'lost', ['i', 1, 'w']),
  ]);
});

test.each([
  ['a value', ['items', 0, 'name'], ['goods', 0, 't']],
  ['below a value', ['items', 0, 'name', 'first'], ['goods', 0, 't']],
  ['an object', ['items', 0], ['goods', 0]],
  ['a list', ['items'], ['goods']],
  ['a list, by the text of its index', ['items', '0', 'name'], ['goods', 0, 't']],
])('the path of an error that leads to %s stays, in the names of the client', async (_what, upstream, path) => {
  const graph = await serve();
  graph.services.catalogue!.returns = () => ({
    data: { items: [{ name: 'a' }] },
    errors: [failure('doubtful', ...upstream)],
  });
  const { data, errors } = await graph.query('{ goods { t: title } }', { path: '/graphql/web' });
  expect(data).toEqual({ goods: [{ t: 'a' }] });
  expect(errors).toEqual([reported('catalogue', 'doubtful', path)]);
});

test('an error at a value of an entity has the path of the first place where it stands', async () => {
  const graph = await serve();
  graph.services.catalogue!.returns = () => ({ data: { items: [{ id: '1' }, { id: '1' }] } });
  graph.services.stock!.returns = () => ({
    data: { _items: [{ id: '1', inStock: 5 }] },
    errors: [failure('doubtful', '_items', 0, 'inStock'), failure('odd', '_items', 0)],
  });
  expect((await graph.query('{ items { inStock } }')).errors).toEqual([
    reported('stock', 'odd', ['items', 0]),
    reported('stock', 'doubtful', ['items', 0, 'inStock']),
  ]);
});

test.each([
  ['a field that was not selected', ['items', 0, 'size']],
  ['an item that is not there', ['items', 7, 'name']],
  ['an index that is none', ['items', '-1']],
  ['no field at all', ['nothing', 'at', 'all']],
  ['a prototype', ['__proto__', 'toString']],
  ['a constructor', ['constructor', 'name']],
  ['nowhere', []],
])('an error whose path leads to %s has no path', async (_what, path) => {
  const graph = await serve();
  graph.services.catalogue!.returns = () => ({ data: { items: [{ name: 'a' }] }, errors: [failure('stray', ...path)] });
  const { data, errors } = await graph.query('{ items { name } }');
  expect(data).toEqual({ items: [{ name: 'a' }] });
  expect(errors).toEqual([reported('catalogue', 'stray')]);
});

test.each([
  ['an object', [{}]],
  ['an object without a text', [{ toString: 1, valueOf: 1 }]],
  ['a list', [['name']]],
  ['null', [null]],
  ['true', [true]],
])('a path ends before %s that stands for a key', async (_what, odd) => {
  const graph = await serve();
  graph.services.catalogue!.returns = () => ({
    data: { ok: 'fine', items: [null] },
    errors: [failure('lost', 'items', 0, ...odd)],
  });
  const { data, errors } = await graph.query('{ ok items { name } }');
  expect(data).toEqual({ ok: 'fine', items: [null] });
  expect(errors).toEqual([reported('catalogue', 'lost', ['items', 0])]);
});

test('a root field that fails leaves its siblings without errors', async () => {
  const graph = await serve();
  graph.services.catalogue!.returns = () => ({ data: null, errors: [failure('broken', 'bad')] });
  const { data, errors } = await graph.query('{ x: ok y: bad z: other }');
  expect(data).toBeNull();
  expect(errors).toEqual([reported('catalogue', 'broken', ['y'])]);
});

test('a sibling that cannot be null is null for the same reason, and has no error of its own', async () => {
  const graph = await serve();
  graph.services.catalogue!.returns = () => ({ data: null, errors: [failure('broken', 'bad')] });
  const { data, errors } = await graph.query('{ strict bad }');
  expect(data).toBeNull();
  expect(errors).toEqual([reported('catalogue', 'broken', ['bad'])]);
});

test('an error without a path is reported at every root field; beside it, others are at their own', async () => {
  const graph = await serve();
  graph.services.catalogue!.returns = () => ({
    data: null,
    errors: [{ message: 'down', extensions: { code: 'OWN' } }, failure('broken', 'other'), failure('stray', 'gone')],
  });
  const { data, errors } = await graph.query('{ ok other }');
  expect(data).toEqual({ ok: null, other: null });
  expect(errors).toEqual([
    reported('catalogue', 'down', ['ok']),
    reported('catalogue', 'down', ['other']),
    reported('catalogue', 'broken', ['other']),
    reported('catalogue', 'stray'),
  ]);
});

test('two errors that differ in anything are two, and equal ones are one', async () => {
  const graph = await serveGraph({
    services: { catalogue },
    settings: { catalogue: { errors: { extensions: ['field'] } } },
  });
  const invalid = (field: string) => ({ message: 'is invalid', extensions: { code: 'VALIDATION', field } });
  graph.services.catalogue!.returns = () => ({
    data: null,
    errors: [invalid('mail'), invalid('name'), invalid('mail')],
  });
  const { errors } = await graph.query('{ ok }');
  expect(errors?.map(({ path, extensions }) => [path, extensions.field])).toEqual([
    [['ok'], 'mail'],
    [['ok'], 'name'],
  ]);
});

test('an error at a key that the client did not select is reported where the entity is missing', async () => {
  const graph = await serve();
  graph.services.catalogue!.returns = () => ({
    data: { items: [{ id: null, name: 'a' }] },
    errors: [failure('no id', 'items', 0, 'id')],
  });
  const { data, errors } = await graph.query('{ items { name inStock } }');
  expect(data).toEqual({ items: [{ name: 'a', inStock: null }] });
  expect(errors).toEqual([reported('catalogue', 'no id', ['items', 0, 'inStock'])]);
});
