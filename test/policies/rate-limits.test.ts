// Rate limits over HTTP: on fields, on requests, on cost; of one gateway and of two with one Redis.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RedisServer } from '../harness/redis-server.ts';
import { batch, codesOf, type Fixtures, firstEvent, get, post, startFixtures } from './fixtures.ts';

let fixtures: Fixtures;
const redis = new RedisServer();

beforeAll(async () => {
  await redis.start();
  fixtures = await startFixtures();
});
afterAll(async () => {
  await fixtures.stop();
  await redis.close();
});

/** A new caller, whose counts start at zero. */
let strangers = 0;
function newCaller(): Promise<Record<string, string>> {
  strangers += 1;
  return fixtures.identities.signedIn(`stranger${strangers}`);
}

describe.each([
  ['the fast path', { fastPath: true }],
  ['Yoga', { fastPath: false }],
  ['Yoga with a plugin', { plugins: [{}] }],
])('through %s', (_path, options) => {
  let url: string;
  beforeAll(async () => {
    url = await fixtures.start(options);
  });

  test('each alias counts, and those beyond the limit are null, the others are not', async () => {
    const headers = await newCaller();
    const { status, response } = await post(url, {
      query: '{ a: visits b: visits hello c: visits d: visits }',
      headers,
    });
    expect(status).toBe(200);
    expect(response.data).toEqual({ a: 1, b: 1, hello: 'hello', c: 1, d: null });
    expect(response.errors).toEqual([
      {
        message: expect.stringMatching(/^Query\.visits may be selected 3 times in 600 s\. Try again in \d+ s\.$/),
        path: ['d'],
        extensions: { code: 'RATE_LIMIT_EXCEEDED', limit: 3, duration: 600, retryAfter: expect.any(Number) },
      },
    ]);
  });

  test('where nothing else is selected, the whole request is rejected with 429', async () => {
    const headers = await newCaller();
    const query = '{ a: visits b: visits c: visits }';
    await post(url, { query, headers });
    fixtures.requested();
    for (const rejected of [await post(url, { query, headers }), await get(url, { query, headers })]) {
      expect(rejected.status).toBe(429);
      expect(Number(rejected.headers.get('retry-after'))).toBeGreaterThan(590);
      expect(rejected.response.data).toBeUndefined();
      expect(rejected.response.errors?.map(({ extensions }) => extensions.code)).toEqual(['RATE_LIMIT_EXCEEDED']);
      expect(rejected.text).not.toContain('"http"');
    }
    expect(fixtures.requested()).toEqual([]);
    const forNested = await post(url, { query: '{ visits __type(name: "User") { name } }', headers });
    expect([forNested.status, forNested.response.data]).toEqual([200, { visits: null, __type: { name: 'User' } }]);
  });

  test('each operation of a batch counts', async () => {
    const headers = await newCaller();
    const { status, responses } = await batch(url, Array(5).fill({ query: '{ hello visits }' }), headers);
    expect(status).toBe(200);
    const values = responses.map(({ data }) => (data as { visits: number | null }).visits);
    expect(values.filter((value) => value === 1)).toHaveLength(3);
    expect(responses.flatMap(codesOf)).toEqual(['visits: RATE_LIMIT_EXCEEDED', 'visits: RATE_LIMIT_EXCEEDED']);
  });

  test('a field below a list counts once, and is null in each of its objects', async () => {
    const headers = await newCaller();
    const query = '{ users { id feed } }';
    const fed = { data: { users: ['u1', 'u2'].map((id) => ({ id, feed: 'news' })) } };
    expect((await post(url, { query, headers })).response).toEqual(fed);
    expect((await post(url, { query, headers })).response).toEqual(fed);
    fixtures.requested();
    const { status, response } = await post(url, { query, headers });
    expect(status).toBe(200);
    expect(response.data).toEqual({ users: ['u1', 'u2'].map((id) => ({ id, feed: null })) });
    expect(codesOf(response)).toEqual(['users.0.feed: RATE_LIMIT_EXCEEDED', 'users.1.feed: RATE_LIMIT_EXCEEDED']);
    expect(fixtures.requested().join('\n')).not.toMatch(/feed/);
  });

  test('a field at two places is over its limit at the second alone', async () => {
    const headers = await newCaller();
    await post(url, { query: '{ me { feed } }', headers });
    const { response } = await post(url, { query: '{ me { feed } user(id: "u2") { feed name } }', headers });
    expect(response.data).toEqual({ me: { feed: 'news' }, user: { feed: null, name: 'Ben' } });
  });

  test('the null of a non-null field propagates to the whole response', async () => {
    const headers = await newCaller();
    await post(url, { query: '{ strictVisits }', headers });
    const { status, response } = await post(url, { query: '{ strictVisits hello }', headers });
    expect([status, response.data]).toEqual([200, null]);
    expect(codesOf(response)).toEqual(['strictVisits: RATE_LIMIT_EXCEEDED']);
  });

  test('a skipped field does not count', async () => {
    const headers = await newCaller();
    const query = 'query ($no: Boolean = false) { hello visits @include(if: $no) }';
    for (let time = 0; time < 5; time += 1) await post(url, { query, headers });
    expect((await post(url, { query: '{ visits }', headers })).response).toEqual({ data: { visits: 1 } });
  });

  test('a subscription counts when it starts', async () => {
    const headers = await newCaller();
    const query = 'subscription { rareTicks }';
    expect((await firstEvent(url, { query, headers })).response).toEqual({ data: { rareTicks: 1 } });
    fixtures.requested();
    const { status, response } = await firstEvent(url, { query, headers });
    expect(response.data).toBeUndefined();
    expect(response.errors?.map(({ extensions }) => extensions.code)).toEqual(['RATE_LIMIT_EXCEEDED']);
    expect(status).toBe(429);
    expect(fixtures.requested()).toEqual([]);
  });
});

