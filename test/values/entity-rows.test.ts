// Rows of list lookups, matched with the keys they were requested by: whatever the order, and whatever is left out,
// each object has its own values or an error.
import { describe, expect, test } from 'vitest';
import { supergraphOf } from './federated.ts';
import { executing } from './graphql-service.ts';
import { type ServedGraph, type ServedGraphOptions, serveGraph } from './served-graph.ts';

const catalogSdl = `
  type Query { all: [Product]  found: [Found]  size: Int }
  union Found = Product | Shop
  type Product { id: ID!  size: Int }
  type Shop { name: String }`;
const infoSdl = `
  type Query {
    productsInfo(whereIn: [ID!]!): [Product]! @merge(keyField: "id", keyArg: "whereIn")
  }
  type Product { id: ID!  title(upper: Boolean): String  note: String! }`;

type Rows = (ids: string[]) => unknown[];

/** Changes with each request, so that nothing can be right by chance. */
let turn = 0;

const titleOf = (id: string) => `T${id}.${turn}`;
const row = (id: string) => ({
  id,
  title: ({ upper }: { upper?: boolean }) => (upper ? `UPPER ${titleOf(id)}` : titleOf(id)),
  note: titleOf(id),
});

async function shop(ids: unknown[], rows: Rows, more: Partial<ServedGraphOptions> = {}): Promise<ServedGraph> {
  const graph = await serveGraph({ services: { catalog: catalogSdl, info: infoSdl }, ...more });
  const { catalog, info } = graph.services;
  const found = ids.map((id) => ({ __typename: 'Product', id }));
  if (catalog) catalog.returns = executing(catalogSdl, { all: () => found, found: () => found });
  if (info) info.returns = executing(infoSdl, { productsInfo: ({ whereIn }: { whereIn: string[] }) => rows(whereIn) });
  turn += 1;
  return graph;
}

const badResponse = { code: 'SUBGRAPH_BAD_RESPONSE', subgraph: 'info' };
const reversed: Rows = (ids) => ids.toReversed().map(row);
const ids = ['1', '3', '2'];

describe('rows in another order', () => {
  test.for([
    ['a list', '{ all { id title } }', { all: (id: string) => ({ id, title: titleOf(id) }) }],
    ['a key that is not selected', '{ all { title } }', { all: (id: string) => ({ title: titleOf(id) }) }],
    [
      'aliases, one of them the key’s name',
      '{ all { id: title _0: title(upper: true) } }',
      { all: (id: string) => ({ id: titleOf(id), _0: `UPPER ${titleOf(id)}` }) },
    ],
    [
      'a fragment on a member of a union',
      'fragment T on Product { title } { found { ... on Product { note } ...T } }',
      { found: (id: string) => ({ note: titleOf(id), title: titleOf(id) }) },
    ],
    [
      'a variable',
      'query ($u: Boolean) { all { title(upper: $u) } }',
      { all: (id: string) => ({ title: `UPPER ${titleOf(id)}` }) },
    ],
  ] as const)('%s', async ([, query, expected]) => {
    const graph = await shop(ids, reversed);
    const [[field, object]] = Object.entries(expected) as [[string, (id: string) => unknown]];
    const { text } = await graph.query(query, { variables: { u: true } });
    expect(JSON.parse(text)).toEqual({ data: { [field]: ids.map(object) } });
  });

  test('through a client’s view that hides the key', async () => {
    const view = { include: ['*'], exclude: ['Product.id'], rename: { fields: { 'Product.title': 'id' } } };
    const graph = await shop(ids, reversed, { view });
    const { data } = await graph.query('{ all { id } }', { path: '/graphql/web' });
    expect(data).toEqual({ all: ids.map((id) => ({ id: titleOf(id) })) });
  });

  test('of an interface that several types share', async () => {
    const sdl = `
      type Query { _nodes(ids: [ID!]!): [Node] @merge(keyField: "id") }
      interface Node { id: ID! }
      type Product implements Node { id: ID!  title: String }`;
    const graph = await serveGraph({ services: { catalog: catalogSdl, info: sdl } });
    const { catalog, info } = graph.services;
    if (catalog) catalog.returns = executing(catalogSdl, { all: () => ids.map((id) => ({ id })) });
    const nodes = ({ ids }: { ids: string[] }) =>
      ids.toReversed().map((id) => ({ __typename: 'Product', id, title: titleOf(id) }));
    if (info) info.returns = executing(sdl, { _nodes: nodes });
    const { data } = await graph.query('{ all { title } }');
    expect(data).toEqual({ all: ids.map((id) => ({ title: titleOf(id) })) });
  });
});

