// Arguments: what a service gets is what the client wrote, declared so that the service can take it.
import { describe, expect, test } from 'vitest';
import { executing } from './graphql-service.ts';
import { serveGraph } from './served-graph.ts';

const ordersSdl = `
  scalar JSON
  enum Status { NEW SHIPPED }
  input Range { from: Int! = 1  to: Int  tags: [String!] }
  type Query { count(status: Status, range: Range, ids: [ID!]): String!  orders: [Order!]! }
  type Order { id: ID! }`;
const searchSdl = `
  scalar JSON
  type Query {
    find(filter: JSON, more: [JSON!], query: Query1, fresh: Boolean! = true): String!
    _orders(ids: [ID!]!): [Order]! @merge(keyField: "id")
  }
  input Query1 { where: JSON!  text: String  inner: [Query1!] }
  type Order { id: ID!  match(filter: JSON): String! }`;

async function serve() {
  const view = {
    include: ['*'],
    rename: { types: { Status: 'State', Range: 'Span' }, arguments: { 'Query.find(filter:)': 'where' } },
  };
  const graph = await serveGraph({ services: { orders: ordersSdl, search: searchSdl }, view });
  const { orders, search } = graph.services;
  const echo = (args: object) => JSON.stringify(args);
  if (orders) orders.returns = executing(ordersSdl, { count: echo, orders: [{ id: '1' }, { id: '2' }] });
  const _orders = ({ ids }: { ids: string[] }) => ids.map((id) => ({ id, match: echo }));
  if (search) search.returns = executing(searchSdl, { find: echo, _orders });
  return graph;
}

/** Further arguments of `find`. */
const fresh = true;

