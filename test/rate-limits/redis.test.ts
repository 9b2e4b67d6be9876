// Rate limits that several gateways share through a real Redis, and their state while Redis is unavailable.
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Counters, createCounters } from '../../gateway/policy/rate-limits/counters.ts';
import { createFieldLimits } from '../../gateway/policy/rate-limits/field-limits.ts';
import { createRequestLimits, type RateLimitResult } from '../../gateway/policy/rate-limits/request-limits.ts';
import { RedisServer, reached } from '../harness/redis-server.ts';
import { anonymous, checked, recordedLog, user } from './counting.ts';

const server = new RedisServer();
let clients: [Redis, Redis];

beforeAll(async () => {
  await server.start();
  clients = [await server.connect(), await server.connect()];
});
beforeEach(() => clients[0].flushall());
afterAll(() => server.close());

type Written = Parameters<typeof checked>[0];

/** A gateway's limits on one connection, with a clock of its own and a log that can be read. */
function gateway(written: Written, redis: Redis = clients[0]) {
  const config = checked({ redisTimeout: 1_000, ...written });
  const log = recordedLog();
  const clock = { now: 0 };
  const counters: Counters = createCounters({ config, redis, log, now: () => clock.now });
  return { counters, log, clock, ...createRequestLimits(config, counters) };
}

const allowed = (admissions: RateLimitResult[]) => admissions.filter(({ rejected }) => rejected === null).length;

async function times(
  count: number,
  take: (index: number) => RateLimitResult | Promise<RateLimitResult>,
): Promise<number> {
  return allowed(await Promise.all(Array.from({ length: count }, (_, index) => take(index))));
}

/** The one key there is, with the milliseconds it has left. */
async function onlyKey(): Promise<{ key: string; value: string | null; left: number }> {
  const keys = await clients[0].keys('*');
  expect(keys).toHaveLength(1);
  const key = keys[0]!;
  return { key, value: await clients[0].get(key), left: await clients[0].pttl(key) };
}

test('two gateways allow exactly the limit together, out of a thousand requests at once', async () => {
  const written: Written = { request: { limit: 137, duration: 600 } };
  const both = clients.map((client) => gateway(written, client));
  expect(await times(1_000, (index) => both[index % 2]!.consume(user('anna')))).toBe(137);
  expect((await onlyKey()).value).toBe('137');
  expect(both.flatMap(({ log }) => log.lines)).toEqual([]);
});

test('two gateways allow exactly the budget together, and rejected operations consume nothing of it', async () => {
  const both = clients.map((client) => gateway({ cost: { budget: 100, duration: 600 } }, client));
  const anna = user('anna');
  const costs = Array.from({ length: 300 }, (_, index) => (index % 3) + 5);
  const admissions = await Promise.all(costs.map(async (cost, index) => both[index % 2]!.consumeCost(anna, cost)));
  const taken = costs.filter((_, index) => admissions[index]?.rejected === null).reduce((sum, cost) => sum + cost, 0);
  expect(taken).toBeLessThanOrEqual(100);
  // Less is left than the cheapest of those that were rejected.
  expect(taken).toBeGreaterThan(95);
  expect((await onlyKey()).value).toBe(String(taken));
});

test('a window ends in time whatever the number of requests in it, and then starts anew', async () => {
  const { consume: admit } = gateway({ request: { limit: 2, duration: 600 } });
  const anna = user('anna');
  expect(await times(2, () => admit(anna))).toBe(2);
  const { key, left } = await onlyKey();
  expect(left).toBeGreaterThan(590_000);
  expect(left).toBeLessThanOrEqual(600_000);
  await clients[0].pexpire(key, 41_500);
  expect(await times(20, () => admit(anna))).toBe(0);
  expect((await admit(anna)).rejected?.retryAfter).toBe(42);
  expect((await onlyKey()).left).toBeLessThanOrEqual(41_500);
  await clients[0].pexpireat(key, 1);
  expect(await times(5, () => admit(anna))).toBe(2);
});

test('keys are short, hold nothing of the caller, and all expire', async () => {
  const { consume: admit } = gateway({ request: { limit: 2, duration: 600 }, perClient: { limit: 2, duration: 600 } });
  await admit({ ...user('anna'), client: 'web' });
  await admit(user(`*\r\n{x} ${'long'.repeat(1_000)}`));
  await admit(anonymous('2001:db8::1'));
  const keys = await clients[0].keys('*');
  expect(keys).toHaveLength(4);
  for (const key of keys) {
    expect(key).toMatch(/^concierge:rate:(default|client):[\w-]{22}$/);
    expect(await clients[0].pttl(key)).toBeGreaterThan(0);
  }
});

test('a request that one limit rejects is refunded to the others', async () => {
  const { consume: admit } = gateway({ request: { limit: 5, duration: 600 }, perAddress: { limit: 1, duration: 600 } });
  await admit(anonymous('192.0.2.1'));
  expect(await times(20, () => admit(user('anna')))).toBe(0);
  expect(await clients[0].mget(await clients[0].keys('*:default:*'))).toEqual(expect.arrayContaining(['1', '0']));
});

test('a refund after the window has ended does not make the next one larger', async () => {
  const { counters } = gateway({});
  const counter = counters.counter('default', 2, 600);
  await counter.consume('anna', 1);
  await clients[0].flushall();
  counter.refund('anna', 1);
  const takes = await Promise.all(Array.from({ length: 4 }, () => counter.consume('anna', 1)));
  expect(takes.map((take) => take.allowed)).toEqual([true, true, false, false]);
});

