// Subjects of tokens as identity providers write them, and callers of one name that are not the same caller.
import { hash, sign } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { type Issuer, startIssuer } from '../authentication/issuer.ts';
import { afterAllTests, type Headers, type Outcome, type Served, serve, statusOf } from './served.ts';

let issuer: Issuer;
const later = afterAllTests();
beforeAll(async () => {
  issuer = await startIssuer({ later });
});

/** One gateway for each set of options. */
const started = new Map<string, Promise<Served>>();

function served(subject: string | (string | string[])[], more = {}): Promise<Served> {
  const key = JSON.stringify([subject, more]);
  const jwt = [{ issuer: issuer.name, jwks: issuer.jwks, claims: { subject } }];
  const known = started.get(key) ?? serve({ authentication: { jwt }, ...more }, later);
  started.set(key, known);
  return known;
}

/** Signs claims that are written as JSON text, with numbers that JavaScript cannot represent. */
function bearer(claims: string): Headers {
  const { kid, privateKey } = issuer.keys[0]!;
  const expires = Math.floor(Date.now() / 1000) + 60;
  const payload = `{"iss":"${issuer.name}","exp":${expires},${claims}}`;
  const text = [`{"alg":"ES256","kid":"${kid}"}`, payload]
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.');
  const signature = sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return { authorization: `Bearer ${text}.${signature.toString('base64url')}` };
}

test.each<[claims: string, subject: string | (string | string[])[], user: string]>([
  ['"sub":42', 'sub', '42'],
  ['"sub":0', 'sub', '0'],
  ['"sub":-7', 'sub', '-7'],
  ['"sub":9007199254740993', 'sub', '9007199254740993'],
  ['"sub":9007199254740992', 'sub', '9007199254740992'],
  ['"sub":123456789012345678901', 'sub', '123456789012345678901'],
  ['"sub":"42"', 'sub', '42'],
  ['"sub":"jos\\u00e9"', 'sub', 'josé'],
  ['"client_id":"web"', ['sub', 'client_id', 'azp'], 'web'],
  ['"azp":"desk","sub":null', ['sub', 'client_id', 'azp'], 'desk'],
  ['"client_id":"web","sub":""', ['sub', 'client_id'], 'web'],
  ['"client_id":"web","sub":"u1"', ['sub', 'client_id'], 'u1'],
  ['"uid":17', 'uid', '17'],
  ['"https://shop.example/claims":{"user.id":5}', [['https://shop.example/claims', 'user.id']], '5'],
  ['"https://shop.example/claims":{"user.id":5}', 'https://shop.example/claims.user.id', '5'],
])('{%s} with the subject %j is %s', async (claims, subject, user) => {
  const outcomes = await (await served(subject)).everywhere(bearer(claims), '{ user closed }');
  expect(statusOf(outcomes)).toBe(200);
  for (const { data } of outcomes) expect(data).toEqual({ user, closed: 'to some' });
});

test.each<[claims: string, subject: string | string[], message: string]>([
  [
    '"client_id":"web","azp":"desk","scope":"read"',
    'sub',
    'The token names no subject: it has no claim sub, but client_id, azp, scope.',
  ],
  ['"jti":"1"', ['sub', 'client_id'], 'The token names no subject: it has no claim sub or client_id.'],
  ['"sub":["u1"]', 'sub', 'The token names no subject: its claim sub is a list.'],
  ['"sub":{"id":"u1"}', 'sub', 'The token names no subject: its claim sub is no text but of the type object.'],
  [
    '"sub":true,"client_id":"web"',
    ['sub', 'client_id'],
    'The token names no subject: its claim sub is no text but of the type boolean.',
  ],
  ['"sub":1.5', 'sub', 'The token names no subject: its claim sub is not a whole number.'],
  ['"sub":1e300', 'sub', 'The token names no subject: its claim sub is not a whole number.'],
  ['"sub":"ann\\ud800"', 'sub', 'The token names a subject that is not valid Unicode.'],
  ['"__proto__":{"sub":"admin"}', 'sub', 'The token names no subject: it has no claim sub, but __proto__.'],
  ['"x":"y"', 'constructor.name', 'The token names no subject: it has no claim constructor.name, but x.'],
])('{%s} with the subject %j is rejected, with what is there instead', async (claims, subject, message) => {
  const outcomes = await (await served(subject)).everywhere(bearer(claims));
  expect(statusOf(outcomes)).toBe(401);
  const reasonOf = (outcome: Outcome) => outcome.message?.replace(/^Unauthorized: /, '').replace(/…$/, '') ?? '';
  for (const outcome of outcomes) {
    // A close frame has room for 123 bytes.
    if (outcome.via === 'WebSocket') expect(message).toContain(reasonOf(outcome));
    else expect(reasonOf(outcome)).toBe(message);
  }
});