test('rows that are left out, or null, are null where every other row is that of a key', async () => {
  const without: Rows = (all) => reversed(all.filter((id) => id !== '3'));
  for (const rows of [without, (all: string[]) => [null, ...without(all)]]) {
    const graph = await shop(ids, rows);
    const { data, errors } = await graph.query('{ all { id title } }');
    expect(data).toEqual({ all: ids.map((id) => ({ id, title: id === '3' ? null : titleOf(id) })) });
    expect(errors).toBeUndefined();
  }
});

test('an error of a row that is null is at the places of all that have no row', async () => {
  const graph = await shop(ids, (all) => [row('2'), new Error('broken'), row('1')].slice(0, all.length));
  const { data, errors } = await graph.query('{ all { id title } }');
  expect(data).toEqual({ all: ids.map((id) => ({ id, title: id === '3' ? null : titleOf(id) })) });
  expect(errors?.map(({ path, extensions }) => [path, extensions.code])).toEqual([
    [['all', 1, 'title'], 'SUBGRAPH_ERROR'],
  ]);
});

describe('an error, never a null, for a key without a row where', () => {
  const upper = ids.map((id) => `A${id}`);
  test.for([
    ['a row’s key has another form', upper, (all) => all.map((id) => ({ ...row(id), id: id.toLowerCase() })), []],
    ['only one row’s key has', upper, (all) => all.map((id, at) => (at ? row(id) : { ...row(id), id: 'a1' })), [1, 2]],
    ['a number is padded', ['7', '8'], (all) => all.map((id) => ({ ...row(id), id: `00${id}` })), []],
    ['rows of others are returned', ids, () => [row('2'), row('99'), row('1')], [0, 2]],
    ['two rows differ', ids, () => [row('1'), { ...row('1'), title: 'other' }, row('2')], [2]],
  ] as [string, string[], Rows, number[]][])('%s', async ([, keys, rows, right]) => {
    const graph = await shop(keys, rows);
    const { data, errors } = await graph.query('{ all { title } }');
    const titles = keys.map((id, index) => ({ title: right.includes(index) ? titleOf(id) : null }));
    expect(data).toEqual({ all: titles });
    const wrong = [...keys.keys()].filter((index) => !right.includes(index));
    expect(errors?.map(({ path, extensions }) => [path, extensions])).toEqual(
      wrong.map((index) => [['all', index, 'title'], badResponse]),
    );
  });
});

test('equal rows for one key are one object', async () => {
  const graph = await shop(ids, (all) => [...all, ...all.toReversed()].map(row));
  const { data } = await graph.query('{ all { note } }');
  expect(data).toEqual({ all: ids.map((id) => ({ note: titleOf(id) })) });
});

test('a key is the same as text and as a number, wherever it stands', async () => {
  const services = {
    catalog: 'type Query { all: [Product]  more: [Product] } type Product { id: ID! }',
    info: 'type Query { _products(ids: [ID!]!): [Product] @merge(keyField: "id") } type Product { id: ID!  title: String }',
  };
  const graph = await serveGraph({ services });
  (graph.services.catalog as { returns: unknown }).returns = () => ({
    data: { all: [{ id: 1 }, { id: 2 }, { id: '3' }], more: [{ id: '2' }, { id: 3 }] },
  });
  (graph.services.info as { returns: unknown }).returns = () => ({
    data: { _products: [3, '2', 1].map((id) => ({ id, title: titleOf(String(id)) })) },
  });
  const { data } = await graph.query('{ all { title } more { title } }');
  const title = (id: string) => ({ title: titleOf(id) });
  expect(data).toEqual({ all: ['1', '2', '3'].map(title), more: ['2', '3'].map(title) });
  expect(graph.services.info?.requests[0]?.variables).toEqual({ k1_ids: [1, 2, '3'] });
});

