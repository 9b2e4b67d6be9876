// Upstream documents and the JSON text of their requests.
import { expect, test } from 'vitest';
import type { Fetch } from '../query-plan/plan.ts';
import { FetchDocuments } from './request-body.ts';

const documents = (more: Partial<Fetch>): FetchDocuments =>
  new FetchDocuments({
    id: 0,
    subgraph: 'users',
    operation: 'query',
    dependsOn: [],
    level: 0,
    document: 'query { me(as: "x") }',
    directives: '',
    variables: [],
    slot: 0,
    entityFetches: [],
    parts: null,
    repeat: null,
    ...more,
  });

test('a request without variables is the same text each time', () => {
  const { whole } = documents({});
  expect(JSON.parse(whole.body({}, []))).toEqual({ query: 'query { me(as: "x") }' });
  expect(whole.body({}, [])).toBe(whole.body({ unused: 1 }, []));
});

test("the client's variables are sent under generated names, null as null, and those not given not at all", () => {
  const variables = [
    { name: 'v0', from: 'first' },
    { name: 'v1', from: 'after' },
    { name: 'v2', from: 'filter' },
  ];
  const { whole } = documents({ variables, entityFetches: [1] });
  const text = whole.body({ first: 3, filter: null }, [{ variable: 'k1_ids', value: ['a', '"b"'] }]);
  expect(JSON.parse(text).variables).toEqual({ v0: 3, v2: null, k1_ids: ['a', '"b"'] });
  const values = whole.values({ first: 3, filter: null }, [{ variable: 'k', value: 1 }]);
  expect(values).toEqual({ v0: 3, v2: null, k: 1 });
});

test('a lookup of one entity stands once for each key', () => {
  const repeat = {
    header: '$v0: Int',
    definitions: ['$k1_id_', ': ID!'],
    field: ['_', ': user(id: $k1_id_', ') { name(size: $v0) }'],
  };
  const repeated = documents({
    document: 'query Q',
    repeat,
    variables: [{ name: 'v0', from: 'size' }],
    entityFetches: [1],
  });
  const document =
    'query Q($v0: Int, $k1_id_0: ID!, $k1_id_1: ID!) ' +
    '{ _0: user(id: $k1_id_0) { name(size: $v0) } _1: user(id: $k1_id_1) { name(size: $v0) } }';
  const keys = ['a', 'b'].map((value, index) => ({ variable: `k1_id_${index}`, value }));
  expect(JSON.parse(repeated.repeated(repeat, 2).body({}, keys))).toEqual({
    query: document,
    variables: { k1_id_0: 'a', k1_id_1: 'b' },
  });
});

test('a document of some of the lookups declares what these need, and no other client variable is sent', () => {
  const entityFetch = (number: number, variable: string) => ({
    variables: [{ name: variable, definition: `$${variable}: Int` }],
    keys: [`$k${number}_ids: [ID!]!`],
    field: `_${number}: users(ids: $k${number}_ids) { name(size: $${variable}) }`,
  });
  const some = documents({
    variables: [
      { name: 'v0', from: 'a' },
      { name: 'v1', from: 'b' },
    ],
    entityFetches: [1, 2],
    parts: { start: 'query Q', entityFetches: [entityFetch(1, 'v0'), entityFetch(2, 'v1')] },
  });
  const one = some.of([1]);
  expect(JSON.parse(one.body({ a: 1, b: 2 }, [{ variable: 'k2_ids', value: ['x'] }]))).toEqual({
    query: 'query Q($v1: Int, $k2_ids: [ID!]!) { _2: users(ids: $k2_ids) { name(size: $v1) } }',
    variables: { v1: 2, k2_ids: ['x'] },
  });
  expect(some.of([1])).toBe(one);
  expect(some.of([0, 1])).toBe(some.whole);
});
