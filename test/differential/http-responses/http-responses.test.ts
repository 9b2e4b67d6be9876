// Bytes of a response mean what undici takes them for, or are an error. HTTP_RESPONSES_SEED selects others.
import { expect, test } from 'vitest';
import { compareResponse, type Outcomes } from './compare.ts';

const firstSeed = Number(process.env.HTTP_RESPONSES_SEED ?? 20_261_129);

test('generated responses are read as undici reads them, or rejected', async () => {
  const outcomes: Outcomes = {};
  for (let seed = firstSeed; seed < firstSeed + 4000; seed++) expect(await compareResponse(seed, outcomes)).toBeNull();
  expect(outcomes['response/response']).toBeGreaterThan(1000);
  expect(outcomes['error/error']).toBeGreaterThan(1000);
});
