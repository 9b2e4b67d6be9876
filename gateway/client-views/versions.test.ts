import { expect, test } from 'vitest';
import { viewFor } from './versions.ts';

/** The reference of the view for a release; the last of the views is the current one. */
const chosen = (versions: readonly (string | null)[], release: string | undefined) =>
  viewFor(
    versions.map((version) => ({ version })),
    release,
  ).version;

test.each([
  // The release, and its view of 1, 2, 2.5, 4 and a current one without a version.
  ['1', '1'],
  ['1.0.0', '1'],
  ['v1.4.2', '1'],
  ['1.4.2-beta.1', '1'],
  ['1.4.2 (37)', '1'],
  ['2.4', '2'],
  ['2.5.1', '2.5'],
  ['2.6', '2'],
  ['10', null],
  ['1000', null],
  ['0.9', '1'],
  ['3', '2.5'],
  ['3.9.9', '2.5'],
  ['4.0', '4'],
  ['5', null],
  ['', null],
  ['main', null],
  ['1.', '1'],
  ['1.x', '1'],
  ['2.*', '2'],
  ['1.2.3.4.5.6.7.8.9.10', '1'],
  ['1.0.20261128233000123', '1'],
  [`2.${'9'.repeat(400)}`, '2'],
  ['9'.repeat(400), null],
  [undefined, null],
])('the release %s gets the view %s', (release, version) => {
  expect(chosen(['2.5', '1', '4', '2', null], release)).toBe(version);
});

test('a current view with a version has its range as well', () => {
  for (const [release, version] of [
    ['3.1', '3'],
    ['2', '1'],
    ['4', '3'],
    ['0.1', '1'],
  ] as const) {
    expect(chosen(['1', '3'], release)).toBe(version);
  }
});

test('versions that are dates or names', () => {
  expect(chosen(['2024-01', '2024-10', null], '2024-01-31')).toBe('2024-01');
  expect(chosen(['2024-01', '2024-10', null], '2024-05')).toBe('2024-01');
  expect(chosen(['2024-01', '2024-10', null], '2025-01')).toBe(null);
  expect(chosen(['beta', '1', null], 'beta')).toBe('beta');
  expect(chosen(['beta', null], '1.0')).toBe(null);
});

test('one view serves every release', () => {
  expect(chosen(['3'], '1')).toBe('3');
});
