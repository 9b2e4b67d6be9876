// Memory storage: its bound, the order of eviction, and that no tag version is evicted before the entries that it
// invalidates.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { testClock } from '../../test/cache/caches.ts';
import { type CacheEntry, type Clock, clockKey, tagVersionKey } from './cache-entry.ts';
import { MemoryStorage } from './memory-storage.ts';

const entry = (epoch: number, tags: string[] = [], body = 'x'): { value: CacheEntry } => ({
  value: { epoch, tags, metadata: {}, body },
});

async function set(
  storage: MemoryStorage,
  key: string,
  value: { value: CacheEntry; expires?: number },
): Promise<boolean> {
  const [isStored] = await storage.setMany([{ key, value }]);
  return isStored === true;
}

async function has(storage: MemoryStorage, ...keys: string[]): Promise<boolean[]> {
  return (await storage.getMany(keys)).map((row) => row !== undefined);
}

async function epochOf(storage: MemoryStorage): Promise<number> {
  const [row] = await storage.getMany<Clock>([clockKey]);
  return (row as { value: Clock }).value.epoch;
}

test('it never takes more bytes than its bound', async () => {
  const storage = new MemoryStorage(100_000);
  for (let index = 0; index < 1000; index += 1) {
    await set(storage, `key ${index}`, entry(1, [`Product:${index}`], 'x'.repeat(index * 3)));
    expect(storage.bytes).toBeLessThanOrEqual(100_000);
  }
  expect(storage.bytes).toBeGreaterThan(80_000);
});

test('its count is what the process takes, or a little more', async () => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const used = () => {
    for (let turn = 0; turn < 3; turn += 1) collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const before = used();
  const storage = new MemoryStorage(1_000_000_000);
  for (let index = 0; index < 20_000; index += 1) {
    const body = Buffer.allocUnsafeSlow(200);
    const value: CacheEntry = { epoch: 1, tags: ['Product', `Product:${index}`], metadata: { maxAge: 60 }, body };
    await set(storage, `entity:${index}:${'x'.repeat(40)}`, { value, expires: 4e12 + index });
  }
  const taken = used() - before;
  expect(storage.bytes / taken).toBeGreaterThan(0.9);
  expect(storage.bytes / taken).toBeLessThan(2);
});

test('text that needs two bytes for a character counts so', async () => {
  const [plain, wide] = [new MemoryStorage(1e6), new MemoryStorage(1e6)];
  await set(plain, 'key', entry(1, [], 'x'.repeat(1000)));
  await set(wide, 'key', entry(1, [], `${'x'.repeat(999)}€`));
  expect(wide.bytes - plain.bytes).toBe(1000);
});

test('the most recently used entry stays', async () => {
  const storage = new MemoryStorage(3 * 1500);
  for (const key of ['a', 'b', 'c']) await set(storage, key, entry(1, [], 'x'.repeat(1000)));
  await has(storage, 'a');
  await set(storage, 'd', entry(1, [], 'x'.repeat(1000)));
  expect(await has(storage, 'a', 'b', 'c', 'd')).toEqual([true, false, true, true]);
});

test('a tag version that is older than an entry in use outlives it', async () => {
  const storage = new MemoryStorage(10_000);
  await storage.advanceClock(['Product:1'], 1e9, false);
  const epoch = await epochOf(storage);
  await set(storage, 'used', entry(epoch, ['Product:1']));
  for (let index = 0; index < 200; index += 1) {
    await set(storage, `other ${index}`, entry(epoch, [], 'x'.repeat(500)));
    // Only the entry is read: its tag version is used with it.
    expect(await has(storage, 'used')).toEqual([true]);
  }
  expect(await has(storage, tagVersionKey('Product:1'))).toEqual([true]);
});

test('an unused entry is evicted before the tag version that came after it', async () => {
  const seen = new Set<string>();
  for (let others = 0; others < 40; others += 1) {
    const storage = new MemoryStorage(10_000);
    await set(storage, 'used', entry(await epochOf(storage), ['Product:1']));
    await storage.advanceClock(['Product:1'], 1e9, false);
    const later = await epochOf(storage);
    for (let index = 0; index < others; index += 1) await set(storage, `${index}`, entry(later, [], 'x'.repeat(100)));
    const [retained, stamp] = await has(storage, 'used', tagVersionKey('Product:1'));
    seen.add(`${retained} ${stamp}`);
  }
  expect([...seen]).toEqual(['true true', 'false true', 'false false']);
});

test('an entry whose tag version has come and gone while it was fetched is not stored', async () => {
  const storage = new MemoryStorage(10_000);
  const epoch = await epochOf(storage);
  await storage.advanceClock(['Product:1'], 1e9, false);
  const later = await epochOf(storage);
  for (let index = 0; index < 100; index += 1) await set(storage, `other ${index}`, entry(later, [], 'x'.repeat(500)));
  expect(await has(storage, tagVersionKey('Product:1'))).toEqual([false]);
  expect(await set(storage, 'late', entry(epoch, ['Product:1']))).toBe(false);
  expect(await has(storage, 'late')).toEqual([false]);
  expect(await set(storage, 'in time', entry(later, ['Product:1']))).toBe(true);
});

test('an entry that evicts its own tag version does not stay', async () => {
  const storage = new MemoryStorage(10_000);
  const epoch = await epochOf(storage);
  await storage.advanceClock(['Product:1'], 1e9, false);
  await set(storage, 'large', entry(epoch, ['Product:1'], 'x'.repeat(9300)));
  const [large, stamp] = await has(storage, 'large', tagVersionKey('Product:1'));
  expect(large && !stamp).toBe(false);
});

test('an entry that is larger than the bound is not stored', async () => {
  const storage = new MemoryStorage(1000);
  expect(await set(storage, 'key', entry(1, [], 'x'.repeat(2000)))).toBe(false);
  expect(await has(storage, 'key')).toEqual([false]);
});

test('the clock never goes back, also where that of the machine does', async () => {
  const clock = testClock();
  const storage = new MemoryStorage(10_000, clock.now);
  await storage.advanceClock(['Product'], 1e9, false);
  const first = await epochOf(storage);
  clock.advance(-60_000);
  await storage.advanceClock(['Product'], 1e9, false);
  expect(await epochOf(storage)).toBe(first + 1);
});
