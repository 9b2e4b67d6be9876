// Credentials that are not there, in the spellings of clients' libraries, and those that a client has written by
// accident.
import { hash } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { type Issuer, startIssuer } from '../authentication/issuer.ts';
import { afterAllTests, type Headers, type Served, type ServeOptions, serve, statusOf } from './served.ts';

const key = 'concierge_warehouse';
const accented = 'clé';
const apiKeys = {
  keys: [key, accented].map((one) => ({ name: `of ${one}`, hash: `sha256:${hash('sha256', one)}` })),
};

let issuer: Issuer;
let served: Served;
const later = afterAllTests();
beforeAll(async () => {
  issuer = await startIssuer({ later });
  const options: ServeOptions = {
    authentication: {
      jwt: [{ issuer: issuer.name, jwks: issuer.jwks }],
      apiKeys,
      identityHeader: { name: 'x-remote-user' },
    },
    trustedProxies: ['127.0.0.1'],
  };
  served = await serve(options, later);
});

test.each<[string, Record<string, string>]>([
  ['no header', {}],
  ['an empty Authorization header', { authorization: '' }],
  ['an Authorization header of spaces', { authorization: '   ' }],
  ['an empty API key', { 'x-api-key': '' }],
  ['an empty user of a proxy', { 'x-remote-user': '' }],
  ['all of them', { authorization: '', 'x-api-key': ' ', 'x-remote-user': '' }],
])('%s: the caller is anonymous by every transport', async (_what, headers) => {
  const outcomes = await served.everywhere(headers, '{ open closed }');
  expect(statusOf(outcomes)).toBe(200);
  for (const { data, message } of outcomes) {
    expect([data, message]).toEqual([
      { open: 'to all', closed: null },
      'Authentication required: the request has no valid credentials.',
    ]);
  }
});

test('an empty credential beside a good one is not counted', async () => {
  const authorization = `Bearer ${await issuer.sign()}`;
  const pairs: Headers[] = [
    { authorization, 'x-api-key': '' },
    { authorization: '', 'x-api-key': key },
    { authorization, 'x-remote-user': '' },
  ];
  for (const headers of pairs) {
    const outcomes = await served.everywhere(headers, '{ closed }');
    expect(outcomes.map(({ data }) => data)).toEqual(outcomes.map(() => ({ closed: 'to some' })));
  }
  const named = { authorization: '', 'x-api-key': '', 'x-remote-user': 'ann' };
  expect((await served.post(named, '{ user }')).data).toEqual({ user: 'ann' });
});

test.each([null, '', ' ', false])('%j in connection_init is absent', async (value) => {
  for (const payload of [
    { authorization: value },
    { headers: { authorization: value, 'x-api-key': value } },
    { authorization: value, 'x-api-key': value },
  ]) {
    expect(await served.connect(payload)).toMatchObject({ status: 200, data: { open: 'to all' } });
  }
  const authorization = `Bearer ${await issuer.sign()}`;
  const closed = { query: '{ closed }' };
  const signedIn = { status: 200, data: { closed: 'to some' } };
  expect(await served.connect({ authorization, 'x-api-key': value }, closed)).toMatchObject(signedIn);
  expect(await served.connect({ authorization: value, 'x-api-key': key }, closed)).toMatchObject(signedIn);
  expect(await served.connect({ authorization: value }, { ...closed, upgrade: { authorization } })).toMatchObject(
    signedIn,
  );
  expect(await served.connect({ authorization }, { ...closed, upgrade: { authorization: '' } })).toMatchObject(
    signedIn,
  );
});

const leaveOut = 'without a token, leave the header out.';
test.each<[string, string]>([
  ['Bearer', `The Authorization header has no token after the word Bearer: ${leaveOut}`],
  ['Bearer null', `The Authorization header has "null" in place of a token: ${leaveOut}`],
  ['bearer undefined', `The Authorization header has "undefined" in place of a token: ${leaveOut}`],
  ['Bearer  None', `The Authorization header has "None" in place of a token: ${leaveOut}`],
  ['Bearer [object Object]', `The Authorization header has "[object Object]" in place of a token: ${leaveOut}`],
  ['null', `The Authorization header is "null": ${leaveOut}`],
  ['undefined', `The Authorization header is "undefined": ${leaveOut}`],
  ['eyJhbGciOiJub25lIn0.e30.', 'The Authorization header has no scheme: send the word Bearer, a space and the token.'],
  ['Basic dTE6cHc=', 'The Authorization header is not of the scheme Bearer.'],
])('%j is rejected with the error of the client', async (authorization, message) => {
  const before = served.requests.length;
  const outcomes = await served.everywhere({ authorization });
  expect(statusOf(outcomes)).toBe(401);
  for (const outcome of outcomes) expect(outcome.message?.replace('Unauthorized: ', '')).toBe(message);
  expect(served.requests).toHaveLength(before);
});

test('an API key that is the text of an absent value is rejected with the error of the client', async () => {
  const outcomes = await served.everywhere({ 'x-api-key': 'undefined' });
  for (const { message } of outcomes) {
    expect(message).toContain(
      'The header x-api-key has "undefined" in place of an API key: without a key, leave the header out.',
    );
  }
});

test.each(['(null)', 'null', 'Undefined'])('the user %s of a proxy is none, and rejected', async (name) => {
  const { status, message } = await served.post({ 'x-remote-user': name });
  const remedy = 'without a user, the proxy has to leave it out.';
  expect([status, message]).toEqual([401, `The header x-remote-user is "${name}": ${remedy}`]);
});

test('a name in UTF-8 from a proxy is the name that a token has', async () => {
  const token = { authorization: `Bearer ${await issuer.sign({ sub: 'josé' })}` };
  const proxy = { 'x-remote-user': latin1('josé') };
  for (const headers of [token, proxy]) {
    expect((await served.post(headers, '{ user }')).data).toEqual({ user: 'josé' });
  }
  // Latin-1 bytes that are no UTF-8 are read as what they are.
  expect((await served.post({ 'x-remote-user': 'josé' }, '{ user }')).data).toEqual({ user: 'josé' });
});

test('an API key in UTF-8 is the key whose hash the configuration has', async () => {
  const closed = { closed: 'to some' };
  expect((await served.post({ 'x-api-key': latin1(accented) }, '{ closed }')).data).toEqual(closed);
  expect((await served.connect({ 'x-api-key': accented }, { query: '{ closed }' })).data).toEqual(closed);
});

/** UTF-8 bytes as Node writes them to a header. */
function latin1(text: string): string {
  return Buffer.from(text).toString('latin1');
}
