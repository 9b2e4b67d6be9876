// LRU map: the least recently used entry is dropped first, within both bounds, and the weight is exact.
import { expect, test } from 'vitest';
import { LruMap } from './lru-map.ts';

test('beyond the number of entries, each new one evicts one', () => {
  const map = new LruMap<number>({ maxEntries: 2 });
  map.set('a', 1);
  map.set('b', 2);
  expect(map.get('a')).toBe(1);
  map.set('c', 3);
  expect([map.get('a'), map.get('b'), map.get('c'), map.size]).toEqual([1, undefined, 3, 2]);
});

test('the weight is that of the entries, after any series of changes', () => {
  let weight = 0;
  const options = { maxEntries: 5, maxWeight: 100, weigh: (value: number) => value };
  const map = new LruMap<number>({ ...options, onWeight: (change) => (weight += change) });
  for (let turn = 0; turn < 1000; turn += 1) {
    map.set(`k${(turn * 7) % 11}`, (turn * 13) % 60);
    map.get(`k${(turn * 5) % 11}`);
    const there = Array.from({ length: 11 }, (_, key) => map.get(`k${key}`)).filter((value) => value !== undefined);
    expect(weight).toBe(there.reduce((sum, value) => sum + value, 0));
    expect(weight).toBeLessThanOrEqual(100);
    expect(there.length).toBeLessThanOrEqual(5);
  }
});

test('a value heavier than the bound is the only one', () => {
  const map = new LruMap<number>({ maxEntries: 5, maxWeight: 10, weigh: (value) => value });
  map.set('a', 1);
  map.set('b', 50);
  expect([map.get('a'), map.get('b')]).toEqual([undefined, 50]);
});
