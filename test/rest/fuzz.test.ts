// Random mappings and URL templates, in short: `node test/rest/fuzz.ts --count 1000000` is the long form.
import { expect, test } from 'vitest';
import { fuzz } from './fuzz.ts';

test('a parser ends with a tree or an error at its place, and no value leaves its place in a URL', () => {
  expect(fuzz(6_000, 20_261_129)).toBe(9_000);
});
