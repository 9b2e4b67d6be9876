// Null variables: where null is not allowed, the field is an error of the client's, at its path; it is not fetched,
// and no service is blamed.
import { describe, expect, test } from 'vitest';
import { executing } from './graphql-service.ts';
import { serveGraph } from './served-graph.ts';

const shopSdl = `
  type Query { rows(n: Int! = 10, page: Page, ids: [ID!]): String!  me: Person  all: [Found]  plain: Int }
  type Mutation { add(n: Int! = 1): Int  total: Int }
  type Subscription { ticks(n: Int! = 1): Int  person: Person }
  input Page { first: Int! = 10  within: Page }
  union Found = Person | Shop
  type Person { id: ID!  name(upper: Boolean! = true): String  friend: Person  strict(n: Int! = 2): Int! }
  type Shop { id: ID!  name(upper: Boolean! = false): String }`;
const moreSdl = `
  type Query { _people(ids: [ID!]!): [Person]! @merge(keyField: "id") }
  type Person { id: ID!  mood(of: Int! = 1): String }`;

async function serve() {
  const view = {
    include: ['*'],
    rename: { fields: { 'Query.rows': 'lines' }, arguments: { 'Query.rows(n:)': 'count' } },
  };
  const graph = await serveGraph({ services: { shop: shopSdl, more: moreSdl }, view });
  const { shop, more } = graph.services;
  const friend = { id: '2', name: 'B', strict: 2 };
  const me = { __typename: 'Person', id: '1', name: 'A', strict: 1, friend };
  const all = [me, { __typename: 'Shop', id: '3', name: 'S' }];
  const rows = (args: object) => JSON.stringify(args);
  if (shop) shop.returns = executing(shopSdl, { rows, me, all, plain: 7, add: 1, total: 3 });
  const people = ({ ids }: { ids: string[] }) => ids.map((id) => ({ id, mood: `mood of ${id}` }));
  if (more) more.returns = executing(moreSdl, { _people: people });
  const requests = () => Object.values(graph.services).flatMap(({ requests }) => requests.map(({ query }) => query));
  return { graph, requests };
}

const badInput = { code: 'BAD_USER_INPUT' };