describe('variables inside a literal of a custom scalar', () => {
  test.for([
    [
      'of an enum that the service lacks',
      '($s: Status) { find(filter: {status: $s}) }',
      { s: 'NEW' },
      { filter: { status: 'NEW' } },
    ],
    ['of a scalar that the service lacks', '($n: Int) { find(filter: {n: $n}) }', { n: 3 }, { filter: { n: 3 } }],
    [
      'of an input type that the service lacks',
      '($r: Range) { find(filter: {r: $r}) }',
      { r: { to: 4 } },
      { filter: { r: { from: 1, to: 4 } } },
    ],
    [
      'in a list of custom scalars',
      '($s: Status) { find(more: [{a: [$s]}, 2]) }',
      { s: 'NEW' },
      { more: [{ a: ['NEW'] }, 2] },
    ],
    [
      'in an input object',
      '($s: Status) { find(query: {where: {status: $s}, text: "x"}) }',
      { s: 'NEW' },
      { query: { where: { status: 'NEW' }, text: 'x' } },
    ],
    [
      'deep in input objects, several',
      '($s: Status, $t: String) { find(query: {where: 1, inner: [{where: {s: $s}, text: $t}]}) }',
      { s: 'NEW', t: 'T' },
      { query: { where: 1, inner: [{ where: { s: 'NEW' }, text: 'T' }] } },
    ],
    [
      'beside other values',
      '($s: Status) { find(filter: {s: $s, text: "a\\"b", on: true, none: null, e: LIVE, n: -1.5}) }',
      { s: 'NEW' },
      { filter: { s: 'NEW', text: 'a"b', on: true, none: null, e: 'LIVE', n: -1.5 } },
    ],
    [
      'of the scalar’s own type',
      '($j: JSON) { find(filter: {j: $j}) }',
      { j: { k: [1] } },
      { filter: { j: { k: [1] } } },
    ],
    ['that is null', '($s: Status) { find(filter: {s: $s}) }', { s: null }, { filter: { s: null } }],
    ['that is not given', '($s: Status) { find(filter: {s: $s, t: 1, l: [$s]}) }', {}, { filter: { t: 1, l: [null] } }],
    [
      'that has a default',
      '($s: Status = NEW, $i: [ID] = 7) { find(filter: {s: $s, i: $i}) }',
      {},
      { filter: { s: 'NEW', i: ['7'] } },
    ],
    ['that coercion changes', '($i: [ID!]) { find(filter: {i: $i}) }', { i: 7 }, { filter: { i: ['7'] } }],
    ['as the whole value', '($j: JSON = {a: 1}) { find(filter: $j) }', {}, { filter: { a: 1 } }],
  ] as const)('%s', async ([, query, variables, expected]) => {
    const graph = await serve();
    const { data, errors } = await graph.query(`query ${query}`, { variables });
    expect(errors).toBeUndefined();
    expect(JSON.parse((data as { find: string }).find)).toEqual({ ...expected, fresh });
  });

  test('beside the same variable where it is known, in one operation', async () => {
    const graph = await serve();
    const query = `query ($s: Status) { find(filter: {s: $s}) again: find(filter: {s: $s}) other: find(filter: {l: [$s]})
      count(status: $s) }`;
    const { data } = await graph.query(query, { variables: { s: 'SHIPPED' } });
    const parsed = Object.values(data as Record<string, string>).map((text) => JSON.parse(text));
    const one = { filter: { s: 'SHIPPED' }, fresh };
    expect(parsed).toEqual([one, one, { filter: { l: ['SHIPPED'] }, fresh }, { status: 'SHIPPED' }]);
  });

  test('in a fragment, and of an entity', async () => {
    const graph = await serve();
    const query = 'query ($s: Status) { orders { id ...F } } fragment F on Order { match(filter: {s: $s}) }';
    for (const s of ['NEW', 'SHIPPED']) {
      const { data } = await graph.query(query, { variables: { s } });
      const match = JSON.stringify({ filter: { s } });
      expect(data).toEqual({
        orders: [
          { id: '1', match },
          { id: '2', match },
        ],
      });
    }
  });

  test('through a view with other names of types and arguments', async () => {
    const graph = await serve();
    const query = 'query ($s: State, $r: Span = {to: 2}) { find(where: {s: $s, r: $r}) count(range: $r, status: $s) }';
    const { data } = await graph.query(query, { variables: { s: 'NEW' }, path: '/graphql/web' });
    const { find, count } = data as Record<string, string>;
    expect(JSON.parse(find as string)).toEqual({ filter: { s: 'NEW', r: { from: 1, to: 2 } }, fresh });
    expect(JSON.parse(count as string)).toEqual({ range: { from: 1, to: 2 }, status: 'NEW' });
  });

  test('numbers of the literal are sent as they are written', async () => {
    const graph = await serve();
    const query = 'query ($s: Status) { find(filter: {s: $s, big: 9007199254740993, money: 10.50, e: 1e400}) }';
    const [search] = [graph.services.search];
    if (!search) return;
    let sent = '';
    search.returns = ({ body }) => {
      sent = body;
      return { data: { find: 'x' } };
    };
    await graph.query(query, { variables: { s: 'NEW' } });
    expect(sent).toContain('{"s":"NEW","big":9007199254740993,"money":10.50,"e":1e400}');
  });
});

test('an entity’s cached value belongs to the literal that it was requested with', async () => {
  const graph = await serveGraph({
    services: {
      orders: ordersSdl,
      search: searchSdl.replace('type Order {', 'type Order @cacheControl(maxAge: 60) {'),
    },
    config: { cache: { entities: true } },
  });
  const { orders, search } = graph.services;
  if (orders) orders.returns = executing(ordersSdl, { orders: [{ id: '1' }] });
  const match = (args: object) => JSON.stringify(args);
  if (search)
    search.returns = executing(searchSdl, {
      _orders: ({ ids }: { ids: string[] }) => ids.map((id) => ({ id, match })),
    });
  for (const [literal, s] of [
    ['{a: $s}', 'NEW'],
    ['{b: $s}', 'NEW'],
    ['{a: $s}', 'SHIPPED'],
    ['{a: [$s]}', 'NEW'],
  ]) {
    const query = `query ($s: Status) { orders { match(filter: ${literal}) } }`;
    const { data } = await graph.query(query, { variables: { s } });
    const filter = JSON.parse((literal as string).replace(/(\w+):/g, '"$1":').replace('$s', `"${s}"`));
    expect(data).toEqual({ orders: [{ match: JSON.stringify({ filter }) }] });
  }
});