test('anonymous callers are counted by address, and apart from authenticated ones', async () => {
  const url = await fixtures.start({ trustedProxies: ['loopback'] });
  const from = (address: string) => ({ 'x-forwarded-for': address });
  const query = '{ hello a: visits b: visits c: visits }';
  const all = { hello: 'hello', a: 1, b: 1, c: 1 };
  expect((await post(url, { query, headers: from('192.0.2.1') })).response.data).toEqual(all);
  expect((await post(url, { query, headers: from('192.0.2.1') })).response.data).toEqual({
    hello: 'hello',
    a: null,
    b: null,
    c: null,
  });
  expect((await post(url, { query, headers: from('192.0.2.2') })).response.data).toEqual(all);
  const signedIn = { ...from('192.0.2.1'), ...(await newCaller()) };
  expect((await post(url, { query, headers: signedIn })).response.data).toEqual(all);
});

test("in mode 'request', a field over its limit rejects the request", async () => {
  const url = await fixtures.start({ authorization: { mode: 'request' } });
  const headers = await newCaller();
  fixtures.requested();
  const { status, response } = await post(url, {
    query: '{ hello a: visits b: visits c: visits d: visits me { name } }',
    headers,
  });
  expect(status).toBe(429);
  expect(response.data).toBeUndefined();
  expect(fixtures.requested()).toEqual([]);
});

test('two gateways with one Redis allow exactly the limit together', async () => {
  const options = {
    redis: { url: redis.socket },
    rateLimits: { redisTimeout: 1000, request: { limit: 60, duration: '10m' } },
  } as const;
  const urls = [await fixtures.start(options), await fixtures.start({ ...options, fastPath: false })];
  const headers = await newCaller();
  const responses = await Promise.all(
    Array.from({ length: 20 }, (_, index) => post(urls[index % 2] as string, { query: '{ hello visits }', headers })),
  );
  expect(responses.filter(({ response }) => (response.data as { visits: unknown }).visits === 1)).toHaveLength(3);
  const more = await Promise.all(
    Array.from({ length: 60 }, (_, index) => post(urls[index % 2] as string, { query: '{ hello }', headers })),
  );
  expect(more.filter(({ status }) => status === 200)).toHaveLength(40);
  expect(more.filter(({ status }) => status === 429)).toHaveLength(20);
});

describe.each([
  ['the fast path', { fastPath: true }],
  ['Yoga', { fastPath: false }],
])('limits on all requests, through %s', (_path, options) => {
  test('a request over the limit is rejected with 429, and responses carry what is left', async () => {
    const url = await fixtures.start({ ...options, rateLimits: { request: { limit: 3, duration: 600 } } });
    const headers = await newCaller();
    const query = '{ hello me { name } }';
    for (const left of [2, 1, 0]) {
      const received = await post(url, { query, headers });
      expect(received.status).toBe(200);
      expect(received.headers.get('ratelimit-policy')).toBe('"default";q=3;w=600');
      expect(received.headers.get('ratelimit')).toMatch(new RegExp(`^"default";r=${left};t=\\d+$`));
    }
    fixtures.requested();
    const rejected = await post(url, { query, headers });
    expect(rejected.status).toBe(429);
    expect(rejected.response.errors?.map(({ extensions }) => extensions)).toEqual([
      { code: 'RATE_LIMIT_EXCEEDED', policy: 'default', retryAfter: expect.any(Number) },
    ]);
    expect(Number(rejected.headers.get('retry-after'))).toBeGreaterThan(590);
    expect(rejected.headers.get('ratelimit')).toMatch(/^"default";r=0;t=\d+$/);
    expect(fixtures.requested()).toEqual([]);
    expect((await post(url, { query, headers: await newCaller() })).status).toBe(200);
  });

  test('a batch counts as one request for each operation', async () => {
    const url = await fixtures.start({ ...options, rateLimits: { request: { limit: 3, duration: 600 } } });
    const headers = await newCaller();
    const { responses } = await batch(url, [{ query: '{ hello }' }, { query: '{ hello }' }], headers);
    expect(responses).toEqual([{ data: { hello: 'hello' } }, { data: { hello: 'hello' } }]);
    expect((await post(url, { query: '{ hello }', headers })).status).toBe(200);
    expect((await post(url, { query: '{ hello }', headers })).status).toBe(429);
  });

  test('operations are paid from a budget, each one of a batch separately', async () => {
    const url = await fixtures.start({ ...options, rateLimits: { cost: { budget: 60, duration: 600 } } });
    // Estimated at 11: five of them can be executed at once, each of which costs 2 or 3.
    const query = '{ me { name friends { name } } }';
    const one = await newCaller();
    let affordable = 0;
    while ((await post(url, { query, headers: one })).status === 200) affordable += 1;
    expect(affordable).toBeGreaterThan(15);
    const headers = await newCaller();
    const { responses } = await batch(url, Array(9).fill({ query }), headers);
    expect(responses.filter(({ data }) => data)).toHaveLength(5);
    while ((await post(url, { query, headers })).status === 200);
    expect(new Set(responses.flatMap(({ errors = [] }) => errors.map(({ extensions }) => extensions.code)))).toEqual(
      new Set(['RATE_LIMIT_EXCEEDED']),
    );
    fixtures.requested();
    const rejected = await post(url, { query, headers });
    expect(rejected.status).toBe(429);
    expect(Number(rejected.headers.get('retry-after'))).toBeGreaterThan(590);
    expect(fixtures.requested()).toEqual([]);
  });
});
