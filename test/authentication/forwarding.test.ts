// Forwarding of the caller to subgraphs: identity, claims and headers that they get, and headers that never pass.

import { createSecretKey } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { jwtVerify } from 'jose';
import { request } from 'undici';
import { expect, onTestFinished, test } from 'vitest';
import type { z } from 'zod';
import { authentication } from '../../gateway/config/authentication.ts';
import { type ForwardingConfig, forward, forwardingProblems } from '../../gateway/config/forwarding.ts';
import type { Authenticated } from '../../gateway/policy/authentication/authenticated.ts';
import { createIdentity } from '../../gateway/policy/authentication/identity.ts';
import { createForwarding, type ForwardedHeaders } from '../../gateway/policy/forwarding/forwarding.ts';
import { makeKey } from './issuer.ts';

type Section = z.input<typeof forward>;

const secret = 'shared by the gateway and its subgraphs';

function configOf(
  common: Section,
  own: Record<string, Section | undefined> = { users: undefined },
  section: z.input<typeof authentication> = {},
): ForwardingConfig {
  return {
    authentication: authentication.parse(section),
    forward: forward.parse(common),
    subgraphs: Object.fromEntries(
      Object.entries(own).map(([name, written]) => [name, written ? { forward: forward.parse(written) } : {}]),
    ),
  };
}

function someone(claims: Record<string, unknown> = {}, more: Partial<Authenticated> = {}): Authenticated {
  const subject = String(claims.sub ?? 'u1');
  const issuer = 'https://login';
  const key = [issuer, 'sub', subject];
  const identity = createIdentity({ subject, issuer, scopes: ['a', 'b'], roles: ['r'], claims }, key);
  return { identity, token: 'the.users.token', expires: null, ...more };
}

/** The headers that `users` gets. */
async function forwarded(common: Section, headers: IncomingHttpHeaders, authenticated: Authenticated | null = null) {
  return (
    await createForwarding(configOf(common)).prepare({ headers, authenticated, address: '192.0.2.1' })
  ).headersFor('users');
}

test('nothing is forwarded without configuration', async () => {
  const headers = { authorization: 'Bearer x', cookie: 'a=b', 'x-tenant': 't', 'x-user-id': 'admin' };
  const forwarding = createForwarding(configOf({}));
  const one = forwarding.prepare({ headers, authenticated: someone(), address: '192.0.2.1' }) as ForwardedHeaders;
  expect(one.headersFor('users')).toEqual([]);
  // Not even an object is made for it.
  expect(forwarding.prepare({ headers: {}, authenticated: null, address: '192.0.2.1' })).toBe(one);
});

test('the verified token is forwarded, and no other Authorization header', async () => {
  const headers = { authorization: 'Bearer something else' };
  expect(await forwarded({ token: true }, headers, someone())).toEqual(['authorization', 'Bearer the.users.token']);
  expect(await forwarded({ token: true }, headers, null)).toEqual([]);
  expect(await forwarded({ token: true }, headers, someone({}, { token: null }))).toEqual([]);
});

test('client headers on the list are forwarded as they are, in the order of the list', async () => {
  const section = { headers: ['X-Tenant', 'cookie', 'accept-language', 'x-empty', 'constructor', 'x-tenant'] };
  const headers = { 'accept-language': 'de', cookie: 'a=b', 'x-other': 'o', 'x-empty': '', 'x-tenant': 'caf\xe9' };
  expect(await forwarded(section, headers)).toEqual([
    ...['x-tenant', 'caf\xe9'],
    ...['cookie', 'a=b'],
    ...['accept-language', 'de'],
    ...['x-empty', ''],
  ]);
});

test('a header that belongs to the connection ends here', async () => {
  const section = { headers: ['x-tenant', 'x-trace'] };
  const headers = { 'x-tenant': 't', 'x-trace': '1', connection: 'keep-alive, X-Tenant' };
  expect(await forwarded(section, headers)).toEqual(['x-trace', '1']);
});

test('a header that no socket could receive is not sent either', async () => {
  const section = { headers: ['x-tenant'] };
  for (const value of ['a\r\nx-user-id: admin', 'a\nb', 'a\0b', '名']) {
    expect(await forwarded(section, { 'x-tenant': value })).toEqual([]);
  }
});

