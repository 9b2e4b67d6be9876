// Custom identities: what `identify` returns is who the caller is, over all transports, and no caller gets another's
// responses.
import { GraphQLError } from 'graphql';
import { expect, test } from 'vitest';
import type { Identify } from '../../gateway/index.ts';
import { PlainClient } from '../websocket/shop.ts';
import { expectMasked, startShop } from './shop.ts';

const bySession: Identify = async ({ headers, connectionParams }) => {
  const session = headers['x-session'] ?? (connectionParams as { session?: string } | undefined)?.session;
  return session === undefined ? null : { subject: `user ${session}`, roles: ['tester'], claims: { session } };
};

const seen: unknown[] = [];

const start = (identify: unknown, more = {}) =>
  startShop(
    {
      onOperation: (_, { identity, state }) => void state.set('who', identity?.subject),
      onResponse: (_, { state }) => void seen.push(state.get('who')),
    },
    { authentication: { identify: identify as Identify, ...more } },
  );

test('identifies callers of both HTTP paths and WebSockets, and keeps their responses apart', async () => {
  const { gateways, names } = await start(bySession);
  for (const gateway of gateways) {
    seen.length = 0;
    names.requested.length = 0;
    for (const session of ['a', 'b', 'a']) {
      const { cacheControl, headers } = await gateway.send('{ greeting }', { headers: { 'x-session': session } });
      expect(cacheControl).toMatch(/^private/);
      expect(String(headers.vary)).toContain('*');
    }
    await gateway.send('{ greeting }');
    const client = await PlainClient.open(`${gateway.origin.replace('http', 'ws')}/graphql`, { session: 'c' });
    await client.query('1', '{ greeting }');
    expect(seen).toEqual(['user a', 'user b', 'user a', undefined, 'user c']);
    expect(names.requested).toHaveLength(4);
  }
});

test('comes after other credentials: wrong ones reject, and `Authorization` is its own without issuers', async () => {
  const called: unknown[] = [];
  const identify: Identify = ({ headers }) => {
    called.push(headers.authorization);
    return null;
  };
  const secret = 'a secret that is long enough for HS256';
  const withIssuer = await start(identify, { jwt: [{ issuer: 'test', secret }] });
  const without = await start(identify);
  const headers = { authorization: 'Custom abc' };
  for (const gateway of withIssuer.gateways) expect((await gateway.send('{ greeting }', { headers })).status).toBe(401);
  expect(called).toEqual([]);
  for (const gateway of without.gateways) expect((await gateway.send('{ greeting }', { headers })).status).toBe(200);
  expect(called).toEqual(['Custom abc', 'Custom abc']);
});

test('rejects with the GraphQLError that it throws, or when it hangs', async () => {
  const rejecting = await start(() => {
    throw new GraphQLError('The session has ended.');
  });
  for (const gateway of rejecting.gateways) {
    const { status, errors } = await gateway.send('{ greeting }');
    expect([status, errors]).toMatchObject([
      401,
      [{ message: 'The session has ended.', extensions: { code: 'UNAUTHENTICATED' } }],
    ]);
  }
  const hanging = await start(() => new Promise(() => {}), { identifyTimeout: 20 });
  for (const gateway of hanging.gateways) {
    const { status, errors } = await gateway.send('{ greeting }');
    expect([status, errors?.[0]?.extensions.code]).toEqual([503, 'AUTHENTICATION_UNAVAILABLE']);
  }
  expect([...rejecting.names.requested, ...hanging.names.requested]).toEqual([]);
});

test.each([
  undefined,
  'u1',
  [],
  {},
  { subject: '' },
  { subject: 1 },
  { subject: 'x'.repeat(257) },
  { subject: 'u1', scopes: 'a b' },
  { subject: 'u1', roles: [1] },
  { subject: 'u1', claims: [] },
  { subject: 'u1', claims: { big: 1n } },
  { subject: 'u1', claims: { long: 'x'.repeat(20_000) } },
  { subject: 'u1', isAdmin: true },
  new Error('secret inside'),
])('a value of another shape is an error (%#)', async (value) => {
  const { gateways, names } = await start(() => value);
  for (const gateway of gateways) {
    const { status, text, errors } = await gateway.send('{ greeting }');
    expect(status).toBe(500);
    expect(text).not.toContain('secret');
    expectMasked(errors);
  }
  expect(names.requested).toEqual([]);
});
