// Credentials of a request: tokens, API keys, user headers of a trusted proxy, a WebSocket's payload.
import { hash } from 'node:crypto';
import { expect, test } from 'vitest';
import { rejectionOf, startAuthenticator } from './authenticator.ts';
import { startIssuer } from './issuer.ts';

const key = 'concierge_warehouse';
const keyConfig = { name: 'warehouse', hash: `sha256:${hash('sha256', key).toUpperCase()}`, scopes: ['orders:read'] };
const otherKey = { name: 'desk', hash: `sha256:${hash('sha256', 'other')}`, ratePlan: 'gold', roles: ['support'] };
const apiKeys = { keys: [keyConfig, otherKey] };

test('a request without credentials is anonymous', async () => {
  const { present } = startAuthenticator({ apiKeys });
  expect(await present({})).toBeNull();
  expect(await present({ 'x-user-id': 'u1' })).toBeNull();
});

test('an API key is an identity with what the configuration gives it', async () => {
  const { authenticator, present } = startAuthenticator({ apiKeys });
  const found = authenticator.authenticate({ headers: { 'x-api-key': key }, fromTrustedProxy: false });
  expect(found).toEqual({
    identity: {
      key: '["api-key","name","warehouse"]',
      subject: 'warehouse',
      issuer: 'api-key',
      scopes: ['orders:read'],
      roles: [],
      claims: {},
    },
    token: null,
    expires: null,
    withdrawn: expect.any(AbortSignal),
  });
  expect((await present({ 'x-api-key': 'other' }))?.identity).toMatchObject({ subject: 'desk', ratePlan: 'gold' });
});

test.each(['wrong', `${key} `, key.toUpperCase(), `${key}, ${key}`, 'x'.repeat(100_000), keyConfig.hash])(
  'an unknown API key is rejected and never anonymous (%#)',
  async (wrong) => {
    const { log, present } = startAuthenticator({ apiKeys });
    expect(await rejectionOf(() => present({ 'x-api-key': wrong }))).toMatchObject({
      status: 401,
      message: 'The API key is not known.',
      challenge: 'Bearer realm="graphql", error="invalid_token", error_description="The API key is not known."',
    });
    expect(JSON.stringify(log)).not.toContain(wrong);
  },
);

test('API keys come in the header that the configuration names', async () => {
  const { present } = startAuthenticator({ apiKeys: { header: 'X-Shop-Key', ...apiKeys } });
  expect(await present({ 'x-shop-key': key })).not.toBeNull();
  expect(await present({ 'x-api-key': key })).toBeNull();
});

test('two kinds of credentials at once are rejected, even where both are valid', async () => {
  const issuer = await startIssuer();
  const { present } = startAuthenticator({ apiKeys, jwt: [{ issuer: issuer.name, jwks: issuer.jwks }] });
  const both = { 'x-api-key': key, authorization: `Bearer ${await issuer.sign()}` };
  expect(await rejectionOf(() => present(both))).toMatchObject({
    status: 400,
    message: 'The request has more than one kind of credentials.',
    extensions: { code: 'UNAUTHENTICATED' },
  });
});

test.each(['Basic dTE6cHc=', 'Digest a', 'Bearer', 'Bearer ', 'BearerX a', ' Bearer a', 'Bearer a, Bearer b'])(
  'an invalid Authorization header is rejected: %j',
  async (authorization) => {
    const { present } = startAuthenticator({ apiKeys });
    const { status, challenge } = await rejectionOf(() => present({ authorization }));
    expect(status).toBe(401);
    expect(challenge).toContain('error="invalid_request"');
  },
);

test('a token is rejected where no tokens are accepted', async () => {
  const issuer = await startIssuer();
  const { rejection } = startAuthenticator({});
  expect((await rejection(await issuer.sign())).status).toBe(401);
  expect((await rejection('opaque')).message).toBe(
    'Tokens are not accepted: the gateway has no issuers in `authentication`, and "authorization" is not in `forward.headers`.',
  );
});

test('a trusted proxy names the user, and no other client can', () => {
  const { authenticator } = startAuthenticator({ identityHeader: {} });
  const headers = { 'x-user-id': 'u1' };
  const found = authenticator.authenticate({ headers, fromTrustedProxy: true });
  expect(found).toMatchObject({
    identity: { key: '["header","x-user-id","u1"]', subject: 'u1', issuer: 'header' },
    token: null,
  });
  expect(authenticator.authenticate({ headers: { ...headers }, fromTrustedProxy: true })).toBe(found);
  expect(authenticator.authenticate({ headers, fromTrustedProxy: false })).toBeNull();
  expect(authenticator.authenticate({ headers: { 'x-user-id': '' }, fromTrustedProxy: true })).toBeNull();
});

