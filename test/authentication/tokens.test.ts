// JSON Web Tokens, valid and invalid: tokens that an attacker can write, and those of a careless issuer.
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { exportJWK } from 'jose';
import { expect, test } from 'vitest';
import { startAuthenticator } from './authenticator.ts';
import { makeKey, signWith, startIssuer } from './issuer.ts';

const hour = 3600;
const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

test('a token identifies the caller, with scopes, roles and expiry', async () => {
  const issuer = await startIssuer();
  const { bearer } = startAuthenticator({ jwt: [{ issuer: issuer.name, jwks: issuer.jwks }] });
  const exp = inSeconds(60);
  const token = await issuer.sign({ exp, scope: 'orders:read  orders:write', scp: ['more'], roles: ['support', 7] });
  expect(await bearer(token)).toEqual({
    identity: {
      key: JSON.stringify([issuer.name, 'sub', 'u1']),
      subject: 'u1',
      issuer: issuer.name,
      scopes: ['orders:read', 'orders:write', 'more'],
      roles: ['support'],
      claims: expect.objectContaining({ sub: 'u1', exp }),
    },
    token,
    expires: exp * 1000 + 5000,
  });
});

test('a verified token is cached, until it expires or is a minute old', async () => {
  const issuer = await startIssuer();
  const { authenticator, bearer, clock, rejection } = startAuthenticator({
    jwt: [{ issuer: issuer.name, jwks: issuer.jwks, clockTolerance: 0 }],
  });
  const token = await issuer.sign({ exp: Math.floor(clock.now / 1000) + 90 });
  const headers = { authorization: `bearer ${token}` };
  const first = await bearer(token);
  expect(authenticator.authenticate({ headers, fromTrustedProxy: false })).toBe(first);
  clock.now += 60_000;
  const again = authenticator.authenticate({ headers, fromTrustedProxy: false });
  expect(again).toBeInstanceOf(Promise);
  expect(await again).toEqual(first);
  clock.now += 30_000;
  expect((await rejection(token)).message).toBe('The token has expired.');
});

test('the claims of a token are read-only: no request can change them for the next', async () => {
  const issuer = await startIssuer();
  const { bearer } = startAuthenticator({ jwt: [{ issuer: issuer.name, jwks: issuer.jwks }] });
  const found = await bearer(await issuer.sign({ scope: 'read', deep: { list: [1] } }));
  const { scopes, claims } = found!.identity;
  expect(() => (scopes as string[]).push('write')).toThrow(TypeError);
  expect(() => ((claims.deep as { list: number[] }).list[0] = 2)).toThrow(TypeError);
});

test('claims are found by a URL as their name, or by a path', async () => {
  const issuer = await startIssuer();
  const claims = {
    subject: 'user.id',
    scopes: 'https://example.com/scopes',
    roles: ['realm_access.roles', 'https://example.com/roles'],
  };
  const { bearer, rejection } = startAuthenticator({ jwt: [{ issuer: issuer.name, jwks: issuer.jwks, claims }] });
  const token = await issuer.sign({
    user: { id: '42' },
    'https://example.com/scopes': 'a b',
    realm_access: { roles: ['admin'] },
    'https://example.com/roles': ['support'],
  });
  expect((await bearer(token))?.identity).toMatchObject({
    subject: '42',
    scopes: ['a', 'b'],
    roles: ['admin', 'support'],
  });
  // Neither what every object has nor what is no object is a claim.
  for (const user of [undefined, 'id', null, { id: [42] }, { id: '' }, { id: 'x'.repeat(257) }]) {
    expect((await rejection(await issuer.sign({ user }))).message).toMatch(/^The token names (no|a) subject/);
  }
});

test.each([
  ['RS256', 'RS256'],
  ['PS256', 'PS256'],
  ['EdDSA', 'EdDSA'],
])('%s is accepted without being named', async (_name, alg) => {
  const issuer = await startIssuer({ key: makeKey('first', alg) });
  const { bearer } = startAuthenticator({ jwt: [{ issuer: issuer.name, jwks: issuer.jwks }] });
  expect((await bearer(await issuer.sign()))?.identity.subject).toBe('u1');
});