test('claims become headers, whatever the credentials', async () => {
  const claims = {
    'x-user-id': 'sub',
    'x-roles': 'roles',
    'x-scope': 'scope',
    'x-issuer': 'iss',
    'x-org': 'org.id',
    'x-none': 'none',
  };
  expect(await forwarded({ claims }, {}, someone({ org: { id: 7 } }))).toEqual([
    ...['x-user-id', 'u1'],
    ...['x-roles', 'r'],
    ...['x-scope', 'a b'],
    ...['x-issuer', 'https://login'],
    ...['x-org', '7'],
  ]);
  expect(await forwarded({ claims }, { 'x-user-id': 'admin' }, null)).toEqual([]);
});

test.each<[unknown, string]>([
  ['auth0|123', 'auth0|123'],
  ['u1\r\nx-user-id: admin', 'u1%0D%0Ax-user-id: admin'],
  ['Zoë', 'Zo%C3%AB'],
  ['名', '%E5%90%8D'],
  ['100%41', '100%2541'],
  [' padded ', '%20padded%20'],
  ['\0\x7f', '%00%7F'],
  ['\ud800', '%EF%BF%BD'],
  [['a,b', 'c\n'], 'a%2Cb,c%0A'],
  [true, 'true'],
  [{ a: 'ü' }, '{"a":"%C3%BC"}'],
  ['', ''],
])('the claim %j reaches a subgraph as %j, on one line', async (claim, value) => {
  const list = await forwarded({ claims: { 'x-claim': 'claim' } }, {}, someone({ claim }));
  expect(list).toEqual(['x-claim', value]);
  expect((await received(list))['x-claim']).toBe(value);
});

