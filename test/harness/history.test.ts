// The history checker finds reads that no cache may give, and only those.
import { expect, test } from 'vitest';
import { History } from './history.ts';

const nothing = () => {};

async function written(versions: readonly number[]): Promise<History> {
  const history = new History();
  for (const version of versions) await history.write('a', version, nothing);
  return history;
}

test('a read that begins after an acknowledged invalidation must not give what was there before', async () => {
  const history = await written([1, 2]);
  await history.read('a', () => 1);
  expect(history.violations).toEqual([]);
  await history.invalidate(['a', 'b'], nothing);
  await history.read('a', () => 2);
  await history.read('b', () => 0);
  expect(history.violations).toEqual([]);
  await history.read('a', () => 1, 'second');
  expect(history.violations).toEqual([{ kind: 'stale', object: 'a', gateway: 'second', version: 1, bound: 2 }]);
  expect(history.reads).toBe(4);
});

test('a read that had begun before the acknowledgement may give either', async () => {
  const history = await written([1]);
  const acknowledged = Promise.withResolvers<void>();
  const response = Promise.withResolvers<number>();
  const invalidated = history.invalidate(['a'], () => acknowledged.promise);
  const read = history.read('a', () => response.promise);
  acknowledged.resolve();
  await invalidated;
  response.resolve(0);
  await read;
  expect(history.violations).toEqual([]);
});

test('an invalidation demands what was written before it began, not what was written during it', async () => {
  const history = await written([1]);
  await history.invalidate(['a'], () => history.write('a', 2, nothing));
  await history.read('a', () => 1);
  expect(history.violations).toEqual([]);
  await history.read('a', () => 0);
  expect(history.violations).toMatchObject([{ kind: 'stale', version: 0, bound: 1 }]);
});

test('writes and invalidations that failed demand nothing, and what they wrote may be read', async () => {
  const history = await written([1]);
  const fail = () => Promise.reject(new Error('no response'));
  await expect(history.write('a', 2, fail)).rejects.toThrow('no response');
  await expect(history.invalidate(['a'], fail)).rejects.toThrow('no response');
  for (const version of [0, 1, 2]) await history.read('a', () => version);
  await history.read('a', () => null);
  await history.invalidate(['a'], nothing);
  await history.read('a', () => 1);
  expect(history.violations).toEqual([]);
  expect(history.reads).toBe(4);
});

test('an invalidation that one gateway has acknowledged demands nothing of the others', async () => {
  const history = await written([1]);
  await history.invalidate(['a'], nothing, 'first');
  await history.read('a', () => 0, 'second');
  expect(history.violations).toEqual([]);
  await history.read('a', () => 0, 'first');
  expect(history.violations).toMatchObject([{ gateway: 'first', bound: 1 }]);
});

test('a version that was not written yet is found, and one that is being written is none of them', async () => {
  const history = await written([1]);
  await history.write('a', 2, () => history.read('a', () => 2));
  await history.read('a', () => 3);
  expect(history.violations).toEqual([{ kind: 'unwritten', object: 'a', gateway: 'gateway', version: 3, bound: 2 }]);
  await expect(history.write('a', 2, nothing)).rejects.toThrow('version 2 of a is not above 2');
});
