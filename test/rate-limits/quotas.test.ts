// Quotas of calendar days and months, over real HTTP by two gateways on one real Redis.
import { hash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { checkConfig } from '../../gateway/config/load.ts';
import type { GatewayConfig } from '../../gateway/index.ts';
import { Calendar } from '../../gateway/policy/rate-limits/calendar.ts';
import { createCounters } from '../../gateway/policy/rate-limits/counters.ts';
import { RedisServer, reached } from '../harness/redis-server.ts';
import { post, type Received, serveGraph } from '../values/served-graph.ts';
import { PlainClient } from '../websocket/shop.ts';
import { checked, recordedLog } from './counting.ts';

const server = new RedisServer();
let clients: [Redis, Redis];

beforeAll(async () => {
  await server.start();
  clients = [await server.connect(), await server.connect()];
});
beforeEach(() => clients[0].flushall());
afterAll(() => server.close());

const sdl = `
  type Query { items(first: Int): [Item!] }
  type Item { id: ID! }
`;

const apiKey = (name: string, more: object = {}) => ({
  ...{ name, hash: `sha256:${hash('sha256', name)}` as const },
  ...more,
});

async function served(rateLimits: GatewayConfig['rateLimits'], view?: Parameters<typeof serveGraph>[0]['view']) {
  const graph = await serveGraph({
    services: { items: sdl },
    ...(view && { view }),
    config: {
      redis: { url: server.socket },
      rateLimits: { redisTimeout: 1_000, quotasWithoutRedis: 'reject', plans: { large: {} }, ...rateLimits },
      authentication: {
        apiKeys: { keys: [apiKey('partner'), apiKey('other'), apiKey('large', { ratePlan: 'large' })] },
        identify: ({ headers }) =>
          headers['x-org'] ? { subject: String(headers['x-user']), claims: { org: headers['x-org'] } } : null,
      },
    },
  });
  graph.services.items!.returns = () => ({ data: { items: [{ id: '1' }, { id: '2' }] } });
  const send = (index: number, headers: Record<string, string>, query = '{ items { id } }', path = '/graphql') =>
    post(graph.origins[index % 2]!, query, { headers, path });
  /** Until both gateways are connected to Redis: a request with a quota cannot be counted before. */
  const connected = async (headers: Record<string, string>) => {
    for (const index of [0, 1]) while ((await send(index, headers)).status === 503);
    await clients[0].flushall();
  };
  return { ...graph, send, connected };
}

const statuses = (received: readonly Received[]) => {
  const counts = Object.entries(Object.groupBy(received, ({ status }) => status));
  return Object.fromEntries(counts.map(([status, all]) => [status, all?.length]));
};

const dayOf = (time: number, zone = 'UTC') => new Calendar('day', zone).periodOf(time);

test('a quota of a day is exact over two gateways, by API key, and header fields have what is left of it', async () => {
  const graph = await served({ quotas: { daily: { limit: 25, per: 'day', by: 'apiKey' } } });
  const partner = { 'x-api-key': 'partner' };
  await graph.connected(partner);
  const sent = await Promise.all(Array.from({ length: 60 }, (_, index) => graph.send(index, partner)));
  expect(statuses(sent)).toEqual({ 200: 25, 429: 35 });
  const { name, endsAt } = dayOf(Date.now());
  const [key, ...others] = await clients[0].keys('*');
  expect([key, others]).toEqual([expect.stringMatching(`^concierge:quota:daily:apiKey:${name}:[\\w-]{22}$`), []]);
  expect(await clients[0].get(key!)).toBe('25');
  const left = await clients[0].pttl(key!);
  expect(Math.abs(Date.now() + left - endsAt - 3_600_000)).toBeLessThan(60_000);
  const rejected = await graph.send(0, partner);
  const seconds = Number(rejected.headers.get('retry-after'));
  expect(Math.abs(seconds - (endsAt - Date.now()) / 1000)).toBeLessThan(60);
  expect(rejected.errors).toEqual([
    {
      message: `At most 25 requests may be sent in a calendar day (UTC). Try again in ${seconds} seconds.`,
      extensions: { code: 'RATE_LIMIT_EXCEEDED', retryAfter: seconds, policy: 'daily' },
    },
  ]);
  const other = await graph.send(1, { 'x-api-key': 'other' });
  expect([other.status, other.headers.get('ratelimit-policy'), other.headers.get('ratelimit')]).toEqual([
    200,
    '"daily";q=25;w=86400',
    expect.stringMatching(/^"daily";r=24;t=\d+$/),
  ]);
  const anonymous = await graph.send(0, {});
  expect([anonymous.status, anonymous.headers.get('ratelimit')]).toEqual([200, null]);
});

test('a month of cost by tenant, a day of requests by client, and quotas of a plan', async () => {
  const graph = await served(
    {
      countBy: 'org',
      timeZone: 'Europe/Berlin',
      quotas: {
        monthly: { budget: 10, per: 'month', by: 'tenant' },
        perClient: { limit: 3, per: 'day', by: 'client' },
        keys: { limit: 1, per: 'day', by: 'apiKey' },
      },
      plans: { large: { quotas: { keys: { limit: 2, per: 'day', by: 'apiKey' }, perClient: false } } },
    },
    {},
  );
  const of = (org: string, user: string) => ({ 'x-org': org, 'x-user': user });
  await graph.connected(of('acme', 'ann'));
  // Estimated at 5, and 2 were returned: the difference is given back.
  const query = '{ items(first: 5) { id } }';
  for (const index of [0, 1, 0]) expect((await graph.send(index, of('acme', `user${index}`), query)).status).toBe(200);
  const month = new Calendar('month', 'Europe/Berlin').periodOf(Date.now());
  const monthly = `concierge:quota:monthly:tenant:${month.name}:*`;
  await expect.poll(async () => clients[0].mget(await clients[0].keys(monthly))).toEqual(['6']);
  const rejected = await graph.send(1, of('acme', 'bob'), query);
  expect(rejected).toMatchObject({
    status: 429,
    errors: [{ extensions: { code: 'RATE_LIMIT_EXCEEDED', policy: 'monthly' } }],
  });
  expect(Math.abs(Number(rejected.headers.get('retry-after')) - (month.endsAt - Date.now()) / 1000)).toBeLessThan(60);
  expect((await graph.send(1, of('other', 'bob'), query)).status).toBe(200);
  const web = await Promise.all([0, 1, 0, 1].map((index) => graph.send(index, {}, '{ items { id } }', '/graphql/web')));
  expect(statuses(web)).toEqual({ 200: 3, 429: 1 });
  const twice = async (key: string) =>
    statuses([await graph.send(0, { 'x-api-key': key }), await graph.send(1, { 'x-api-key': key })]);
  expect(await twice('partner')).toEqual({ 200: 1, 429: 1 });
  expect(await twice('large')).toEqual({ 200: 2 });
});

test('each operation of a batch counts, and over WebSockets; in measure mode quotas reject nothing', async () => {
  const daily = { limit: 4, per: 'day', by: 'apiKey' } as const;
  const graph = await served({ quotas: { daily } });
  const partner = { 'x-api-key': 'partner' };
  await graph.connected(partner);
  const batch = async (operations: number) => {
    const response = await fetch(`${graph.origins[1]}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...partner },
      body: JSON.stringify(Array.from({ length: operations }, () => ({ query: '{ items { id } }' }))),
    });
    return response.status;
  };
  expect([await batch(3), await batch(2)]).toEqual([200, 429]);
  const url = `${graph.origins[0]?.replace('http', 'ws')}/graphql`;
  const client = await PlainClient.open(url, undefined, { headers: partner }).catch((error: Error) => error.message);
  expect(client).toMatch(/^closed: \{"code":4429,/);
  const measured = await served({ mode: { quotas: 'measure' }, quotas: { daily } });
  // Nothing is rejected while they are not connected.
  for (const index of [0, 1]) {
    await clients[0].flushall();
    while ((await clients[0].keys('*')).length === 0) await measured.send(index, partner);
  }
  await clients[0].flushall();
  const sent = await Promise.all(Array.from({ length: 8 }, (_, index) => measured.send(index, partner)));
  expect(statuses(sent)).toEqual({ 200: 8 });
  expect(sent.map(({ headers }) => headers.get('ratelimit'))).toEqual(sent.map(() => null));
  expect(await clients[0].get((await clients[0].keys('*'))[0]!)).toBe('4');
});

test('while Redis is unavailable, requests with a quota are rejected, or counted and added to it afterwards', async () => {
  const quotas = { daily: { limit: 100, per: 'day', by: 'apiKey' } } as const;
  const rejecting = await served({ quotas });
  const counting = await served({ quotas, quotasWithoutRedis: 'count' });
  const partner = { 'x-api-key': 'partner' };
  const count = async () => {
    const [key] = await clients[0].keys('*');
    return key === undefined ? 0 : Number(await clients[0].get(key));
  };
  await rejecting.connected(partner);
  // The other two are connected as soon as Redis has counted for them.
  for (const index of [0, 1]) {
    const before = await count();
    while ((await count()) === before) expect((await counting.send(index, partner)).status).toBe(200);
  }
  await clients[0].set((await clients[0].keys('*'))[0]!, '97', 'KEEPTTL');
  for (const index of [0, 1]) expect((await counting.send(index, partner)).status).toBe(200);
  const away = clients.map((client) => reached(client, 'close'));
  await server.kill();
  await Promise.all(away);
  const rejected = await rejecting.send(0, partner);
  expect([rejected.status, rejected.headers.get('retry-after'), rejected.errors]).toEqual([
    503,
    '1',
    [
      {
        message: 'Quotas cannot be counted now. Try again in 1 second.',
        extensions: { code: 'QUOTA_UNAVAILABLE', retryAfter: 1, policy: 'daily' },
      },
    ],
  ]);
  expect((await rejecting.send(1, {})).status).toBe(200);
  // It has read that 99 are used.
  expect(statuses([await counting.send(1, partner), await counting.send(1, partner)])).toEqual({ 200: 1, 429: 1 });
  const back = clients.map((client) => reached(client, 'ready'));
  await server.start();
  await Promise.all(back);
  // The new Redis is empty: it gets the one that was served meanwhile, and each that is served from now on.
  const start = performance.now();
  while ((await count()) === 0) {
    expect(performance.now() - start).toBeLessThan(60_000);
    await counting.send(1, partner);
  }
  expect(await count()).toBe(2);
});

test('a new day begins at midnight of the time zone, a refund is for its own day, and counts expire', async () => {
  const zone = 'America/New_York';
  let now = Date.parse('2027-11-07T03:59:59.990Z');
  const config = checked({ redisTimeout: 1_000, timeZone: zone });
  const [one, other] = clients.map((redis) =>
    createCounters({ config, redis, log: recordedLog(), calendarNow: () => now }).quota(
      'daily',
      10,
      new Calendar('day', zone),
    ),
  );
  const first = await one!.consume('anna', 8);
  expect(first).toMatchObject({ allowed: true, remaining: 2, resetsIn: 10 });
  expect(await other!.consume('anna', 3)).toMatchObject({ allowed: false, remaining: 2 });
  now += 10;
  // Of 25 hours: clocks go back.
  const second = await other!.consume('anna', 7);
  expect(second).toMatchObject({ allowed: true, remaining: 3, resetsIn: 25 * 3_600_000 });
  one!.refund('anna', 5, first.window);
  expect(await one!.consume('anna', 4)).toMatchObject({ allowed: false, remaining: 3 });
  one!.refund('anna', 5, second.window);
  expect(await one!.consume('anna', 4)).toMatchObject({ allowed: true, remaining: 4 });
  one!.refund('anna', 100, second.window);
  expect(await one!.consume('anna', 10)).toMatchObject({ allowed: true, remaining: 0 });
});

test('quotas without Redis, or without what they count by, are errors of the configuration', () => {
  const base = { subgraphs: { items: { url: 'http://127.0.0.1:1/graphql', schema: 'items.graphql' } } };
  const quotas = {
    daily: { limit: 1, per: 'day', by: 'apiKey' },
    monthly: { budget: 1, per: 'month', by: 'tenant' },
  } as const;
  const check = (config: object) => () => checkConfig({ ...base, ...config });
  expect(check({ rateLimits: { quotas } })).toThrow(
    'quotas are counted in Redis, since a count in memory ends with the process: set `redis` (or REDIS_URL), or remove them',
  );
  const redis = { url: 'redis://127.0.0.1:1' };
  const counted = check({ redis, rateLimits: { quotas, plans: { large: { quotas: { daily: quotas.daily } } } } });
  for (const path of ['quotas.daily.by', 'quotas.monthly.by', 'plans.large.quotas.daily.by']) {
    expect(counted).toThrow(new RegExp(`rateLimits.${path} is "\\w+": nothing would be counted`));
  }
  const one = (quota: object, name = 'daily') => check({ redis, rateLimits: { quotas: { [name]: quota } } });
  expect(one({ limit: 1, budget: 1, per: 'day', by: 'client' })).toThrow('with `limit` or `budget`');
  expect(one({ limit: 1, per: 'day', by: 'client' }, 'cost')).toThrow('these are names of other limits');
  expect(check({ rateLimits: { timeZone: 'Europe/Berln' } })).toThrow('rateLimits.timeZone is "Europe/Berln"');
});
