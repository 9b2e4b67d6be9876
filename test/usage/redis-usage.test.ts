// Usage in a real Redis: counts of several instances are added up, names are bounded, and days end by themselves.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRedisUsageStore } from '../../gateway/telemetry/usage/redis-usage-store.ts';
import { UsageCounter } from '../../gateway/telemetry/usage/usage-counter.ts';
import type { UsageCount } from '../../gateway/telemetry/usage/usage-record.ts';
import { usageOf } from '../../gateway/telemetry/usage/usage-report.ts';
import { RedisServer } from '../harness/redis-server.ts';

const redis = new RedisServer();
beforeAll(() => redis.start());
afterAll(() => redis.close());

const today = '2026-11-21';
const at = (day: string) => () => Date.parse(`${day}T12:00:00Z`);

function use(fields: Partial<UsageCount>): UsageCount {
  const named = { client: 'web', version: '1', operation: 'Page', coordinates: ['Query.product', 'Product.name'] };
  return { ...named, day: today, count: 1, isTrusted: true, ...fields };
}

test('what instances count at the same time is added up, and is there for its days', async () => {
  const clients = await Promise.all([redis.connect(), redis.connect()]);
  const [client] = clients;
  const counters = clients.map((one) => {
    const store = createRedisUsageStore(one, 'shared', at(today));
    return new UsageCounter({ store, now: at(today) });
  });
  const prepared = {};
  const page = { name: 'Page', trusted: true, coordinates: ['Product.name', 'Query.product'] };
  for (let round = 0; round < 20; round += 1) {
    for (const counter of counters) {
      counter.count(prepared, { client: 'web', clientName: 'web', clientVersion: '1' }, () => page);
      counter.countKey({ name: 'warehouse', id: '12345678' });
    }
    await Promise.all(counters.map((counter) => counter.flush()));
  }
  const store = createRedisUsageStore(client!, 'shared', at(today));
  await store.add([use({ day: '2026-11-20', count: 2, coordinates: page.coordinates })], today);
  const records = await store.load();
  expect(usageOf(records, 'Product.name')).toEqual([
    { client: 'web', version: '1', operation: 'Page', count: 42, firstSeen: '2026-11-20', lastSeen: today },
  ]);
  expect(usageOf(records, '(API key)')).toMatchObject([{ client: 'warehouse', version: '12345678', count: 40 }]);
  const keys = await client!.keys('shared:*');
  expect(keys.sort()).toEqual([
    'shared:usage:2026-11-20',
    'shared:usage:2026-11-21',
    'shared:usage:coordinates',
    'shared:usage:last-used',
    'shared:usage:length',
  ]);
  for (const key of keys) expect(await client!.pttl(key)).toBeGreaterThan(29 * 86_400_000);
  // After its days, and with the next count, nothing is left of it.
  const later = createRedisUsageStore(client!, 'shared', at('2026-12-25'));
  expect(await later.load()).toEqual([]);
  await later.add([use({ day: '2026-12-25', coordinates: ['Query.other'] })], '2026-12-25');
  expect(await client!.hvals('shared:usage:coordinates')).toEqual(['Query.other']);
  expect(await client!.get('shared:usage:length')).toBe('11');
});

test('names that requests make up have half of the room; beyond it, coordinates are counted without names', async () => {
  const client = await redis.connect();
  const store = createRedisUsageStore(client, 'bounded', at(today));
  const made = (index: number) =>
    use({ operation: `Made${index}`, coordinates: [`Query.made${index % 7}`], isTrusted: false });
  for (let index = 0; index < 3_000; index += store.maxCounts) {
    await store.add(
      Array.from({ length: store.maxCounts }, (_, each) => made(index + each)),
      today,
    );
  }
  const names = async () => (await client.hkeys(`bounded:usage:${today}`)).filter((field) => field.startsWith('['));
  expect(await names()).toHaveLength(1_000);
  await store.add([use({})], today);
  expect(await names()).toHaveLength(1_001);
  const records = await store.load();
  expect(usageOf(records, 'Product.name')).toMatchObject([{ client: 'web', operation: 'Page', count: 1 }]);
  const lines = usageOf(records, 'Query.made1');
  expect(lines.reduce((sum, { count }) => sum + count, 0)).toBe(Math.ceil(3_000 / 7));
  // The length of all coordinates is bounded as well.
  const long = (index: number) =>
    use({ operation: `Long${index}`, coordinates: [`Query.long${index}`.padEnd(16_000, 'x')] });
  for (let index = 0; index < 300; index += 50) {
    await store.add(
      Array.from({ length: 50 }, (_, each) => long(index + each)),
      today,
    );
  }
  const texts = await client.hvals('bounded:usage:coordinates');
  expect(texts.reduce((sum, text) => sum + text.length, 0)).toBeLessThanOrEqual(4_194_304);
  expect(usageOf(await store.load(), long(299).coordinates[0] as string)).toMatchObject([
    { client: '(other)', count: 1 },
  ]);
});

test('what an earlier version has stored is read, and ends by itself', async () => {
  const client = await redis.connect();
  const days = { firstSeen: '2026-11-01', lastSeen: '2026-11-20', days: { '2026-11-20': 4 } };
  const record = { client: 'web', version: '1', operation: 'Page', coordinate: 'Query.product', ...days };
  await client.set('former:usage', JSON.stringify({ version: 1, records: [record] }));
  const store = createRedisUsageStore(client, 'former', at(today));
  await store.add([use({ coordinates: ['Query.product'] })], today);
  const [line] = usageOf(await store.load(), 'Query.product');
  expect(line).toMatchObject({ operation: 'Page', count: 5, firstSeen: '2026-11-01', lastSeen: today });
  expect(await client.pttl('former:usage')).toBeGreaterThan(29 * 86_400_000);
});
