// Bounds in bytes hold for the heap: the store's estimate of its documents is no less than their weight, and not far
// above.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('documents weigh no more than their estimate, valid or not, planned in one or many variants', async () => {
  const script = new URL('weights.ts', import.meta.url).pathname;
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', script]);
  const weights: Record<string, { measured: number; estimated: number }> = JSON.parse(stdout);
  expect(Object.keys(weights)).toEqual(['parsed', 'invalid', 'syntax', 'planned', 'variants']);
  for (const [kind, { measured, estimated }] of Object.entries(weights)) {
    expect(measured, kind).toBeGreaterThan(1_000_000);
    expect(measured, kind).toBeLessThan(estimated);
    expect(estimated, kind).toBeLessThan(measured * 6);
  }
});
