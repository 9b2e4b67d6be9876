// Issuers as they are: the audience in another claim, tokens without expiry, invalid tokens of visitors of public
// pages, keys that are rotated at any time.
import { beforeEach, expect, test } from 'vitest';
import { startAuthenticator } from '../authentication/authenticator.ts';
import { type Issuer, makeKey, signWith, startIssuer } from '../authentication/issuer.ts';
import { type Headers, type Served, serve, statusOf } from './served.ts';

let issuer: Issuer;
beforeEach(async () => {
  issuer = await startIssuer();
});

function served(options: object, more = {}): Promise<Served> {
  return serve({ authentication: { jwt: [{ issuer: issuer.name, jwks: issuer.jwks, ...options }], ...more } });
}

async function bearer(claims = {}, header = {}): Promise<Headers> {
  return { authorization: `Bearer ${await issuer.sign(claims, header)}` };
}

const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

const another = 'The token is meant for another audience.';
test.each<
  [audienceClaims: (string | string[])[] | string | undefined, tokens: [claims: object, message: string | null][]]
>([
  [
    'client_id',
    [
      [{ client_id: 'shop' }, null],
      [{ client_id: 'other' }, another],
      [{ client_id: ['shop2'] }, another],
      [{ client_id: {} }, another],
      [{ aud: 'shop' }, 'The token lacks the claim client_id.'],
    ],
  ],
  [
    ['aud', 'client_id'],
    [
      [{ client_id: 'shop' }, null],
      [{ aud: 'shop' }, null],
      [{ client_id: 'shop', aud: null }, null],
      [{ aud: 'other', client_id: 'shop' }, another],
      [{ aud: [], client_id: 'shop' }, another],
      [{}, 'The token lacks the claim aud or client_id.'],
    ],
  ],
  [[['https://shop.example/app', 'id']], [[{ 'https://shop.example/app': { id: ['shop', 'x'] } }, null]]],
  [undefined, [[{ client_id: 'shop' }, 'The token lacks the claim aud.']]],
])('the audience is the first of the claims %j that a token has', async (audienceClaims, tokens) => {
  const gateway = await served({ audience: ['shop', 'desk'], ...(audienceClaims && { audienceClaims }) });
  for (const [claims, message] of tokens) {
    const outcomes = await gateway.everywhere(await bearer(claims), '{ closed }');
    expect([claims, statusOf(outcomes)]).toEqual([claims, message === null ? 200 : 401]);
    for (const outcome of outcomes) {
      if (message === null) expect(outcome.data).toEqual({ closed: 'to some' });
      else expect(outcome.message).toContain(message);
    }
  }
});

test('a token without expiry is accepted where the issuer needs none; one that has expired never is', async () => {
  const [strict, lenient] = [await served({}), await served({ expiry: 'optional' })];
  const endless = await bearer({ exp: undefined });
  expect((await strict.post(endless)).message).toBe('The token lacks the claim exp.');
  const outcomes = await lenient.everywhere(endless, '{ closed }');
  expect(outcomes.map(({ data }) => data)).toEqual(outcomes.map(() => ({ closed: 'to some' })));
  expect((await lenient.post(await bearer({ exp: inSeconds(-60) }))).message).toBe('The token has expired.');
  for (const exp of [null, 'tomorrow', '4102444800']) {
    expect((await lenient.post(await bearer({ exp }))).message).toBe('The token has a malformed claim exp.');
  }
});

const invalid: [what: string, make: () => Promise<Headers>][] = [
  ['has expired', () => bearer({ aud: 'shop', exp: inSeconds(-60) })],
  ['is not valid yet', () => bearer({ aud: 'shop', nbf: inSeconds(600) })],
  ['is for another audience', () => bearer({ aud: 'billing' })],
  ['has no subject', () => bearer({ aud: 'shop', sub: undefined })],
  ['has an unknown key', () => bearer({ aud: 'shop' }, { kid: 'unknown' })],
  [
    'is signed by another owner of the name',
    async () => ({ authorization: `Bearer ${await signWith(makeKey('first'), { iss: issuer.name, aud: 'shop' })}` }),
  ],
  ['has an algorithm that is not allowed', async () => unsigned()],
];

function unsigned(): Headers {
  const parts = [{ alg: 'none' }, { iss: issuer.name, aud: 'shop', sub: 'u1', exp: inSeconds(60) }];
  const [head, payload] = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
  return { authorization: `Bearer ${head}.${payload}.` };
}

test('where invalid tokens make anonymous, their bearers get public fields only', async () => {
  const gateway = await served({ audience: 'shop', onInvalidToken: 'anonymous' });
  const good = await bearer({ aud: 'shop' });
  const own = await gateway.post(good, '{ mine }');
  for (const [what, make] of invalid) {
    const outcomes = await gateway.everywhere(await make(), '{ open user closed mine }');
    expect([what, statusOf(outcomes)]).toEqual([what, 200]);
    for (const { data, message } of outcomes) {
      expect(data).toMatchObject({ open: 'to all', user: null, closed: null });
      expect(data?.mine).not.toBe(own.data?.mine);
      expect(message).toBe('Authentication required: the request has no valid credentials.');
    }
  }
  const [first, ...others] = gateway.requests.map(({ user }) => user);
  expect([first, ...new Set(others)]).toEqual(['u1', null]);
  expect((await gateway.post(good, '{ mine }')).data).toEqual(own.data);
});

test('invalid tokens of other issuers, and what is no token, are rejected as ever', async () => {
  const other = await startIssuer();
  const gateway = await serve({
    authentication: {
      jwt: [
        { issuer: issuer.name, jwks: issuer.jwks, onInvalidToken: 'anonymous' },
        { issuer: other.name, jwks: other.jwks },
      ],
    },
  });
  for (const token of [
    await other.sign({ exp: 1 }),
    await issuer.sign({ iss: 'https://evil.example' }),
    'a.b.c',
    'null',
  ]) {
    expect((await gateway.post({ authorization: `Bearer ${token}` })).status).toBe(401);
  }
});

test('an anonymous fallback is in the log with its reason, and is none while the keys cannot be fetched', async () => {
  const {
    bearer: present,
    clock,
    log,
    rejection,
  } = startAuthenticator({
    jwt: [{ issuer: issuer.name, jwks: issuer.jwks, onInvalidToken: 'anonymous' }],
  });
  const token = await issuer.sign({ exp: 1 });
  issuer.mode = 'down';
  expect((await rejection(token)).status).toBe(503);
  issuer.mode = 'up';
  clock.now += 1000;
  expect(await present(token)).toBeNull();
  const fallback = { level: 20, issuer: issuer.name, reason: 'The token has expired.' };
  const line = { ...fallback, msg: 'invalid token; the caller is anonymous' };
  expect(log.filter(({ msg }) => msg === line.msg)).toMatchObject([line]);
});

test('a key that is published right after a fetch is found, by every transport', async () => {
  const gateway = await served({});
  expect((await gateway.post(await bearer(), '{ closed }')).data).toEqual({ closed: 'to some' });
  issuer.keys = [makeKey('second'), ...issuer.keys];
  const outcomes = await gateway.everywhere(await bearer(), '{ closed }');
  expect(outcomes.map(({ data }) => data)).toEqual(outcomes.map(() => ({ closed: 'to some' })));
});
