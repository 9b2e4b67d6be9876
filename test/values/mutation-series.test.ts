// Mutations in series: a field after one whose failure has made the data null is not started, one after any other is.
import { expect, test } from 'vitest';
import { executing } from './graphql-service.ts';
import { serveGraph } from './served-graph.ts';

const shopSdl = `
  type Query { ready: Boolean  _orders(ids: [ID!]!): [Order]! @merge(keyField: "id") }
  type Mutation { place(fail: Boolean, of: String): Order!  try(fail: Boolean, of: String): Order  count: Int! }
  type Order { id: ID!  label: String }`;
const bankSdl = `
  type Query { _orders(ids: [ID!]!): [Order]! @merge(keyField: "id") }
  type Mutation { charge: Int  refund: Int! }
  type Order { id: ID!  total: Int! }`;

async function serve() {
  const begun: string[] = [];
  const graph = await serveGraph({ services: { shop: shopSdl, bank: bankSdl } });
  const act =
    (name: string) =>
    ({ fail, of }: { fail?: boolean; of?: string }) => {
      begun.push(name);
      return fail ? new Error('rejected') : { id: of ?? '1', label: name };
    };
  const { shop, bank } = graph.services;
  const root = { place: act('place'), try: act('try'), count: 'none' };
  if (shop) shop.returns = executing(shopSdl, root);
  const totals = ({ ids }: { ids: string[] }) => ids.map((id) => ({ id, total: id === 'free' ? null : 5 }));
  const count = (name: string) => () => {
    begun.push(name);
    return 7;
  };
  if (bank) bank.returns = executing(bankSdl, { charge: count('charge'), refund: count('refund'), _orders: totals });
  return {
    begun,
    /** The fields that each of the two gateways has started. */
    async run(query: string, variables?: Record<string, unknown>) {
      const received = await graph.query(query, variables && { variables });
      const half = begun.length / 2;
      expect(begun.slice(half)).toEqual(begun.slice(0, half));
      return { ...received, begun: begun.splice(0).slice(0, half) };
    },
  };
}

test.for([
  ['the same field under another name', '{ a: place(fail: true) { id } b: place { id } }', ['a'], ['place']],
  ['a field of another service', '{ place(fail: true) { id } charge }', ['place'], ['place']],
  ['fields after one that went well', '{ charge place(fail: true) { id } refund }', ['place'], ['charge', 'place']],
  ['a non-null field', '{ place(fail: true) { id } a: refund b: refund }', ['place'], ['place']],
  [
    'one that fails in a fragment',
    '{ ...F charge } fragment F on Mutation { place(fail: true) { id } }',
    ['place'],
    ['place'],
  ],
  ['a value that is no number', '{ count charge }', ['count'], []],
  ['one whose entity lacks a non-null field', '{ place(of: "free") { total } charge }', ['place', 'total'], ['place']],
] as const)('not begun after a failure that takes all data: %s', async ([, selection, path, expected]) => {
  const { run } = await serve();
  const { data, errors, begun } = await run(`mutation ${selection}`);
  expect(data).toBeNull();
  expect(errors?.map((error) => error.path)).toEqual([path]);
  expect(begun).toEqual(expected);
});

test.for([
  ['a nullable field', '{ try(fail: true) { id } refund }', { try: null, refund: 7 }],
  [
    'a nullable field under two names',
    '{ a: try(fail: true) { id } b: try(fail: true) { id } refund }',
    { a: null, b: null, refund: 7 },
  ],
  ['an entity that fails below a nullable field', '{ try(of: "free") { total } refund }', { try: null, refund: 7 }],
  ['nothing that fails', '{ place { id label } refund }', { place: { id: '1', label: 'place' }, refund: 7 }],
] as const)('begun after a failure that takes a part of the data: %s', async ([, selection, expected]) => {
  const { run } = await serve();
  const { data, begun } = await run(`mutation ${selection}`);
  expect(data).toEqual(expected);
  expect(begun.at(-1)).toBe('refund');
});
