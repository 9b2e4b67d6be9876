// Names that every JavaScript object has a member of are names like all others: of fields that services add to each
// other's types, and of types in views.
import { expect, test } from 'vitest';
import { executing } from './graphql-service.ts';
import { type ServedGraph, serveGraph } from './served-graph.ts';

const races = `
  type Query { results: [Result] }
  type Result { id: ID!  constructor: String  toString(upper: Boolean): String }`;
const points = `
  type Query { _results(ids: [ID!]!): [Result] @merge(keyField: "id") }
  type Result { id: ID!  constructor: String  hasOwnProperty: [toString]  valueOf: Int! }
  type toString { length: Int }`;

/** Changes with each graph, so that nothing can be right by chance. */
let turn = 0;

async function serveResults(options = {}): Promise<ServedGraph> {
  turn += 1;
  const graph = await serveGraph({ services: { races, points }, ...options });
  const ids = ['1', '2'];
  const result = (id: string) => ({
    ...{ id, constructor: `maker ${id}.${turn}`, toString: `result ${id}.${turn}` },
    ...{ valueOf: Number(id) + turn, hasOwnProperty: [{ length: turn }] },
  });
  if (graph.services.races) graph.services.races.returns = executing(races, { results: ids.map(result) });
  const rows = ({ ids }: { ids: string[] }) => ids.toReversed().map(result);
  if (graph.services.points) graph.services.points.returns = executing(points, { _results: rows });
  return graph;
}

test('fields called `constructor` and the like have their values, from whatever service', async () => {
  const graph = await serveResults();
  const query =
    '{ results { constructor valueOf hasOwnProperty { __typename length } toString: valueOf s: toString } }';
  expect((await graph.query(query)).data).toEqual({
    results: ['1', '2'].map((id) => ({
      constructor: `maker ${id}.${turn}`,
      valueOf: Number(id) + turn,
      hasOwnProperty: [{ __typename: 'toString', length: turn }],
      toString: Number(id) + turn,
      s: `result ${id}.${turn}`,
    })),
  });
});

test('a view gives such fields, and fields of such types, other names', async () => {
  const rename = { fields: { 'toString.length': 'name', 'Result.constructor': 'toJSON', 'Result.valueOf': 'points' } };
  const graph = await serveResults({ view: { rename } });
  const query = '{ results { toJSON points hasOwnProperty { name } } }';
  expect((await graph.query(query, { path: '/graphql/web' })).data).toEqual({
    results: ['1', '2'].map((id) => ({
      toJSON: `maker ${id}.${turn}`,
      points: Number(id) + turn,
      hasOwnProperty: [{ name: turn }],
    })),
  });
  expect(Object.prototype.toString).not.toHaveProperty('name', turn);
});

test('a type called `toString` is found by a key of `valueOf` and `constructor`, with computed fields and defaults', async () => {
  turn += 1;
  const shop = `
    type Query { all: [toString] }
    type toString @key(selectionSet: "{ valueOf constructor }") { valueOf: ID! constructor: ID! weight: Int }`;
  const stock = `
    type Query { _stock(keys: [K!]!): [toString] @merge(match: POSITION) }
    input K { valueOf: ID! constructor: ID! weight: Int }
    type toString @key(selectionSet: "{ valueOf constructor }") {
      valueOf: ID! constructor: ID! hasOwnProperty(toLocaleString: Int = 7): String
      propertyIsEnumerable: Int @computed(selectionSet: "{ weight }")
    }`;
  const graph = await serveGraph({ services: { shop, stock } });
  const all = ['1', '2'].map((id) => ({ valueOf: id, constructor: `c${id}`, weight: turn }));
  graph.services.shop!.returns = executing(shop, { all });
  graph.services.stock!.returns = executing(stock, {
    _stock: ({ keys }: { keys: { valueOf: string; constructor: string; weight?: number }[] }) =>
      keys.map((key) => ({
        ...{ valueOf: key.valueOf, constructor: key.constructor },
        hasOwnProperty: (args: Record<string, unknown>) =>
          `${key.valueOf} ${key.constructor} ${args.toLocaleString} ${turn}`,
        propertyIsEnumerable: Object.hasOwn(key, 'weight') ? key.weight : -1,
      })),
  });
  const both = await graph.query('{ all { hasOwnProperty propertyIsEnumerable __typename } }');
  expect(both.data).toEqual({
    all: ['1', '2'].map((id) => ({
      hasOwnProperty: `${id} c${id} 7 ${turn}`,
      propertyIsEnumerable: turn,
      __typename: 'toString',
    })),
  });
  const one = await graph.query('{ all { toString: hasOwnProperty(toLocaleString: 8) } }');
  expect(one.data).toEqual({ all: ['1', '2'].map((id) => ({ toString: `${id} c${id} 8 ${turn}` })) });
});

test('an input field with such a name may be left out of variables', async () => {
  const shop = `
    type Query { f(in: In, list: [In!], valueOf: Int): String }
    input In { a: Int toString: Int constructor: [In] hasOwnProperty: Any = { b: 1 } } scalar Any`;
  const graph = await serveGraph({ services: { shop } });
  const { requests } = graph.services.shop!;
  graph.services.shop!.returns = ({ query }) => ({
    data: Object.fromEntries([...query.matchAll(/(\w+)(?=: f\()|\bf(?=\()/g)].map(([name]) => [name, 'f'])),
  });
  turn += 1;
  const variables = { in: { a: turn }, list: [{ constructor: [{ a: turn }, null], toString: 2 }] };
  const { data } = await graph.query(`query($in: In, $list: [In!]) { f(in: $in, list: $list) }`, { variables });
  expect(data).toMatchObject({ f: 'f' });
  for (const { variables: sent } of requests) {
    const [given, list] = Object.values(sent) as [object, object[]];
    expect(given).toMatchObject({ a: turn });
    expect(Object.keys(given).filter((name) => !['a', 'hasOwnProperty'].includes(name))).toEqual([]);
    expect(list).toMatchObject([{ constructor: [{ a: turn }, null], toString: 2 }]);
  }
  const wrong = await graph.query('query($in: In) { f(in: $in) }', { variables: { in: { toString: 'x' } } });
  expect(wrong.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
});
