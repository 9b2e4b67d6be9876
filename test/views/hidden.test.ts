// Hidden parts of the graph: they cannot be reached, and neither their names nor their values are in any response,
// whatever is requested and however services misbehave.
import { getIntrospectionQuery } from 'graphql';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type HttpPaths, type PathResponse, renaming, Shop } from './shop.ts';

let shop: Shop;
let httpPaths: HttpPaths;
beforeAll(async () => {
  shop = await Shop.start();
  httpPaths = await shop.httpPaths();
});
afterEach(() => shop.reset());
afterAll(() => shop.stop());

/** Sends a request, and fails if the response has a name of the graph that the request did not have. */
async function send(query: string, variables?: object): Promise<PathResponse> {
  const response = await httpPaths.query({ query, variables }, { headers: { 'x-user-id': 'u1' } });
  expect(leaks(response.text, `${query}${JSON.stringify(variables)}`), response.text).toEqual([]);
  return response;
}

function leaks(text: string, reported: string): string[] {
  return [...new Set(text.match(/\w*(inner|secret)\w*/gi))].filter((word) => !reported.includes(word));
}

describe('nothing leads to what is hidden', () => {
  test.each([
    ['a hidden field', '{ person(id: "u1") { secretNotes } }'],
    ['a field by the name of the graph', '{ person(id: "u1") { innerName } }'],
    ['a hidden root field', '{ secretLedger { id } }'],
    ['a root field by the name of the graph', '{ innerUser(innerId: "u1") { id } }'],
    ['a hidden mutation', 'mutation { secretPurge }'],
    ['a hidden argument', '{ people(secretSince: 1) { id } }'],
    ['an argument by the name of the graph', '{ people(innerFirst: 1) { id } }'],
    ['a hidden field of an input', '{ counted(filter: { secretFlag: true }) }'],
    ['a hidden field of an input inside of another', '{ counted(filter: { and: [{ secretFlag: true }] }) }'],
    ['a hidden value of an enum', '{ person(id: "u1") { purchases(status: SECRET_LOST) { id } } }'],
    ['a fragment on a hidden type', '{ nodes { ... on SecretEntry { id } } }'],
    ['a named fragment on a hidden type', '{ nodes { ...F } } fragment F on SecretEntry { id secretText }'],
    ['a fragment on a type by the name of the graph', '{ nodes { ... on InnerUser { id } } }'],
    ['a variable of a type by the name of the graph', 'query ($f: InnerFilter) { counted(filter: $f) }'],
    [
      'a hidden value as a default',
      'query ($s: Status = SECRET_LOST) { person(id: "u1") { purchases(status: $s) { id } } }',
    ],
    ['lookup fields between services', '{ _users(ids: ["u1"]) { id } }'],
    ['entities', '{ _entities(representations: []) { __typename } }'],
    ['the SDL', '{ _sdl }'],
    [
      'near misses',
      '{ person(id: "u1") { secretNot innerNam nam } secretLedge { id } node(ide: 1) { ... on SecretEntr { id } } }',
    ],
    [
      'a mutation beside a query',
      'query A { __typename } mutation B { secretPurge innerRename(innerInput: {}) { id } }',
    ],
    ['a subscription to what is hidden', 'subscription { secretChanged }'],
  ])('%s', async (_what, query) => {
    const { body } = await send(query);
    expect(body.data).toBeUndefined();
    expect(body.errors.length).toBeGreaterThan(0);
    expect([...shop.people.queries, ...shop.orders.queries]).toEqual([]);
  });

  test.each([
    [
      'a hidden value',
      { status: 'SECRET_LOST' },
      'query ($status: Status) { person(id: "u1") { purchases(status: $status) { id } } }',
    ],
    [
      'a near miss of a hidden value',
      { status: 'SECRET_LOS' },
      'query ($status: Status) { person(id: "u1") { purchases(status: $status) { id } } }',
    ],
    [
      'a hidden field of an input',
      { filter: { secretFlag: true } },
      'query ($filter: Filter) { counted(filter: $filter) }',
    ],
    [
      'a near miss of one',
      { filter: { and: [{ secretFla: true }] } },
      'query ($filter: Filter) { counted(filter: $filter) }',
    ],
    [
      'a hidden field of a mutation',
      { input: { id: 'u1', name: 'x', secretNick: 'y' } },
      'mutation ($input: NameInput!) { rename(input: $input) { id } }',
    ],
  ])('variables with %s are rejected, and no service gets a request', async (_what, variables, query) => {
    const { body } = await send(query, variables);
    expect(body.errors[0].extensions.code).toBe('BAD_USER_INPUT');
    expect(shop.people.queries).toEqual([]);
  });

  test('introspection shows the view alone, and finds nothing else by name', async () => {
    const { text } = await send(getIntrospectionQuery({ descriptions: true, inputValueDeprecation: true }));
    expect(text).toContain('"Person"');
    const names = ['InnerUser', 'SecretEntry', 'InnerStatus', 'InnerFilter', 'CacheControlScope', '_Entity'];
    for (const name of names) {
      expect((await httpPaths.query(`{ __type(name: "${name}") { name fields { name } } }`)).body).toEqual({
        data: { __type: null },
      });
    }
    const status = await send('query ($name: String!) { __type(name: $name) { enumValues { name } } }', {
      name: 'Status',
    });
    expect(status.body.data.__type.enumValues).toEqual([{ name: 'OPEN' }, { name: 'PAID' }]);
    const forNested = await send(
      '{ person(id: "u1") { name } __schema { queryType { name } } ...Q } fragment Q on Query { t: __type(name: "Person") { name } }',
    );
    expect(forNested.body.data).toEqual({
      person: { name: 'Name of u1' },
      __schema: { queryType: { name: 'Query' } },
      t: { name: 'Person' },
    });
  });

  test("the graph's defaults apply to hidden arguments", async () => {
    expect((await send('{ people(limit: 1) { age } }')).body.data).toEqual({ people: [{ age: 7 }] });
  });
});

