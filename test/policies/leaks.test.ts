// Ways around a denial that must not be any: other names, other services, caches, keys, subscriptions, introspection.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { codesOf, firstEvent, post, startWorld, type World } from './world.ts';

let world: World;
let url: string;

beforeAll(async () => {
  world = await startWorld();
  url = await world.start();
});
afterAll(() => world.stop());

test('an answer that was kept for somebody who may is not given to somebody who may not', async () => {
  const cached = await world.start({ cache: { entities: true, defaultMaxAge: 60 } });
  const query = '{ me { name email wage badge { code } } }';
  const headers = await world.identities.signedIn('u1', 'hr', 'read');
  const badge = { code: 'xyz' };
  for (let time = 0; time < 2; time += 1) {
    world.asked();
    expect((await post(cached, { query, headers })).answer).toEqual({
      data: { me: { name: 'Ann', email: 'u1@example.com', wage: 70, badge } },
    });
    // The second time it comes from the cache.
    if (time === 1) expect(world.asked()).toEqual([]);
    const { answer, text } = await post(cached, { query });
    expect(answer.data).toEqual({ me: { name: 'Ann', email: null, wage: null, badge: { code: null } } });
    expect(text).not.toMatch(/example|70|xyz/);
    const other = await post(cached, { query, headers: await world.identities.signedIn('u1') });
    expect(other.answer.data).toEqual({ me: { name: 'Ann', email: 'u1@example.com', wage: null, badge } });
  }
});

test('what a computed field needs goes up for it, and comes out under no name', async () => {
  world.asked();
  const { answer, text } = await post(url, {
    query: '{ me { discount ...w a: wage } topSeller { discount } } fragment w on User { id: wage }',
  });
  expect(answer.data).toEqual({ me: { discount: 7, id: null, a: null }, topSeller: { discount: 9 } });
  expect(codesOf(answer)).toEqual(['me.a: UNAUTHENTICATED', 'me.id: UNAUTHENTICATED']);
  expect(text).not.toMatch(/70|90/);
  expect(world.asked().join('\n')).toMatch(/\bwage\b/);
});

test.each(['_users(ids: ["u1"])', '_shoppers(ids: ["u1"])', '_entities(representations: [])'])(
  'look-ups are not for clients: %s',
  async (field) => {
    world.asked();
    const { answer } = await post(url, { query: `{ ${field} { email } }` });
    expect(answer.errors?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(world.asked()).toEqual([]);
  },
);

test.each([
  ['by its own name', '{ topSeller { nick } }'],
  ['under an alias', '{ topSeller { name: nick } }'],
  ['by way of the other service', '{ topSeller { name friends { nick } } }'],
  ['from a list', '{ users { friends { nick } } }'],
])('a field that one service guards is denied where another serves it: %s', async (_way, query) => {
  world.asked();
  const { answer, text } = await post(url, { query });
  expect(new Set(codesOf(answer).map((line) => line.split(': ')[1]))).toEqual(new Set(['UNAUTHENTICATED']));
  expect(text).not.toMatch(/"an"|"be"/);
  expect(world.asked().join('\n')).not.toMatch(/nick/);
});

test('introspection shows what there is, and nothing of what it holds or who may have it', async () => {
  const { answer, text } = await post(url, {
    query: '{ __type(name: "User") { fields { name } } __schema { directives { name } } me { __typename email } }',
  });
  expect(answer.data).toMatchObject({ me: { __typename: 'User', email: null } });
  expect(text).toContain('"wage"');
  expect(text).not.toMatch(/authenticated|requiresScopes|rateLimit|policy/);
});

test('beside what is denied at the root, introspection is answered', async () => {
  const { answer } = await post(url, { query: '{ __typename pin __type(name: "Vault") { name } }' });
  expect(answer.data).toEqual({ __typename: 'Query', pin: null, __type: { name: 'Vault' } });
  expect(codesOf(answer)).toEqual(['pin: UNAUTHENTICATED']);
});

test('an argument or a variable of a denied field does not go up', async () => {
  world.asked();
  const query = 'mutation ($name: String!) { rename(name: $name) { id } count }';
  const { answer } = await post(url, { query, variables: { name: 'Mallory' } });
  expect(answer.data).toEqual({ rename: null, count: 1 });
  expect(world.asked().map((text) => text.replace(/\s+/g, ' '))).toEqual(['mutation { count }']);
});

test('what is null is no error of policies', async () => {
  const { answer } = await post(url, { query: '{ user(id: "nobody") { email orders { total } } }' });
  expect(answer).toEqual({ data: { user: null } });
});

test('an event comes without what is denied of it, and nobody asks for that', async () => {
  world.asked();
  const query = 'subscription { ticks { number whisper user { name points badge { label code } email } } }';
  const { answer } = await firstEvent(url, { query });
  expect(answer.data).toEqual({
    ticks: {
      number: 1,
      whisper: null,
      user: { name: 'Ann', points: 3, badge: { label: 'gold', code: null }, email: null },
    },
  });
  expect(codesOf(answer)).toEqual([
    'ticks.user.badge.code: UNAUTHENTICATED',
    'ticks.user.email: UNAUTHENTICATED',
    'ticks.whisper: UNAUTHENTICATED',
  ]);
  expect(world.asked().join('\n')).not.toMatch(/whisper|email|code/);
  const headers = await world.identities.signedIn('u1');
  const allowed = await firstEvent(url, { query, headers });
  expect(allowed.answer).toEqual({
    data: {
      ticks: {
        number: 1,
        whisper: 'psst',
        user: { name: 'Ann', points: 3, badge: { label: 'gold', code: 'xyz' }, email: 'u1@example.com' },
      },
    },
  });
});

test('a subscription whose event is denied is not begun', async () => {
  world.asked();
  const { answer } = await firstEvent(url, { query: 'subscription { secretTicks }' });
  expect(answer.data ?? null).toBeNull();
  expect(codesOf(answer)).toEqual(['secretTicks: UNAUTHENTICATED']);
  expect(world.asked()).toEqual([]);
});