test.each(['u1, admin', 'u'.repeat(257)])(
  'a proxy that lets a second name through is not believed (%#)',
  async (name) => {
    const { authenticator } = startAuthenticator({ identityHeader: {} });
    const error = await rejectionOf(() =>
      authenticator.authenticate({ headers: { 'x-user-id': name }, fromTrustedProxy: true }),
    );
    expect(error).toMatchObject({ status: 401, message: 'The header x-user-id does not name one user.' });
  },
);

test('a proxy may leave in credentials that it has verified, unless the gateway accepts them as well', async () => {
  const headers = { 'x-user-id': 'u1', authorization: 'Basic dTE6cHc=' };
  const plain = startAuthenticator({ identityHeader: {} }).authenticator;
  expect(plain.authenticate({ headers, fromTrustedProxy: true })).toMatchObject({ identity: { subject: 'u1' } });
  expect(plain.authenticate({ headers: { ...headers, 'x-user-id': '' }, fromTrustedProxy: true })).toBeNull();
  const issuer = await startIssuer();
  const jwt = [{ issuer: issuer.name, jwks: issuer.jwks }];
  const { authenticator } = startAuthenticator({ identityHeader: {}, jwt });
  const token = { authorization: `Bearer ${await issuer.sign({ sub: 'u2' })}` };
  const both = () => authenticator.authenticate({ headers: { ...headers, ...token }, fromTrustedProxy: true });
  expect((await rejectionOf(both)).status).toBe(400);
  // From any other address the name is no credentials at all.
  const direct = await authenticator.authenticate({ headers: { ...headers, ...token }, fromTrustedProxy: false });
  expect(direct?.identity.subject).toBe('u2');
});

test('a WebSocket brings its credentials in its payload or in its upgrade request', async () => {
  const issuer = await startIssuer();
  const jwt = [{ issuer: issuer.name, jwks: issuer.jwks }];
  const { authenticator } = startAuthenticator({ jwt, apiKeys, identityHeader: {} });
  const authorization = `Bearer ${await issuer.sign()}`;
  const connect = async (payload: unknown, headers = {}) =>
    (await authenticator.authenticateConnection(payload, { headers, fromTrustedProxy: true }))?.identity.subject;
  for (const payload of [
    { authorization },
    { Authorization: authorization },
    { headers: { authorization } },
    { headers: { AUTHORIZATION: authorization }, authorization: null },
  ]) {
    expect(await connect(payload)).toBe('u1');
  }
  expect(await connect({ 'X-API-Key': key })).toBe('warehouse');
  expect(await connect(undefined, { authorization })).toBe('u1');
  expect(await connect({ authorization }, { authorization })).toBe('u1');
  for (const payload of [undefined, null, {}, 'text', 7, [], { headers: null }, { authorization: undefined }]) {
    expect(await connect(payload)).toBeUndefined();
  }
});

test('a WebSocket with wrong credentials is rejected like any request', async () => {
  const { authenticator } = startAuthenticator({ apiKeys, identityHeader: {} });
  const rejection = (payload: unknown, headers = {}) =>
    rejectionOf(() => authenticator.authenticateConnection(payload, { headers, fromTrustedProxy: false }));
  expect((await rejection({ authorization: 'Bearer a.b.c' })).status).toBe(401);
  expect((await rejection({ authorization: { token: 'a' } })).message).toBe(
    "The connection's authorization is no text.",
  );
  expect((await rejection({ authorization: 'Bearer a' }, { authorization: 'Bearer b' })).status).toBe(400);
  expect((await rejection({ authorization: 'Bearer a', Authorization: 'Bearer b' })).status).toBe(400);
  expect((await rejection({ authorization: 'Bearer a', 'x-api-key': key })).status).toBe(400);
});

test('a payload cannot name a user in place of a proxy', async () => {
  const { authenticator } = startAuthenticator({ identityHeader: {} });
  const payload = { 'x-user-id': 'admin', headers: { 'x-user-id': 'admin' } };
  expect(authenticator.authenticateConnection(payload, { headers: {}, fromTrustedProxy: true })).toBeNull();
});