/** The headers as a real server receives them. */
async function received(list: readonly string[]): Promise<IncomingHttpHeaders> {
  const server = createServer((message, response) => response.end(JSON.stringify(message.headers)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const { body } = await request(`http://127.0.0.1:${port}`, { headers: [...list] });
  return (await body.json()) as IncomingHttpHeaders;
}

test('a signed statement identifies the caller, for services with the secret', async () => {
  const signed = { secret, claims: ['org.id', 'sub', 'exp', 'scope'] };
  const claims = { org: { id: 7 }, sub: 'u1', exp: 1, scope: 'a b' };
  const [header, statement, ...rest] = await forwarded(
    { signed },
    { 'x-concierge-identity': 'forged' },
    someone(claims),
  );
  expect([header, rest]).toEqual(['x-concierge-identity', []]);
  const { payload, protectedHeader } = await jwtVerify(statement!, createSecretKey(Buffer.from(secret)));
  expect(protectedHeader).toEqual({ alg: 'HS256', typ: 'JWT' });
  expect(payload).toEqual({
    iss: 'concierge',
    sub: 'u1',
    subject_issuer: 'https://login',
    scope: 'a b',
    roles: ['r'],
    'org.id': 7,
    iat: expect.any(Number),
    exp: payload.iat! + 300,
  });
  expect(await forwarded({ signed }, {}, null)).toEqual([]);
});

test.each(['RS256', 'ES256', 'EdDSA'])('a statement can be signed with a private key: %s', async (alg) => {
  const { privateKey, publicKey } = makeKey('own', alg);
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const [, statement] = await forwarded({ signed: { key, header: 'X-Who' } }, {}, someone());
  expect((await jwtVerify(statement!, publicKey, { algorithms: [alg] })).payload.sub).toBe('u1');
});

test('a statement is signed once, renewed before it ends, and never outlives its token', async () => {
  const clock = { now: Date.now() };
  const forwarding = createForwarding(configOf({ signed: { secret } }), () => clock.now);
  const authenticated = someone();
  const prepare = () => forwarding.prepare({ headers: {}, authenticated, address: '192.0.2.1' });
  const statementOf = (prepared: ForwardedHeaders) => prepared.headersFor('users')[1];
  const all = (await Promise.all([prepare(), prepare()])).map(statementOf);
  expect(all[0]).toBe(all[1]);
  clock.now += 200_000;
  expect(statementOf(prepare() as ForwardedHeaders)).toBe(all[0]);
  clock.now += 30_000;
  // The old one still serves this request, which does not wait for the new one.
  const renewing = prepare() as ForwardedHeaders;
  expect(statementOf(renewing)).toBe(all[0]);
  await expect.poll(() => statementOf(prepare() as ForwardedHeaders)).not.toBe(all[0]);
  expect(renewing.keyFor('users')).toBe((prepare() as ForwardedHeaders).keyFor('users'));
  clock.now += 400_000;
  expect(prepare()).toBeInstanceOf(Promise);

  const ending = someone({}, { expires: clock.now + 60_000 });
  const [, statement] = (
    await forwarding.prepare({ headers: {}, authenticated: ending, address: '192.0.2.1' })
  ).headersFor('users');
  const { payload } = await jwtVerify(statement!, createSecretKey(Buffer.from(secret)), {
    currentDate: new Date(clock.now),
  });
  expect(payload.exp! * 1000).toBeLessThanOrEqual(ending.expires!);
});

test("a subgraph's own section replaces the common one, and others share theirs", async () => {
  const own = { users: undefined, orders: { headers: ['x-orders'] }, products: {}, stock: undefined };
  const forwarding = createForwarding(configOf({ headers: ['x-common'], signed: { secret } }, own));
  const headers = { 'x-common': '1', 'x-orders': '2' };
  const prepared = await forwarding.prepare({ headers, authenticated: someone(), address: '192.0.2.1' });
  expect(prepared.headersFor('users')).toEqual(['x-common', '1', 'x-concierge-identity', expect.any(String)]);
  expect(prepared.headersFor('stock')).toBe(prepared.headersFor('users'));
  expect(prepared.headersFor('orders')).toEqual(['x-orders', '2']);
  expect(prepared.headersFor('products')).toEqual([]);
  // One that only a supergraph names.
  expect(prepared.headersFor('shipping')).toBe(prepared.headersFor('users'));
});

test('the key differs by what is forwarded to a subgraph, and by nothing else', async () => {
  const forwarding = createForwarding(configOf({ headers: ['x-a', 'x-b'], signed: { secret } }));
  const keyOf = async (headers: IncomingHttpHeaders, authenticated: Authenticated | null) =>
    (await forwarding.prepare({ headers, authenticated, address: '192.0.2.1' })).keyFor('users');
  const different = await Promise.all([
    keyOf({}, null),
    keyOf({}, someone()),
    keyOf({}, someone({ sub: 'u2' })),
    keyOf({ 'x-a': '1' }, null),
    keyOf({ 'x-b': '1' }, null),
    keyOf({ 'x-a': '1","x-b","1' }, null),
    keyOf({ 'x-a': '1', 'x-b': '1' }, null),
  ]);
  expect(new Set(different).size).toBe(different.length);
  expect(await keyOf({ 'x-a': '1', 'x-other': '2' }, someone())).toBe(await keyOf({ 'x-a': '1' }, someone()));
});

test.each([
  'connection',
  'Keep-Alive',
  'te',
  'Trailer',
  'transfer-encoding',
  'upgrade',
  'proxy-authorization',
  'proxy-connection',
  'host',
  'content-length',
  'content-type',
  'accept',
  'accept-encoding',
  'forwarded',
  'x-forwarded-for',
  'X-Forwarded-Host',
  'x-request-id',
])('%s cannot be put on the list', (header) => {
  const { error } = forward.safeParse({ headers: ['x-fine', header] });
  expect(error?.issues).toMatchObject([
    { path: ['headers', 1], message: expect.stringMatching(/^it cannot be passed/) },
  ]);
});

test.each<[string, z.input<typeof authentication>, Section, Record<string, Section>]>([
  ['x-user-id', {}, { headers: ['X-User-Id'], claims: { 'x-user-id': 'sub' } }, {}],
  ['x-user-id', {}, { headers: ['x-user-id'] }, { orders: { claims: { 'X-User-ID': 'sub' } } }],
  ['x-who', {}, { headers: ['x-who'], signed: { header: 'X-Who', secret } }, {}],
  ['x-named', { identityHeader: { name: 'X-Named' } }, { headers: ['x-named'] }, {}],
  [
    'x-api-key',
    { apiKeys: { keys: [{ name: 'a', hash: `sha256:${'0'.repeat(64)}` }] } },
    { headers: ['x-api-key'] },
    {},
  ],
])('%s identifies the caller and cannot be put on any list (%#)', (header, section, common, own) => {
  const config = configOf(common, { users: undefined, ...own }, section);
  expect(forwardingProblems(config)).toEqual([
    {
      path: ['forward', 'headers', 0],
      message: 'it carries the identity or the address of the caller: clients must not set it',
    },
  ]);
  expect(() => createForwarding(config)).toThrow(`The header ${header} cannot be forwarded from clients.`);
});

test("a subgraph's own list is checked as well", () => {
  const config = configOf({ claims: { 'x-user-id': 'sub' } }, { orders: { headers: ['x-user-id'] } });
  expect(forwardingProblems(config)).toMatchObject([{ path: ['subgraphs', 'orders', 'forward', 'headers', 0] }]);
  expect(() => createForwarding(config)).toThrow('The header x-user-id cannot be forwarded from clients.');
});