test('numbers in other claims are forwarded with all of their digits', async () => {
  const gateway = await served('sub', { forward: { claims: { 'x-user': 'org.id' } } });
  const { data } = await gateway.post(bearer('"sub":"u1","org":{"id":9007199254740993}'), '{ user }');
  expect(data).toEqual({ user: '9007199254740993' });
});

/** Callers that are all called ann, each identified in another way. */
async function callersNamedAnn(): Promise<{ gateway: Served; callers: Headers[] }> {
  const other = await startIssuer();
  const key = 'concierge_ann';
  const introspected = (url: string) => ({ url, clientId: 'gateway', clientSecret: 'secret' });
  issuer.tokens.set('opaque-1', { active: true, sub: 'ann' });
  issuer.tokens.set('opaque-2', { active: true, sub: 'ann', iss: 'https://one.example' });
  issuer.tokens.set('opaque-3', { active: true, sub: 'ann', iss: 'https://two.example' });
  const claims = { subject: ['sub', 'client_id', 'azp'] };
  const gateway = await serve({
    authentication: {
      jwt: [issuer, other].map(({ name, jwks }) => ({ issuer: name, jwks, claims })),
      introspection: introspected(issuer.introspection),
      apiKeys: { keys: [{ name: 'ann', hash: `sha256:${hash('sha256', key)}` }] },
      identityHeader: { name: 'x-remote-user' },
    },
    forward: {},
    trustedProxies: ['127.0.0.1'],
    rateLimits: { request: { limit: 2, duration: '1h' } },
  });
  const tokens = [
    await issuer.sign({ sub: 'ann' }),
    await issuer.sign({ sub: undefined, client_id: 'ann' }),
    await issuer.sign({ sub: undefined, azp: 'ann' }),
    await other.sign({ sub: 'ann' }),
    ...['opaque-1', 'opaque-2', 'opaque-3'],
    await issuer.sign({ sub: '","ann' }),
    await issuer.sign({ sub: `${issuer.name}","sub","ann` }),
  ];
  const callers: Headers[] = [
    ...tokens.map((token) => ({ authorization: `Bearer ${token}` })),
    { 'x-api-key': key },
    { 'x-remote-user': 'ann' },
  ];
  return { gateway, callers };
}

test('callers of one name share neither private responses nor limits, however they are identified', async () => {
  const { gateway, callers } = await callersNamedAnn();
  const fetched: unknown[] = [];
  for (const headers of callers) {
    const first = await gateway.post(headers, '{ mine }');
    expect(first.status).toBe(200);
    expect(await gateway.post(headers, '{ mine }')).toEqual(first);
    fetched.push(first.data?.mine);
  }
  expect(new Set(fetched).size).toBe(callers.length);
  for (const headers of callers) expect((await gateway.post(headers, '{ mine }')).status).toBe(429);
});

test('two tokens of one subject are one caller', async () => {
  const gateway = await served(['sub', 'client_id']);
  const responses = [];
  for (const jti of ['1', '2']) {
    const headers = { authorization: `Bearer ${await issuer.sign({ jti, client_id: jti })}` };
    responses.push((await gateway.post(headers, '{ mine }')).data);
  }
  expect(responses[0]).toEqual(responses[1]);
});
