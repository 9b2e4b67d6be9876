// Ways around an unauthorized field, all of them closed: other names, services, caches, keys, subscriptions,
// introspection.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { codesOf, type Fixtures, firstEvent, post, startFixtures } from './fixtures.ts';

let fixtures: Fixtures;
let url: string;

beforeAll(async () => {
  fixtures = await startFixtures();
  url = await fixtures.start();
});
afterAll(() => fixtures.stop());

test('a response cached for an authorized caller is not served to an unauthorized one', async () => {
  const cached = await fixtures.start({ cache: { entities: true, defaultMaxAge: 60 } });
  const query = '{ me { name email wage badge { code } } }';
  const headers = await fixtures.identities.signedIn('u1', 'hr', 'read');
  const badge = { code: 'xyz' };
  for (let time = 0; time < 2; time += 1) {
    fixtures.requested();
    expect((await post(cached, { query, headers })).response).toEqual({
      data: { me: { name: 'Ann', email: 'u1@example.com', wage: 70, badge } },
    });
    // The second time it comes from the cache.
    if (time === 1) expect(fixtures.requested()).toEqual([]);
    const { response, text } = await post(cached, { query });
    expect(response.data).toEqual({ me: { name: 'Ann', email: null, wage: null, badge: { code: null } } });
    expect(text).not.toMatch(/example|70|xyz/);
    const other = await post(cached, { query, headers: await fixtures.identities.signedIn('u1') });
    expect(other.response.data).toEqual({ me: { name: 'Ann', email: 'u1@example.com', wage: null, badge } });
  }
});

test('a field that a computed field requires is fetched for it, and is in the response under no name', async () => {
  fixtures.requested();
  const { response, text } = await post(url, {
    query: '{ me { discount ...w a: wage } topSeller { discount } } fragment w on User { id: wage }',
  });
  expect(response.data).toEqual({ me: { discount: 7, id: null, a: null }, topSeller: { discount: 9 } });
  expect(codesOf(response)).toEqual(['me.a: UNAUTHENTICATED', 'me.id: UNAUTHENTICATED']);
  expect(text).not.toMatch(/70|90/);
  expect(fixtures.requested().join('\n')).toMatch(/\bwage\b/);
});

test.each(['_users(ids: ["u1"])', '_shoppers(ids: ["u1"])', '_entities(representations: [])'])(
  'lookup fields are not for clients: %s',
  async (field) => {
    fixtures.requested();
    const { response } = await post(url, { query: `{ ${field} { email } }` });
    expect(response.errors?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(fixtures.requested()).toEqual([]);
  },
);

test.each([
  ['by its own name', '{ topSeller { nick } }'],
  ['under an alias', '{ topSeller { name: nick } }'],
  ['by way of the other service', '{ topSeller { name friends { nick } } }'],
  ['from a list', '{ users { friends { nick } } }'],
])('a field that one service guards is denied where another serves it: %s', async (_way, query) => {
  fixtures.requested();
  const { response, text } = await post(url, { query });
  expect(new Set(codesOf(response).map((line) => line.split(': ')[1]))).toEqual(new Set(['UNAUTHENTICATED']));
  expect(text).not.toMatch(/"an"|"be"/);
  expect(fixtures.requested().join('\n')).not.toMatch(/nick/);
});

test('introspection shows fields and types, but neither their values nor their access rules', async () => {
  const { response, text } = await post(url, {
    query: '{ __type(name: "User") { fields { name } } __schema { directives { name } } me { __typename email } }',
  });
  expect(response.data).toMatchObject({ me: { __typename: 'User', email: null } });
  expect(text).toContain('"wage"');
  expect(text).not.toMatch(/authenticated|requiresScopes|rateLimit|policy/);
});

test('introspection is in the response beside a denied root field', async () => {
  const { response } = await post(url, { query: '{ __typename pin __type(name: "Vault") { name } }' });
  expect(response.data).toEqual({ __typename: 'Query', pin: null, __type: { name: 'Vault' } });
  expect(codesOf(response)).toEqual(['pin: UNAUTHENTICATED']);
});

test('an argument or a variable of a denied field is not sent to the service', async () => {
  fixtures.requested();
  const query = 'mutation ($name: String!) { rename(name: $name) { id } count }';
  const { response } = await post(url, { query, variables: { name: 'Mallory' } });
  expect(response.data).toEqual({ rename: null, count: 1 });
  expect(fixtures.requested().map((text) => text.replace(/\s+/g, ' '))).toEqual(['mutation { count }']);
});

test('a field that is null has no error of policies', async () => {
  const { response } = await post(url, { query: '{ user(id: "missing") { email orders { total } } }' });
  expect(response).toEqual({ data: { user: null } });
});

test('denied fields are null in an event, and are not fetched', async () => {
  fixtures.requested();
  const query = 'subscription { ticks { number whisper user { name points badge { label code } email } } }';
  const { response } = await firstEvent(url, { query });
  expect(response.data).toEqual({
    ticks: {
      number: 1,
      whisper: null,
      user: { name: 'Ann', points: 3, badge: { label: 'gold', code: null }, email: null },
    },
  });
  expect(codesOf(response)).toEqual([
    'ticks.user.badge.code: UNAUTHENTICATED',
    'ticks.user.email: UNAUTHENTICATED',
    'ticks.whisper: UNAUTHENTICATED',
  ]);
  expect(fixtures.requested().join('\n')).not.toMatch(/whisper|email|code/);
  const headers = await fixtures.identities.signedIn('u1');
  const allowed = await firstEvent(url, { query, headers });
  expect(allowed.response).toEqual({
    data: {
      ticks: {
        number: 1,
        whisper: 'psst',
        user: { name: 'Ann', points: 3, badge: { label: 'gold', code: 'xyz' }, email: 'u1@example.com' },
      },
    },
  });
});

test('a subscription with a denied event is not started', async () => {
  fixtures.requested();
  const { response } = await firstEvent(url, { query: 'subscription { secretTicks }' });
  expect(response.data ?? null).toBeNull();
  expect(codesOf(response)).toEqual(['secretTicks: UNAUTHENTICATED']);
  expect(fixtures.requested()).toEqual([]);
});
