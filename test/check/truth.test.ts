// The short form of test/check/truth.ts: `concierge check` finds what breaks, and nothing else.
import { expect, test } from 'vitest';
import { runConcierge } from '../harness/command.ts';
import { compareWithTruth } from './compare-with-truth.ts';

test('what the check finds is what breaks when both states are served', async () => {
  const run = async (args: readonly string[]) => (await runConcierge(args)).stdout;
  const report = await compareWithTruth({ changes: 4, types: 4, operations: 11, seed: 7, from: 18, run });
  expect(report.misses).toEqual([]);
  expect(report.falseAlarms).toEqual([]);
  expect(report.broken).toBeGreaterThan(0);
});