describe('a key of several fields', () => {
  const plans = `
    type Query { all: [Seat] }
    type Seat @key(selectionSet: "{ row at { hall number } }") { row: String!  at: Place!  }
    type Place { hall: String!  number: Int! }`;
  const prices = `
    type Query { _seats(keys: [SeatKey!]!): [Seat]! @merge }
    input SeatKey { row: String!  at: PlaceKey! }
    input PlaceKey { hall: String!  number: Int! }
    type Seat @key(selectionSet: "{ row at { hall number } }") { row: String!  at: Place!  price: String }
    type Place { hall: String!  number: Int! }`;
  const seats = [
    { row: 'a', at: { hall: 'x', number: 1 } },
    { row: 'a', at: { hall: 'x', number: 2 } },
    { row: 'b', at: { hall: 'x', number: 1 } },
    { row: 'a', at: { hall: 'y', number: 1 } },
  ];
  const price = ({ row, at }: (typeof seats)[number]) => `${row} ${at.hall} ${at.number} ${turn}`;

  test.for([
    ['all of it is in the rows', prices, true],
    ['a part of it, which does not tell them apart', prices.replace(/(number: Int! }\s*)$/, ' floor: Int }'), false],
  ] as const)('is matched by all of them where %s', async ([, sdl, isRight]) => {
    turn += 1;
    const graph = await serveGraph({ services: { plans, prices: sdl } });
    if (graph.services.plans) graph.services.plans.returns = executing(plans, { all: seats });
    const rows = ({ keys }: { keys: typeof seats }) =>
      keys.toReversed().map((seat) => ({ ...seat, at: { ...seat.at, number: seat.at.number }, price: price(seat) }));
    if (graph.services.prices) graph.services.prices.returns = executing(sdl, { _seats: rows });
    const { data, errors } = await graph.query('{ all { price } }');
    expect(data).toEqual({
      all: seats.map((seat) => ({ price: isRight || seat.at.hall === 'y' || seat.row === 'b' ? price(seat) : null })),
    });
    expect(errors?.map(({ path, extensions }) => [path[1], extensions.code])).toEqual(
      isRight ? undefined : [0, 1].map((index) => [index, 'SUBGRAPH_BAD_RESPONSE']),
    );
  });
});

describe('rows are matched by their position', () => {
  const byHandle = infoSdl.replace('keyArg: "whereIn"', 'keyArg: "whereIn", match: POSITION');

  test('where the lookup field is declared so: in order, under a key of another form', async () => {
    const graph = await shop(ids, (all) => all.map((id) => ({ ...row(id), id: `gid://${id}` })), {
      services: { catalog: catalogSdl, info: byHandle },
    });
    const { data } = await graph.query('{ all { id title } }');
    expect(data).toEqual({ all: ids.map((id) => ({ id, title: titleOf(id) })) });
    expect(graph.services.info?.requests[0]?.query).toContain('{ title }');
  });

  test('in the `_entities` of a supergraph, which are in order by their specification', async () => {
    const supergraph = supergraphOf(
      ['catalog', 'info'],
      `type Query @join__type(graph: CATALOG) @join__type(graph: INFO) { all: [Product] @join__field(graph: CATALOG) }
      type Product @join__type(graph: CATALOG, key: "id") @join__type(graph: INFO, key: "id") {
        id: ID!
        title: String @join__field(graph: INFO)
      }`,
    );
    const graph = await serveGraph({ services: { catalog: '', info: '' }, supergraph });
    (graph.services.catalog as { returns: unknown }).returns = () => ({ data: { all: ids.map((id) => ({ id })) } });
    (graph.services.info as { returns: unknown }).returns = () => ({
      data: { _entities: ids.map((id) => ({ title: titleOf(id) })) },
    });
    const { data } = await graph.query('{ all { title } }');
    expect(data).toEqual({ all: ids.map((id) => ({ title: titleOf(id) })) });
    expect(graph.services.info?.requests[0]?.query).not.toMatch(/\bid\b/);
  });
});

test('the entity cache holds each object under its own key, and what was left out as absent', async () => {
  const services = {
    catalog: catalogSdl,
    info: infoSdl.replace('type Product {', 'type Product @cacheControl(maxAge: 60) {'),
  };
  const graph = await shop(ids, (all) => reversed(all.filter((id) => id !== '3')), {
    services,
    config: { cache: { entities: true } },
  });
  const first = { all: ids.map((id) => ({ title: id === '3' ? null : titleOf(id) })) };
  expect((await graph.query('{ all { title } }')).data).toEqual(first);
  turn += 1;
  expect((await graph.query('{ all { title } }')).data).toEqual(first);
  expect(graph.services.info?.requests).toHaveLength(graph.origins.length);
});
