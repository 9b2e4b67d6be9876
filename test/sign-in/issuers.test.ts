// Issuers as they are: the audience in another claim, tokens without expiry, invalid tokens of visitors of public pages, keys
// that are rotated at any time.
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
test.each<[claims: object, audienceClaims: (string | string[])[] | string | undefined, message: string | null]>([
  [{ client_id: 'shop' }, 'client_id', null],
  [{ client_id: 'shop' }, ['aud', 'client_id'], null],
  [{ aud: 'shop' }, ['aud', 'client_id'], null],
  [{ azp: 'shop', aud: null }, ['aud', 'azp'], null],
  [{ 'https://shop.example/app': { id: ['shop', 'x'] } }, [['https://shop.example/app', 'id']], null],
  [{ client_id: 'other' }, 'client_id', another],
  [{ client_id: ['shop2'] }, 'client_id', another],
  [{ client_id: {} }, 'client_id', another],
  [{ aud: 'shop' }, 'client_id', 'The token lacks the claim client_id.'],
  [{ aud: 'other', client_id: 'shop' }, ['aud', 'client_id'], another],
  [{ aud: [], client_id: 'shop' }, ['aud', 'client_id'], another],
  [{}, ['aud', 'client_id'], 'The token lacks the claim aud or client_id.'],
  [{ client_id: 'shop' }, undefined, 'The token lacks the claim aud.'],
])('for the audience shop, %j with audienceClaims %j: %j', async (claims, audienceClaims, message) => {
  const gateway = await served({ audience: ['shop', 'desk'], ...(audienceClaims && { audienceClaims }) });
  const outcomes = await gateway.everywhere(await bearer(claims), '{ closed }');
  expect(statusOf(outcomes)).toBe(message === null ? 200 : 401);
  for (const outcome of outcomes) {
    if (message === null) expect(outcome.data).toEqual({ closed: 'to some' });
    else expect(outcome.message).toContain(message);
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
  ['has expired', () => bearer({ exp: inSeconds(-60) })],
  ['is not valid yet', () => bearer({ nbf: inSeconds(600) })],
  ['is for another audience', () => bearer({ aud: 'billing' })],
  ['has no subject', () => bearer({ sub: undefined })],
  ['has an unknown key', () => bearer({}, { kid: 'unknown' })],
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

test.each(invalid)(
  'where invalid tokens make anonymous, the bearer of one that %s gets public fields only',
  async (_what, make) => {
    const options = { audience: 'shop', onInvalidToken: 'anonymous' };
    const gateway = await served(options);
    const sign = issuer.sign;
    issuer.sign = (claims, header) => sign({ aud: 'shop', ...claims }, header);
    const own = await gateway.post(await bearer(), '{ mine }');
    const headers = await make();
    const outcomes = await gateway.everywhere(headers, '{ open user closed mine }');
    expect(statusOf(outcomes)).toBe(200);
    for (const { data, message } of outcomes) {
      expect(data).toMatchObject({ open: 'to all', user: null, closed: null });
      expect(data?.mine).not.toBe(own.data?.mine);
      expect(message).toBe('Authentication required: the request has no valid credentials.');
    }
    expect(gateway.requests.slice(1).map(({ user }) => user)).toEqual(gateway.requests.slice(1).map(() => null));
    expect((await gateway.post(await bearer(), '{ mine }')).data).toEqual(own.data);
  },
);

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
