// Opaque tokens, verified by introspection (RFC 7662).
import { expect, test } from 'vitest';
import { type Subject, startAuthenticator } from './authenticator.ts';
import { type Issuer, type Mode, startIssuer } from './issuer.ts';

const clientSecret = 's3cret: with a space';

function authenticatorFor(issuer: Issuer, more = {}): Subject {
  return startAuthenticator({
    introspection: { url: issuer.introspection, clientId: 'gateway', clientSecret, ...more },
  });
}

const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

test('an active token has the identity of its introspection', async () => {
  const issuer = await startIssuer();
  const { bearer } = authenticatorFor(issuer);
  const exp = inSeconds(30);
  issuer.tokens.set('opaque+/=', { active: true, sub: 'u1', scope: 'read write', exp });
  expect(await bearer('opaque+/=')).toEqual({
    identity: {
      key: JSON.stringify([issuer.introspection, 'sub', 'u1']),
      subject: 'u1',
      issuer: issuer.introspection,
      scopes: ['read', 'write'],
      roles: [],
      claims: { active: true, sub: 'u1', scope: 'read write', exp },
    },
    token: 'opaque+/=',
    expires: exp * 1000 + 5000,
    revalidation: { interval: 60_000, isValid: expect.any(Function) },
  });
  const [requested] = issuer.questions;
  expect(requested?.body.get('token')).toBe('opaque+/=');
  const credentials = Buffer.from(requested?.authorization?.slice('Basic '.length) ?? '', 'base64').toString();
  expect(credentials).toBe('gateway:s3cret%3A+with+a+space');
});

test('a response is cached for a minute, or until the token expires', async () => {
  const issuer = await startIssuer();
  const { authenticator, bearer, clock, rejection } = authenticatorFor(issuer, { clockTolerance: 0 });
  issuer.tokens.set('long', { active: true, sub: 'u1' });
  issuer.tokens.set('short', { active: true, sub: 'u1', exp: Math.floor(clock.now / 1000) + 20 });
  await Promise.all(['long', 'long', 'long', 'short'].map(bearer));
  expect(issuer.questions).toHaveLength(2);
  const headers = { authorization: 'Bearer long' };
  expect(authenticator.authenticate({ headers, fromTrustedProxy: false })).toMatchObject({ token: 'long' });
  // The same object each time, for what is made once for an identity.
  expect((await bearer('long'))?.identity).toBe((await bearer('long'))?.identity);
  clock.now += 20_000;
  expect((await rejection('short')).message).toBe('The token has expired.');
  await bearer('long');
  expect(issuer.questions).toHaveLength(3);
  clock.now += 40_000;
  await bearer('long');
  expect(issuer.questions).toHaveLength(4);
});

test('an inactive token is rejected, and not introspected again at once', async () => {
  const issuer = await startIssuer();
  const { bearer, clock, rejection } = authenticatorFor(issuer);
  for (let attempt = 0; attempt < 3; attempt++) {
    expect(await rejection('stolen')).toMatchObject({ status: 401, message: 'The token is not active.' });
  }
  expect(issuer.questions).toHaveLength(1);
  issuer.tokens.set('stolen', { active: true, sub: 'u1' });
  clock.now += 10_000;
  expect(await bearer('stolen')).not.toBeNull();
});

test('unknown tokens evict no active ones', async () => {
  const issuer = await startIssuer();
  const { bearer, rejection } = authenticatorFor(issuer, { cache: { max: 2 } });
  issuer.tokens.set('real', { active: true, sub: 'u1' });
  await bearer('real');
  for (let index = 0; index < 10; index++) await rejection(`unknown-${index}`);
  await bearer('real');
  expect(issuer.questions).toHaveLength(11);
});

test.each<[string, Record<string, unknown>, string]>([
  ['has ended', { exp: inSeconds(-10) }, 'The token has expired.'],
  ['has not begun', { nbf: inSeconds(600) }, 'The token is not valid yet.'],
  ['is of another issuer', { iss: 'https://evil.example' }, 'The token is of an unknown issuer.'],
  ['is for another audience', { aud: 'billing' }, 'The token is meant for another audience.'],
  ['has no audience', { aud: undefined }, 'The token is meant for another audience.'],
  ['names no subject', { sub: undefined }, 'The token names no subject: it has no claim sub.'],
])('an active token that %s is rejected', async (_what, response, message) => {
  const issuer = await startIssuer();
  const { rejection } = authenticatorFor(issuer, { issuer: 'https://login.example', audience: 'shop' });
  issuer.tokens.set('opaque', { active: true, sub: 'u1', aud: ['shop'], ...response });
  expect(await rejection('opaque')).toMatchObject({ status: 401, message });
});

test.each<Mode>(['down', 'nonsense', 'endless', 'hanging'])(
  'without a response no token is called invalid: %s',
  async (mode) => {
    const issuer = await startIssuer();
    const { bearer, log, rejection } = authenticatorFor(issuer, { timeout: '200ms' });
    issuer.tokens.set('opaque', { active: true, sub: 'u1' });
    issuer.mode = mode;
    expect(await rejection('opaque')).toMatchObject({
      status: 503,
      extensions: { code: 'AUTHENTICATION_UNAVAILABLE' },
    });
    await rejection('opaque');
    expect(log.filter(({ level }) => level === 40)).toHaveLength(1);
    issuer.mode = 'up';
    expect(await bearer('opaque')).not.toBeNull();
    expect(JSON.stringify(log)).not.toMatch(/opaque|s3cret/);
  },
);

test.each([{ active: 'true', sub: 'u1' }, { sub: 'u1' }, { active: null }, []])(
  'a response without a Boolean `active` is unusable: %j',
  async (response) => {
    const issuer = await startIssuer();
    const { rejection } = authenticatorFor(issuer);
    issuer.tokens.set('opaque', response as Record<string, unknown>);
    expect((await rejection('opaque')).status).toBe(503);
  },
);

test('tokens of all formats are introspected, but those that an issuer of `jwt` has signed', async () => {
  const issuer = await startIssuer();
  const subject = startAuthenticator({
    jwt: [{ issuer: issuer.name, jwks: issuer.jwks }],
    introspection: { url: issuer.introspection, clientId: 'gateway', clientSecret },
  });
  expect(await subject.bearer(await issuer.sign())).not.toBeNull();
  expect((await subject.rejection(await issuer.sign({ exp: 1 }))).message).toBe('The token has expired.');
  expect(issuer.questions).toHaveLength(0);
  const foreign = await issuer.sign({ iss: 'https://other.example' });
  const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${foreign.split('.')[1]}.`;
  for (const token of [foreign, unsigned, 'v1.abc.def', 'a.b.c', 'a.b', 'a.b.c.d.e', '..']) {
    expect((await subject.rejection(token)).message).toBe('The token is not active.');
    issuer.tokens.set(`${token}x`, { active: true, sub: 'u2', iss: 'https://other.example' });
    expect((await subject.bearer(`${token}x`))?.identity).toMatchObject({
      subject: 'u2',
      issuer: 'https://other.example',
    });
  }
});
