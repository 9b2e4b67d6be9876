// A part of the inputs of `npm run fuzz`.
import { expect, test } from 'vitest';
import { fuzzAll } from './run.ts';

test('what has to hold of parsers and of the serializer holds of 10,000 random inputs, in bounded time', () => {
  const { inputs, failures } = fuzzAll({ inputs: 10_000, seed: Number(process.env.FUZZ_SEED ?? 20_261_129) });
  expect(failures).toEqual([]);
  expect(inputs).toBeGreaterThanOrEqual(10_000);
});
