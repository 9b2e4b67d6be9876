import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { Compressor } from './compressor.ts';

const body = (megabytes: number) => Buffer.alloc(megabytes * 1_048_576, 'some text ');

test('what would wait behind too many bytes is not compressed, until there is room again', async () => {
  const compressor = new Compressor({ gzip: 1, br: 1, zstd: 1 });
  const wanted = () => true;
  const running = Array.from({ length: 4 }, () => compressor.compress('gzip', body(8), wanted));
  expect(compressor.compress('br', body(1), wanted)).toBe(null);
  // Short bodies do not wait.
  expect(Buffer.isBuffer(compressor.compress('gzip', Buffer.from('short'), wanted))).toBe(true);
  for (const compressed of await Promise.all(running))
    expect(gunzipSync(compressed as Buffer).equals(body(8))).toBe(true);
  expect(await compressor.compress('br', body(1), wanted)).not.toBe(null);
  // A single body may be larger than all that may wait.
  expect(await compressor.compress('zstd', body(40), wanted)).not.toBe(null);
});

test('nothing is compressed for a client that left while its response waited', async () => {
  const compressor = new Compressor({ gzip: 1, br: 1, zstd: 1 });
  let isWanted = true;
  const running = Array.from({ length: 2 }, () => compressor.compress('gzip', body(1), () => true));
  const waiting = compressor.compress('gzip', body(1), () => isWanted);
  isWanted = false;
  expect(await waiting).toBe(null);
  expect(await Promise.all(running)).not.toContain(null);
});

test('a body that cannot be compressed leaves its place to the next', async () => {
  const compressor = new Compressor({ gzip: 99, br: 1, zstd: 1 });
  const failing = Array.from({ length: 3 }, () => compressor.compress('gzip', body(1), () => true));
  for (const { status } of await Promise.allSettled(failing)) expect(status).toBe('rejected');
  expect(await compressor.compress('br', body(1), () => true)).not.toBe(null);
});