test('a key or a secret in the configuration needs no URL', async () => {
  const key = makeKey('none', 'RS256');
  const secret = 'a secret of more than thirty-two characters';
  const { bearer, rejection } = startAuthenticator({
    jwt: [
      { issuer: 'pem', key: key.publicKey.export({ type: 'spki', format: 'pem' }) as string },
      { issuer: 'jwk', key: { ...(await exportJWK(key.publicKey)) } },
      { issuer: 'secret', secret },
    ],
  });
  expect((await bearer(await signWith(key, { iss: 'pem' })))?.identity.issuer).toBe('pem');
  expect((await bearer(await signWith(key, { iss: 'jwk' })))?.identity.issuer).toBe('jwk');
  expect((await bearer(withSecret(secret, { iss: 'secret' })))?.identity.issuer).toBe('secret');
  expect((await rejection(withSecret(`${secret}!`, { iss: 'secret' }))).message).toBe(
    'The token has a wrong signature.',
  );
  expect((await rejection(await signWith(key, { iss: 'secret' }))).message).toMatch('algorithm that is not allowed');
});

function withSecret(secret: string | Buffer, claims: Record<string, unknown>, header = {}): string {
  const payload = { sub: 'u1', exp: inSeconds(hour), ...claims };
  const signed = `${base64({ alg: 'HS256', ...header })}.${base64(payload)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

test.each(['none', 'None', 'NONE', '', 'HS256', 'RS256x', null, 256, ['ES256']])(
  'the algorithm %j is rejected, signed or not',
  async (alg) => {
    const issuer = await startIssuer();
    const { rejection } = startAuthenticator({ jwt: [{ issuer: issuer.name, jwks: issuer.jwks }] });
    const payload = base64({ iss: issuer.name, sub: 'u1', exp: inSeconds(hour) });
    for (const signature of ['', 'AAAA']) {
      const { status, extensions } = await rejection(`${base64({ alg, kid: 'first' })}.${payload}.${signature}`);
      expect([status, extensions.code]).toEqual([401, 'UNAUTHENTICATED']);
    }
    expect(issuer.keyFetches()).toBe(0);
  },
);

test('a public key is no secret: HS256 signed with its text is rejected, by URL and by key', async () => {
  const key = makeKey('first', 'RS256');
  const issuer = await startIssuer({ key });
  const pem = key.publicKey.export({ type: 'spki', format: 'pem' }) as string;
  const { rejection } = startAuthenticator({
    jwt: [
      { issuer: issuer.name, jwks: issuer.jwks },
      { issuer: 'static', key: pem },
    ],
  });
  const jwk = JSON.stringify(await exportJWK(key.publicKey));
  for (const iss of [issuer.name, 'static']) {
    for (const secret of [pem, pem.trim(), jwk, key.publicKey.export({ type: 'spki', format: 'der' })]) {
      const { message } = await rejection(withSecret(secret, { iss }, { kid: 'first' }));
      expect(message).toBe('The token is signed with an algorithm that is not allowed.');
    }
  }
});

test('a key in the header is not trusted, nor is a URL of keys', async () => {
  const issuer = await startIssuer();
  const attacker = await startIssuer({ key: makeKey('first') });
  const { rejection } = startAuthenticator({ jwt: [{ issuer: issuer.name, jwks: issuer.jwks }] });
  const jwk = await exportJWK(attacker.keys[0]!.publicKey);
  for (const header of [{ jwk }, { jku: attacker.jwks }, { x5u: attacker.jwks }, { jwk, kid: undefined }]) {
    const token = await signWith(attacker.keys[0]!, { iss: issuer.name }, header);
    expect((await rejection(token)).message).toBe('The token has a wrong signature.');
  }
  expect(attacker.keyFetches()).toBe(0);
});

test.each(['../../../dev/null', '/dev/null', "' OR 1=1 --", '__proto__', 'constructor', '\0', 'x'.repeat(2000), ''])(
  'a key id is compared and nothing else: %j',
  async (kid) => {
    const issuer = await startIssuer();
    const { rejection } = startAuthenticator({ jwt: [{ issuer: issuer.name, jwks: issuer.jwks }] });
    expect((await rejection(await issuer.sign({}, { kid }))).message).toBe('The token is signed with an unknown key.');
  },
);

test('a token without a key id is verified with the keys that fit', async () => {
  const issuer = await startIssuer();
  issuer.keys = [makeKey('a'), makeKey('b', 'RS256'), makeKey('c')];
  const { bearer, rejection } = startAuthenticator({ jwt: [{ issuer: issuer.name, jwks: issuer.jwks }] });
  for (const key of issuer.keys) {
    expect(await bearer(await signWith(key, { iss: issuer.name }, { kid: undefined }))).not.toBeNull();
  }
  const expired = await signWith(issuer.keys[2]!, { iss: issuer.name, exp: 1 }, { kid: undefined });
  expect((await rejection(expired)).message).toBe('The token has expired.');
  const foreign = await signWith(makeKey('d'), { iss: issuer.name }, { kid: undefined });
  expect((await rejection(foreign)).message).toBe('The token has a wrong signature.');
});

test('the keys of one issuer verify nothing of another', async () => {
  const [one, two] = [await startIssuer(), await startIssuer()];
  const { bearer, rejection } = startAuthenticator({
    jwt: [one, two].map(({ name, jwks }) => ({ issuer: name, jwks })),
  });
  expect(await bearer(await one.sign())).not.toBeNull();
  const swapped = await signWith(one.keys[0]!, { iss: two.name });
  expect((await rejection(swapped)).message).toBe('The token has a wrong signature.');
  // The same subject of two issuers is two callers.
  const keys = [await bearer(await one.sign()), await bearer(await two.sign())].map((found) => found?.identity.key);
  expect(new Set(keys).size).toBe(2);
});

test.each<[string, Record<string, unknown>, string]>([
  ['expired', { exp: inSeconds(-10) }, 'The token has expired.'],
  ['without an end', { exp: undefined }, 'The token lacks the claim exp.'],
  ['with an end that is text', { exp: 'tomorrow' }, 'The token has a malformed claim exp.'],
  ['not valid yet', { nbf: inSeconds(600) }, 'The token is not valid yet.'],
  ['for another audience', { aud: 'billing' }, 'The token is meant for another audience.'],
  ['for no audience', { aud: undefined }, 'The token lacks the claim aud.'],
  ['for other audiences', { aud: ['billing', 'shop '] }, 'The token is meant for another audience.'],
  ['of an unknown issuer', { iss: 'https://evil.example' }, 'The token is of an unknown issuer.'],
  ['of an issuer that is a list', { iss: ['https://evil.example'] }, 'The token is of an unknown issuer.'],
  ['of no issuer', { iss: undefined }, 'The token is of an unknown issuer.'],
  ['of the development issuer', { iss: 'concierge-development' }, 'The token is of an unknown issuer.'],
  ['without a subject', { sub: undefined }, 'The token names no subject: it has no claim sub.'],
  ['with a subject that is a list', { sub: ['u1'] }, 'The token names no subject: its claim sub is a list.'],
])('a token %s is rejected, with the reason', async (_what, claims, message) => {
  const issuer = await startIssuer();
  const { rejection } = startAuthenticator({ jwt: [{ issuer: issuer.name, jwks: issuer.jwks, audience: 'shop' }] });
  const error = await rejection(await issuer.sign({ aud: 'shop', ...claims }));
  expect(error).toMatchObject({
    message,
    status: 401,
    challenge: `Bearer realm="graphql", error="invalid_token", error_description="${message}"`,
    extensions: { code: 'UNAUTHENTICATED', http: { status: 401, headers: { 'www-authenticate': error.challenge } } },
  });
});

test('any of several audiences is accepted, in the token and in the configuration', async () => {
  const issuer = await startIssuer();
  const audience = ['shop', 'desk'];
  const { bearer, rejection } = startAuthenticator({ jwt: [{ issuer: issuer.name, jwks: issuer.jwks, audience }] });
  expect(await bearer(await issuer.sign({ aud: ['billing', 'desk'] }))).not.toBeNull();
  expect(await bearer(await issuer.sign({ aud: 'shop' }))).not.toBeNull();
  expect((await rejection(await issuer.sign({ aud: 'billing' }))).status).toBe(401);
});

test('clocks may differ by the tolerance and no more', async () => {
  const issuer = await startIssuer();
  const { bearer, rejection } = startAuthenticator({
    jwt: [{ issuer: issuer.name, jwks: issuer.jwks, clockTolerance: '30s' }],
  });
  const found = await bearer(await issuer.sign({ exp: inSeconds(-20), nbf: inSeconds(20) }));
  expect(found?.expires).toBeGreaterThan(Date.now());
  expect((await rejection(await issuer.sign({ exp: inSeconds(-31) }))).message).toBe('The token has expired.');
  expect((await rejection(await issuer.sign({ nbf: inSeconds(33) }))).message).toBe('The token is not valid yet.');
});

test('the latest possible expiry is an expiry', async () => {
  const issuer = await startIssuer();
  const { bearer } = startAuthenticator({ jwt: [{ issuer: issuer.name, jwks: issuer.jwks }] });
  expect((await bearer(await issuer.sign({ exp: 1e300 })))?.expires).toBe(8.64e15);
});

test('an allow-list of algorithms applies to its issuer', async () => {
  const issuer = await startIssuer({ key: makeKey('first', 'RS256') });
  const { rejection } = startAuthenticator({
    jwt: [{ issuer: issuer.name, jwks: issuer.jwks, algorithms: ['ES256'] }],
  });
  expect((await rejection(await issuer.sign())).message).toBe(
    'The token is signed with an algorithm that is not allowed.',
  );
});

test.each<[string, string]>([
  ['100 kB', `${'a'.repeat(50_000)}.${'b'.repeat(50_000)}.c`],
  ['100 kB without a dot', 'a'.repeat(100_000)],
  ['100 kB of spaces', ' '.repeat(100_000)],
])('a token of %s is rejected unread', async (_what, token) => {
  const { rejection } = startAuthenticator({ jwt: [{ issuer: 'https://login.example', secret: 'x'.repeat(32) }] });
  expect((await rejection(token)).message).toBe('The token is too long.');
});

test.each([
  '',
  'a',
  'a.b',
  '..',
  'a.b.c',
  'a.b.c.d',
  'undefined',
  'null',
  'a b',
  'ü',
  '{}',
  '"',
  'e30.e30.',
  'W10.W10.AA',
])('garbage is rejected and never anonymous: %j', async (token) => {
  const { rejection } = startAuthenticator({ jwt: [{ issuer: 'https://login.example', secret: 'x'.repeat(32) }] });
  const { status, challenge } = await rejection(token);
  expect(status).toBe(401);
  expect(challenge).toMatch(/^Bearer realm="graphql", error="invalid_(token|request)", error_description="[^"\\]+"$/);
});

test('a change of any byte invalidates a token', async () => {
  const issuer = await startIssuer();
  const { bearer, rejection } = startAuthenticator({ jwt: [{ issuer: issuer.name, jwks: issuer.jwks }] });
  const token = await issuer.sign();
  await bearer(token);
  const [header, payload, signature] = token.split('.') as [string, string, string];
  const other = payload.replace(/^.{12}/, (start) => start.replace(/./g, (letter) => (letter === 'A' ? 'B' : 'A')));
  for (const forged of [
    `${header}.${other}.${signature}`,
    `${header}.${base64({ iss: issuer.name, sub: 'admin', exp: inSeconds(hour) })}.${signature}`,
    `${header}.${payload}.${signature.slice(0, -4)}`,
    `${header}.${payload}.`,
  ]) {
    expect((await rejection(forged)).status).toBe(401);
  }
});

test('of a claim that stands twice the last one applies, for selecting the issuer and for verification', async () => {
  const [one, two] = [await startIssuer(), await startIssuer()];
  const { bearer, rejection } = startAuthenticator({
    jwt: [one, two].map(({ name, jwks }) => ({ issuer: name, jwks })),
  });
  const written = (first: string, last: string) => {
    const payload = `{"iss":"${first}","sub":"u1","sub":"u2","exp":${inSeconds(hour)},"iss":"${last}"}`;
    const signed = `${base64({ alg: 'ES256', kid: 'first' })}.${Buffer.from(payload).toString('base64url')}`;
    const key = { key: one.keys[0]!.privateKey, dsaEncoding: 'ieee-p1363' as const };
    return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
  };
  expect((await bearer(written(two.name, one.name)))?.identity).toMatchObject({ subject: 'u2', issuer: one.name });
  expect((await rejection(written(one.name, two.name))).message).toBe('The token has a wrong signature.');
});

test('a critical header that is not supported is rejected', async () => {
  const issuer = await startIssuer();
  const { rejection } = startAuthenticator({ jwt: [{ issuer: issuer.name, jwks: issuer.jwks }] });
  const payload = base64({ iss: issuer.name, sub: 'u1', exp: inSeconds(hour) });
  for (const header of [
    { crit: ['magic'], magic: true },
    { crit: ['b64'], b64: false },
  ]) {
    const signed = `${base64({ alg: 'ES256', kid: 'first', ...header })}.${payload}`;
    const key = { key: issuer.keys[0]!.privateKey, dsaEncoding: 'ieee-p1363' as const };
    const token = `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
    expect((await rejection(token)).message).toBe('The token is malformed.');
  }
});