describe('hidden values that services return all the same', () => {
  test('objects of hidden types are null, in an interface, in a union, without an error', async () => {
    const { body } = await send('{ nodes { id } found { __typename } node(id: "e1") { __typename id } }');
    expect(body).toEqual({
      data: {
        nodes: [{ id: 'u1' }, { id: 'o1' }, null],
        found: [{ __typename: 'Person' }, { __typename: 'Purchase' }, null],
        node: null,
      },
    });
  });

  test('the null of a non-null field propagates', async () => {
    const strict = await send('{ foundStrict { __typename } person(id: "u1") { id } }');
    expect(strict.body.data).toEqual({ foundStrict: null, person: { id: 'u1' } });
    expect(strict.body.errors).toEqual([
      {
        message: 'Cannot return null for non-nullable field Query.foundStrict.',
        path: ['foundStrict', 2],
        extensions: { code: 'VALUE_NOT_IN_VIEW' },
      },
    ]);
    expect((await send('{ onlyFound { __typename } }')).body.data).toBeNull();
  });

  test('hidden values of enums are null, without an error that names them', async () => {
    const { body } = await send('{ statuses statusesStrict people(limit: 1) { purchases { status statusStrict } } }');
    expect(body.data).toEqual({
      statuses: ['OPEN', null, 'PAID'],
      statusesStrict: null,
      people: [{ purchases: null }],
    });
    const message = 'Enum "Status" cannot represent this value (Purchase.statusStrict).';
    const path = ['people', 0, 'purchases', 1, 'statusStrict'];
    expect(body.errors).toContainEqual({ message, path, extensions: { code: 'VALUE_NOT_IN_VIEW' } });
  });

  test('in events of subscriptions as well', async () => {
    for (const [query, expected] of [
      ['subscription { somethingFound { __typename ... on Person { name } } }', { somethingFound: null }],
      ['subscription { statusChanged }', { statusChanged: 'PAID' }],
    ] as const) {
      const { text } = await httpPaths.query(
        { query },
        { headers: { accept: 'text/event-stream' }, until: /data: ?\{/ },
      );
      expect(JSON.parse(/^data: ?(\{.*)$/m.exec(text)?.[1] ?? 'null')).toEqual({ data: expected });
    }
  });
});

describe("errors have the client's names", () => {
  const page =
    '{ p: person(id: "u1") { name t: tier friend { name } purchases { status lines { count } buyer { name } } } nodes { __typename id ... on Person { name } } statuses }';
  const user = { id: 'u1', innerName: 'n', __typename: 'InnerUser' };

  test.each<[what: string, response: object, message: string, path: unknown[] | undefined]>([
    [
      'a null that is not allowed',
      { innerUser: { ...user, innerName: null } },
      'Cannot return null for non-nullable field Person.name.',
      ['p', 'name'],
    ],
    [
      'a value that is no value of its enum',
      { innerUser: { ...user, innerTier: 'PLATINUM' } },
      'Enum "Tier" cannot represent this value (Person.tier).',
      ['p', 't'],
    ],
    [
      'a hidden value where none should be',
      { innerStatuses: ['SECRET_LOST'] },
      'Enum "Status" cannot represent this value (Query.statuses).',
      ['statuses', 0],
    ],
    [
      'an unknown value of an enum with hidden ones',
      { innerStatuses: ['SECRET_MORE'] },
      'Enum "Status" cannot represent this value (Query.statuses).',
      ['statuses', 0],
    ],
    ['no list', { innerNodes: { id: 'u1' } }, "Query.nodes is not a list in its subgraph's response.", ['nodes']],
    ['no object', { innerNodes: ['secret'] }, "Query.nodes is not an object in its subgraph's response.", ['nodes', 0]],
    [
      'an object where a name should be',
      { innerUser: { ...user, innerName: {} } },
      'String cannot represent this value (Person.name).',
      ['p', 'name'],
    ],
    [
      'a type that is not possible',
      { innerNodes: [{ id: 'x', __typename: 'SecretOther' }] },
      'Query.nodes is of a type that is not possible here.',
      ['nodes', 0],
    ],
    [
      'a type that is nothing',
      { innerNodes: [{ id: 'x' }] },
      'Query.nodes is of a type that is not possible here.',
      ['nodes', 0],
    ],
    ['nothing at all', {}, "Query.nodes is missing from its subgraph's response.", ['nodes']],
  ])('%s', async (_what, response, message, path) => {
    shop.people.instead = () => ({
      data: {
        innerUser: null,
        ...(Object.keys(response).length > 0 && { innerNodes: [], innerStatuses: [] }),
        ...response,
      },
    });
    const { body } = await send(page);
    expect(body.errors).toContainEqual(expect.objectContaining({ message, path }));
  });

  test.each([
    ['no JSON', 'secret'],
    ['no data', { data: null }],
    ['an error of its own without a code', { errors: [{ message: 'InnerUser is secret' }] }],
    [
      'an error at a field',
      { data: { innerUser: null }, errors: [{ message: 'secret', path: ['innerUser', 'innerName'] }] },
    ],
  ])('a service that responds with %s', async (_what, response) => {
    shop.people.instead = () => response;
    const { body } = await send('{ p: person(id: "u1") { n: name } }');
    expect(body.data).toEqual({ p: null });
    expect(body.errors[0]).toMatchObject({ extensions: { subgraph: 'people' } });
  });

  test("a failed entity fetch has its error at the client's field", async () => {
    shop.orders.instead = () => ({ errors: [{ message: 'secret' }] });
    const { body } = await send('{ people { bought: purchases { id } } }');
    expect(body.errors.map(({ path }: { path: unknown }) => path)).toEqual([
      ['people', 0, 'bought'],
      ['people', 1, 'bought'],
    ]);
  });

  test("the errors of a service that rejects the gateway's request are in the log alone", async () => {
    const message = 'Cannot query field "innerName" on type "InnerUser". Did you mean "secretNotes"?';
    shop.people.instead = () => ({ errors: [{ message, extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] });
    const { body } = await send('{ person(id: "u1") { name } }');
    expect(body.errors[0].extensions).toEqual({ code: 'SUBGRAPH_ERROR', subgraph: 'people' });
  });

  test('limits on fields and lists', async () => {
    // Each HTTP path has a gateway of its own, with its own counts.
    const { body } = await send('{ a: limited b: limited }');
    expect(body.errors[0].message).toMatch(/^Query\.limited may be selected once in 60 s\./);
    expect((await send('{ l: listed }')).body.errors[0].message).toBe(
      'The field "listed" requires the argument "top", which determines how long its list may be.',
    );
  });

  test('suggestions', async () => {
    const { body } = await send(
      '{ persn(id: "u1") { naem secretNote } peple(limt: 1) { id } nodes { ... on Persn { id } } }',
    );
    expect(body.errors.map(({ message }: { message: string }) => message)).toContain(
      'Cannot query field "persn" on type "Query". Did you mean "person"?',
    );
  });

  test('an error with a configured code of the service passes as it is', async () => {
    const message = 'An order of innerUser cannot be shown.';
    shop.people.instead = () => ({
      data: { innerUser: null },
      errors: [{ message, path: ['innerUser'], extensions: { code: 'NOT_NOW' } }],
    });
    const { body } = await httpPaths.query('{ p: person(id: "u1") { name } }');
    expect(body.errors).toEqual([{ message, path: ['p'], extensions: { code: 'NOT_NOW', subgraph: 'people' } }]);
    const quiet = await shop.httpPaths({ web: { definition: renaming } }, { subgraphErrors: 'none' });
    const silent = await quiet.query('{ p: person(id: "u1") { name } }');
    expect(silent.text).not.toContain('inner');
  });
});