describe('an argument', () => {
  test.for([
    ['by itself', 'query ($n: Int) { plain me { strict(n: $n) } }', { plain: 7, me: null }, ['me', 'strict']],
    ['at the root', 'query ($n: Int) { plain rows(n: $n) }', null, ['rows']],
    ['in an input object', 'query ($n: Int) { plain rows(page: { first: $n }) }', null, ['rows']],
    ['deep in an input object', 'query ($n: Int) { rows(page: { within: { first: $n } }) }', null, ['rows']],
    ['in a list', 'query ($n: ID = "7") { plain rows(ids: ["1", $n]) }', null, ['rows']],
    ['under an alias', 'query ($n: Int) { plain a: rows(n: $n) }', null, ['a']],
    [
      'of an entity',
      'query ($n: Int) { me { mood(of: $n) other: mood } }',
      { me: { mood: null, other: 'mood of 1' } },
      ['me', 'mood'],
    ],
    [
      'in a fragment',
      'query ($n: Boolean) { me { ...F } } fragment F on Person { id name(upper: $n) }',
      { me: { id: '1', name: null } },
      ['me', 'name'],
    ],
    [
      'with a default of the variable',
      'query ($n: Boolean = false) { me { id name(upper: $n) } }',
      { me: { id: '1', name: null } },
      ['me', 'name'],
    ],
  ] as const)('%s', async ([, query, expected, path]) => {
    const { graph, requests } = await serve();
    const { data, errors } = await graph.query(query, { variables: { n: null } });
    expect(data).toEqual(expected);
    expect(errors).toMatchObject([{ path, extensions: badInput }]);
    expect(errors?.[0].message).toMatch(/ of non-null type ".+!" must not be null; variable "\$n" is null\.$/);
    expect(requests().filter((sent) => sent.includes('$'))).toEqual(
      requests().filter((sent) => sent.includes('_people')),
    );
  });

  test('only of the types whose objects have it', async () => {
    const { graph } = await serve();
    const query = 'query ($n: Boolean) { all { __typename ... on Person { name(upper: $n) } ... on Shop { name } } }';
    const { data, errors } = await graph.query(query, { variables: { n: null } });
    expect(data).toEqual({
      all: [
        { __typename: 'Person', name: null },
        { __typename: 'Shop', name: 'S' },
      ],
    });
    expect(errors).toMatchObject([{ path: ['all', 0, 'name'], extensions: badInput }]);
  });

  test('through a view, in the client’s names', async () => {
    const { graph, requests } = await serve();
    const query = 'query ($x: Int) { plain lines(count: $x) }';
    const { errors } = await graph.query(query, { variables: { x: null }, path: '/graphql/web' });
    const message = 'Argument "count" of non-null type "Int!" must not be null; variable "$x" is null.';
    expect(errors).toEqual([{ message, path: ['lines'], extensions: badInput }]);
    expect(requests()).toEqual([]);
  });

  test('of a mutation: the field is not started, the next one is', async () => {
    const { graph, requests } = await serve();
    const query = 'mutation ($n: Int) { add(n: $n) total }';
    const { data, errors } = await graph.query(query, { variables: { n: null } });
    expect(data).toEqual({ add: null, total: 3 });
    expect(errors).toMatchObject([{ path: ['add'], extensions: badInput }]);
    expect(requests().map((sent) => /add|total/.exec(sent)?.[0])).toEqual(['total', 'total']);
  });

  test('that is left out has its default', async () => {
    const { graph } = await serve();
    const { data } = await graph.query('query ($n: Int) { rows(n: $n, page: { first: $n }) }');
    expect(data).toEqual({ rows: '{"n":10,"page":{"first":10}}' });
  });

  test('of a subscription: it is not started', async () => {
    const { graph, requests } = await serve();
    for (const query of ['($n: Int) { ticks(n: $n) }', '($n: Boolean = true) { person { id @skip(if: $n) } }']) {
      const { errors } = await graph.query(`subscription ${query}`, {
        variables: { n: null },
        headers: { accept: 'application/json, text/event-stream' },
      });
      expect(errors).toMatchObject([{ extensions: badInput }]);
    }
    expect(requests()).toEqual([]);
  });
});

describe('a condition', () => {
  const start = 'query ($s: Boolean = true)';
  test.for([
    ['@include at the root', '{ plain me @include(if: $s) { id } }', null, undefined],
    ['@skip at the root', '{ plain me @skip(if: $s) { id } }', null, undefined],
    ['of a fragment at the root', '{ plain ... @include(if: $s) { me { id } } }', null, undefined],
    ['of a field', '{ plain me { id name @include(if: $s) } }', { plain: 7, me: null }, ['me']],
    [
      'of a fragment',
      '{ plain me { id ...F @skip(if: $s) } } fragment F on Person { name }',
      { plain: 7, me: null },
      ['me'],
    ],
    [
      'within a fragment',
      '{ plain me { ...F } } fragment F on Person { name @skip(if: $s) }',
      { plain: 7, me: null },
      ['me'],
    ],
    [
      'deep down',
      '{ me { id friend { id name @include(if: $s) } } }',
      { me: { id: '1', friend: null } },
      ['me', 'friend'],
    ],
    [
      'of a list of several types',
      '{ plain all { ... on Shop { id @skip(if: $s) } } }',
      { plain: 7, all: null },
      ['all'],
    ],
    ['under one that is not included', '{ plain me @skip(if: true) { id @skip(if: $s) } }', { plain: 7 }, null],
    ['beside a skip', '{ plain me @skip(if: true) @include(if: $s) { id } }', { plain: 7 }, null],
    [
      'for another type',
      '{ plain me { id ... on Person { ...S } } } fragment S on Found { ... on Shop { id @skip(if: $s) } }',
      { plain: 7, me: { id: '1' } },
      null,
    ],
  ] as const)('%s', async ([, selection, expected, path]) => {
    const { graph } = await serve();
    const { data, errors } = await graph.query(`${start} ${selection}`, { variables: { s: null } });
    expect(data).toEqual(expected);
    if (path === null) expect(errors).toBeUndefined();
    else {
      const message = 'Argument "if" of non-null type "Boolean!" must not be null; variable "$s" is null.';
      expect(errors).toEqual([{ message, ...(path && { path }), extensions: badInput }]);
    }
  });
});