test('tokens of another type than access tokens are rejected; a strict issuer accepts those that say so alone', async () => {
  const issuer = await startIssuer();
  const of = (typ?: 'at+jwt') => startAuthenticator({ jwt: [{ issuer: issuer.name, jwks: issuer.jwks, typ }] });
  const [any, strict] = [of(), of('at+jwt')];
  const message = 'The token is of another type than an access token.';
  for (const typ of ['at+jwt', 'AT+JWT', 'application/at+jwt', 'Application/At+Jwt']) {
    const token = await issuer.sign({}, { typ });
    expect([(await any.bearer(token))?.identity.subject, (await strict.bearer(token))?.identity.subject]).toEqual([
      'u1',
      'u1',
    ]);
  }
  for (const typ of [undefined, 'JWT', 'jwt', 'application/JWT']) {
    const token = await issuer.sign({}, { typ });
    expect((await any.bearer(token))?.identity.subject).toBe('u1');
    expect((await strict.rejection(token)).message).toBe(message);
  }
  const others = [
    'logout+jwt',
    'dpop+jwt',
    'secevent+jwt',
    'application/logout+jwt',
    'id+jwt',
    'at+jwt ',
    'xat+jwt',
    '',
  ];
  for (const typ of [...others, 'application/application/jwt', null, 7, ['JWT'], { typ: 'JWT' }]) {
    const token = await issuer.sign({}, { typ });
    for (const { rejection } of [any, strict]) expect(await rejection(token)).toMatchObject({ status: 401, message });
  }
});

