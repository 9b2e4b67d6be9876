// The JSON text of upstream requests.
import { expect, test } from 'vitest';
import { type Fetch, keyNumber } from './plan.ts';
import { compileBody, compileRepeatedBody, repeatedDocument, variableValues } from './request-body.ts';

const fetch = (more: Partial<Fetch>): Fetch => ({
  id: 0,
  subgraph: 'users',
  operation: 'query',
  dependsOn: [],
  level: 0,
  document: 'query { me(as: "x") }',
  variables: [],
  slot: 0,
  lookups: [],
  repeat: null,
  ...more,
});

test('a request without variables is the same text each time', () => {
  const body = compileBody(fetch({}));
  expect(JSON.parse(body({}, []))).toEqual({ query: 'query { me(as: "x") }' });
  expect(body({}, [])).toBe(body({ unused: 1 }, []));
});

test("the client's variables go up under our names, null as null, and those not given not at all", () => {
  const variables = [
    { name: 'v0', from: 'first' },
    { name: 'v1', from: 'after' },
    { name: 'v2', from: 'filter' },
  ];
  const body = compileBody(fetch({ variables, lookups: [1] }));
  const text = body({ first: 3, filter: null }, [{ variable: 'k1_ids', value: ['a', '"b"'] }]);
  expect(JSON.parse(text).variables).toEqual({ v0: 3, v2: null, k1_ids: ['a', '"b"'] });
  const values = variableValues(fetch({ variables }), { first: 3, filter: null }, [{ variable: 'k', value: 1 }]);
  expect(values).toEqual({ v0: 3, v2: null, k: 1 });
});

test('a repeated look-up stands once for each key', () => {
  const repeat = {
    header: '$v0: Int',
    definitions: `$k1_id_${keyNumber}: ID!`,
    field: `_${keyNumber}: user(id: $k1_id_${keyNumber}) { name(size: $v0) }`,
  };
  const repeated = fetch({ document: 'query Q', repeat, variables: [{ name: 'v0', from: 'size' }] });
  const document =
    'query Q($v0: Int, $k1_id_0: ID!, $k1_id_1: ID!) ' +
    '{ _0: user(id: $k1_id_0) { name(size: $v0) } _1: user(id: $k1_id_1) { name(size: $v0) } }';
  expect(repeatedDocument(repeated, repeat, 2)).toBe(document);
  const keys = ['a', 'b'].map((value, index) => ({ variable: `k1_id_${index}`, value }));
  expect(JSON.parse(compileRepeatedBody(repeated, repeat)(2)({}, keys))).toEqual({
    query: document,
    variables: { k1_id_0: 'a', k1_id_1: 'b' },
  });
});
