// Introspection responses as endpoints write them: members that are null, times as text, tokens of any format.
import { expect, test, vi } from 'vitest';
import { type Issuer, startIssuer } from '../authentication/issuer.ts';
import { PlainClient } from '../websocket/shop.ts';
import { afterAllTests, type Served, serve, statusOf } from './served.ts';

const seconds = () => Math.floor(Date.now() / 1000);

interface Introspected {
  issuer: Issuer;
  gateway: Served;
}

const later = afterAllTests();
/** One for each set of options. */
const started = new Map<string, Promise<Introspected>>();

function served(more = {}): Promise<Introspected> {
  const key = JSON.stringify(more);
  const known = started.get(key) ?? start(more);
  started.set(key, known);
  return known;
}

async function start(more: object): Promise<Introspected> {
  const issuer = await startIssuer({ later });
  const introspection = { url: issuer.introspection, clientId: 'gateway', clientSecret: 'secret', ...more };
  return { issuer, gateway: await serve({ authentication: { introspection } }, later) };
}

let tokens = 0;

const expired = 'The token has expired.';
const noSubject = 'The token names no subject: it has no claim sub, but client_id.';

test.each<[response: Record<string, unknown>, options: object, result: string]>([
  [{ sub: 'u1', exp: String(seconds() + 600) }, {}, 'u1'],
  [{ sub: 'u1', exp: `${seconds() + 600}.5` }, {}, 'u1'],
  [{ sub: 'u1', exp: null, nbf: null, aud: null, iss: null, iat: null }, {}, 'u1'],
  [{ sub: 'u1', nbf: String(seconds() - 60), exp: 1e300 }, {}, 'u1'],
  [{ sub: 'u1', aud: { id: 'shop' } }, {}, 'u1'],
  [{ sub: 'u1', aud: ['shop', null, 7] }, { audience: 'shop' }, 'u1'],
  [{ sub: 'u1', client_id: 'shop', aud: null }, { audience: 'shop', audienceClaims: ['aud', 'client_id'] }, 'u1'],
  [{ sub: 42 }, {}, '42'],
  [{ client_id: 'web' }, { claims: { subject: ['sub', 'client_id'] } }, 'web'],
  [{ sub: 'u1', iss: 'https://login.example' }, { issuer: 'https://login.example' }, 'u1'],
  [{ sub: 'u1', exp: String(seconds() - 600) }, {}, expired],
  [{ sub: 'u1', exp: '0' }, {}, expired],
  [{ sub: 'u1', exp: 0 }, {}, expired],
  [{ sub: 'u1', exp: -1 }, {}, expired],
  [{ sub: 'u1', exp: '…' }, {}, 'The token has a malformed claim exp.'],
  [{ sub: 'u1', exp: '' }, {}, 'The token has a malformed claim exp.'],
  [{ sub: 'u1', exp: '2999-01-01T00:00:00Z' }, {}, 'The token has a malformed claim exp.'],
  [{ sub: 'u1', exp: [4102444800] }, {}, 'The token has a malformed claim exp.'],
  [{ sub: 'u1', exp: true }, {}, 'The token has a malformed claim exp.'],
  [{ sub: 'u1', nbf: 'soon' }, {}, 'The token has a malformed claim nbf.'],
  [{ sub: 'u1', nbf: String(seconds() + 3600) }, {}, 'The token is not valid yet.'],
  [{ sub: 'u1', aud: null }, { audience: 'shop' }, 'The token is meant for another audience.'],
  [{ sub: 'u1', aud: { id: 'shop' } }, { audience: 'shop' }, 'The token is meant for another audience.'],
  [{ sub: 'u1', iss: 42 }, {}, 'The token is of an unknown issuer.'],
  [{ sub: 'u1', iss: 'api-key' }, {}, 'The token is of an unknown issuer.'],
  [{ client_id: 'web' }, {}, noSubject],
])('the response %j with %j: %s', async (response, options, result) => {
  const { issuer, gateway } = await served(options);
  const token = `v1.abc.${tokens++}`;
  issuer.tokens.set(token, { active: true, ...response });
  const outcomes = await gateway.everywhere({ authorization: `Bearer ${token}` }, '{ user closed }');
  const isAccepted = !result.includes(' ');
  expect(statusOf(outcomes)).toBe(isAccepted ? 200 : 401);
  for (const outcome of outcomes) {
    if (isAccepted) expect(outcome.data).toEqual({ user: result, closed: 'to some' });
    else expect(outcome.message).toContain(result);
  }
});

test('an invalid token makes anonymous where the option says so; an outage never does', async () => {
  const { issuer, gateway } = await served({ onInvalidToken: 'anonymous' });
  issuer.tokens.set('late', { active: true, sub: 'u1', exp: 1 });
  for (const token of ['revoked', 'late', 'late']) {
    const { status, data } = await gateway.post({ authorization: `Bearer ${token}` }, '{ open user closed }');
    expect([status, data]).toEqual([200, { open: 'to all', user: null, closed: null }]);
  }
  issuer.mode = 'down';
  expect((await gateway.post({ authorization: 'Bearer other' })).status).toBe(503);
});

test('a JSON Web Token that is revoked at the endpoint is rejected', async () => {
  const { issuer, gateway } = await served();
  const [good, revoked] = [await issuer.sign({ jti: '1' }), await issuer.sign({ jti: '2' })];
  issuer.tokens.set(good, { active: true, sub: 'u1' });
  expect((await gateway.post({ authorization: `Bearer ${good}` }, '{ user }')).data).toEqual({ user: 'u1' });
  const { status, message } = await gateway.post({ authorization: `Bearer ${revoked}` });
  expect([status, message]).toEqual([401, 'The token is not active.']);
});

test('a connection ends when its token is revoked or has other rights, and not while that cannot be verified', async () => {
  const { issuer, gateway } = await served({ cache: { maxAge: '1s' } });
  const open = async (token: string, response: object) => {
    issuer.tokens.set(token, { active: true, scope: 'read', ...response });
    return PlainClient.open(`${gateway.origin.replace('http', 'ws')}/graphql`, { authorization: `Bearer ${token}` });
  };
  const revoked = await open('revoked', { sub: 'u1', exp: seconds() + 3600 });
  const changed = await open('changed', { sub: 'u2' });
  const good = await open('good', { sub: 'u3' });
  issuer.mode = 'down';
  const before = issuer.questions.length;
  await vi.waitFor(() => expect(issuer.questions.length).toBeGreaterThanOrEqual(before + 3), { timeout: 30_000 });
  for (const client of [revoked, changed, good]) {
    expect((await client.query('1', '{ closed }')).payload).toEqual({ data: { closed: 'to some' } });
  }
  issuer.mode = 'up';
  issuer.tokens.delete('revoked');
  issuer.tokens.set('changed', { active: true, scope: 'write', sub: 'u2' });
  const closed = { code: 4401, reason: 'Unauthorized: the token is no longer valid' };
  expect(await Promise.all([revoked.closed, changed.closed])).toEqual([closed, closed]);
  expect((await good.query('2', '{ user }')).payload).toEqual({ data: { user: 'u3' } });
});