test.each([
  [{ jkt: 'thumbprint' }],
  [{ 'x5t#S256': 'thumbprint' }],
  [{ jwk: { kty: 'EC' } }],
  [{ kid: 'k' }],
  [['jkt']],
  ['jkt'],
  [true],
])('a token that is bound to a key is no bearer token: cnf %j', async (cnf) => {
  const issuer = await startIssuer();
  const jwt = [{ issuer: issuer.name, jwks: issuer.jwks }];
  const { rejection } = startAuthenticator({
    jwt,
    introspection: { url: issuer.introspection, clientId: 'gateway', clientSecret: 's3cret' },
  });
  const message = 'The token is bound to a key of its client: only bearer tokens are accepted.';
  expect(await rejection(await issuer.sign({ cnf }))).toMatchObject({ status: 401, message });
  issuer.tokens.set('opaque', { active: true, sub: 'u1', cnf });
  expect(await rejection('opaque')).toMatchObject({ status: 401, message });
  // The scheme of a proof is not taken either.
  const { authenticator } = startAuthenticator({ jwt });
  const authorization = `DPoP ${await issuer.sign({ cnf })}`;
  expect(() => authenticator.authenticate({ headers: { authorization }, fromTrustedProxy: false })).toThrow('Bearer');
});

test('a token without a binding is a bearer token, and DPoP is a binding', async () => {
  const issuer = await startIssuer();
  const { bearer, rejection } = startAuthenticator({
    jwt: [{ issuer: issuer.name, jwks: issuer.jwks }],
    introspection: { url: issuer.introspection, clientId: 'gateway', clientSecret: 's3cret' },
  });
  for (const cnf of [undefined, null, {}]) {
    expect(await bearer(await issuer.sign({ cnf }))).not.toBeNull();
    issuer.tokens.set(`opaque${JSON.stringify(cnf)?.length}`, { active: true, sub: 'u1', cnf, token_type: 'Bearer' });
    expect(await bearer(`opaque${JSON.stringify(cnf)?.length}`)).not.toBeNull();
  }
  issuer.tokens.set('proven', { active: true, sub: 'u1', token_type: 'DPoP' });
  expect((await rejection('proven')).message).toMatch('bound to a key');
});