test('a refund is for its own window, whoever has consumed in it since', async () => {
  const [one, other] = clients.map((client) => gateway({}, client).counters.counter('cost', 10, 600));
  const { window } = await one!.consume('anna', 6);
  one!.refund('anna', 2, window);
  expect(await one!.consume('anna', 1)).toMatchObject({ remaining: 5 });
  one!.refund('anna', -20, window);
  expect(await one!.consume('anna', 1)).toMatchObject({ allowed: false, remaining: 0 });
  one!.refund('anna', 21, window);
  expect(await one!.consume('anna', 1)).toMatchObject({ allowed: true, remaining: 5 });
  const { key } = await onlyKey();
  await clients[0].pexpireat(key, 1);
  expect(await other!.consume('anna', 3)).toMatchObject({ remaining: 7 });
  // It is as long as the other, and began a second later.
  await clients[0].pexpireat(key, window.endsAt + 1_000);
  one!.refund('anna', 3, window);
  expect(await one!.consume('anna', 1)).toMatchObject({ remaining: 6 });
});

test('what this instance has counted by itself is not given back to Redis', async () => {
  const { counters, clock } = gateway({ redisTimeout: 20 });
  const counter = counters.counter('cost', 10, 600);
  await server.hold();
  const { window } = await counter.consume('anna', 6);
  expect(window.isShared).toBe(false);
  await server.resume();
  await clients[0].ping();
  await clients[0].flushall();
  clock.now += 1_000;
  expect(await counter.consume('anna', 5)).toMatchObject({ remaining: 5, window: { isShared: true } });
  counter.refund('anna', 5, window);
  expect(await counter.consume('anna', 1)).toMatchObject({ remaining: 4 });
});

test('two gateways share the limits of fields, and the first aliases pass', async () => {
  const rules = new Map([['Query.search', [{ limit: 3, duration: 600 }]]]);
  const [one, other] = clients.map((client) => createFieldLimits(rules, gateway({}, client).counters));
  const requested = ['a', 'b'].map((place) => ({ coordinate: 'Query.search', place }));
  expect([...(await one!.consume(requested, user('anna'))).keys()]).toEqual([]);
  expect([...(await other!.consume(requested, user('anna'))).keys()]).toEqual(['b']);
  expect([...(await other!.consume(requested, user('bert'))).keys()]).toEqual([]);
});

test('scripts that Redis has lost are loaded again', async () => {
  const { consume: admit, log } = gateway({ request: { limit: 2, duration: 600 } });
  await admit(user('anna'));
  await clients[0].script('FLUSH');
  expect(await times(3, () => admit(user('anna')))).toBe(1);
  expect(log.lines).toEqual([]);
});

test('a gateway that was busy for longer than the time-out still gets the reply of Redis', async () => {
  const { consume: admit, log } = gateway({ request: { limit: 10, duration: 600 }, redisTimeout: 20 });
  await clients[0].ping();
  const admission = admit(user('anna'));
  const end = performance.now() + 60;
  while (performance.now() < end);
  expect((await admission).rejected).toBeNull();
  expect((await onlyKey()).value).toBe('1');
  expect(log.lines).toEqual([]);
});

test('while Redis is down each gateway allows its share, and logs it once; then they share again', async () => {
  const isUnavailable = 'warn: rate limits: Redis does not reply, this gateway counts by itself until it does';
  const back = 'info: rate limits: Redis replies again, all gateways share their counts';
  const written: Written = { request: { limit: 10, duration: 600 }, localShare: 2 };
  const both = clients.map((client) => gateway(written, client));
  const anna = user('anna');
  expect(await times(4, (index) => both[index % 2]!.consume(anna))).toBe(4);

  const closed = clients.map((client) => reached(client, 'close'));
  await server.kill();
  await Promise.all(closed);
  for (const { consume: admit } of both) expect(await times(50, () => admit(anna))).toBe(5);
  for (const { log } of both) expect(log.lines).toEqual([isUnavailable]);

  const ready = clients.map((client) => reached(client, 'ready'));
  await server.start();
  await Promise.all(ready);
  // No request before its time.
  for (const { consume: admit } of both) expect(await times(5, () => admit(anna))).toBe(0);
  for (const { clock } of both) clock.now += 1_000;
  // The new Redis has none of the earlier counts.
  for (const { consume: admit } of both) await admit(anna);
  expect(await times(50, (index) => both[index % 2]!.consume(anna))).toBe(8);
  for (const { log } of both) expect(log.lines).toEqual([isUnavailable, back]);
});

test('a Redis that hangs holds up one decision for the time-out, and the others not at all', async () => {
  const { consume: admit, log, clock } = gateway({ request: { limit: 10, duration: 600 }, redisTimeout: 200 });
  const anna = user('anna');
  await admit(anna);
  await server.hold();
  const before = clients[0].commandQueue.length;
  expect((await admit(anna)).rejected).toBeNull();
  expect(await times(500, () => admit(anna))).toBe(9);
  // Only the first one went to the connection: nothing piles up there.
  expect(clients[0].commandQueue.length - before).toBe(1);
  expect(log.lines).toHaveLength(1);
  clock.now += 1_000;
  expect(await times(500, () => admit(anna))).toBe(0);
  expect(clients[0].commandQueue.length - before).toBe(2);
  await server.resume();
  await clients[0].ping();
  clock.now += 1_000;
  expect((await admit(anna)).rejected).toBeNull();
  expect(log.lines).toHaveLength(2);
});