test('an RSA key that is too short for its algorithm verifies nothing', async () => {
  const short = { kid: 'first', alg: 'RS256', ...generateKeyPairSync('rsa', { modulusLength: 1024 }) };
  const issuer = await startIssuer({ key: short });
  const { rejection, log } = startAuthenticator({ jwt: [{ issuer: issuer.name, jwks: issuer.jwks }] });
  const signed = `${base64({ alg: 'RS256', kid: 'first' })}.${base64({ iss: issuer.name, sub: 'u1', exp: inSeconds(hour) })}`;
  const token = `${signed}.${sign('sha256', Buffer.from(signed), short.privateKey).toString('base64url')}`;
  expect((await rejection(token)).message).toBe('The token cannot be verified.');
  expect(log.map(({ msg }) => msg)).toContain('a token could not be verified');
});

test('the log has the reason, and never the token', async () => {
  const issuer = await startIssuer();
  const { rejection, log } = startAuthenticator({ jwt: [{ issuer: issuer.name, jwks: issuer.jwks }] });
  const tokens = [await issuer.sign({ exp: 1 }), await issuer.sign({ iss: 'evil' }), 'a.b.c', 'opaque-token'];
  for (const token of tokens) await rejection(token);
  expect(log).toHaveLength(tokens.length);
  expect(log[0]).toMatchObject({ msg: 'credentials rejected', status: 401, reason: 'The token has expired.' });
  for (const token of tokens) expect(JSON.stringify(log)).not.toContain(token);
});
