// HTTP cache policy of a response: Cache-Control and Age, ETag, and If-None-Match.
import { expect, test } from 'vitest';
import { entityTag, freshnessHeaders, ifNoneMatch } from './http-policy.ts';

test.each([
  [{ maxAge: 60, scope: 'PUBLIC' }, { 'cache-control': 'public, max-age=60' }],
  [{ maxAge: 60, scope: 'PRIVATE' }, { 'cache-control': 'private, max-age=60' }],
  [
    { maxAge: 60.9, scope: 'PUBLIC', age: 12.4 },
    { 'cache-control': 'public, max-age=60', age: '12' },
  ],
  [
    { maxAge: 60, scope: 'PUBLIC', age: 70, staleWhileRevalidate: 30 },
    { 'cache-control': 'public, max-age=60, stale-while-revalidate=30', age: '70' },
  ],
  [{ maxAge: 60, scope: 'PUBLIC', staleWhileRevalidate: 0 }, { 'cache-control': 'public, max-age=60' }],
  [{ maxAge: 0, scope: 'PUBLIC' }, { 'cache-control': 'no-store' }],
  [{ maxAge: Number.NaN, scope: 'PRIVATE', age: 3 }, { 'cache-control': 'no-store' }],
] as const)('%j has the headers %j', (freshness, headers) => {
  expect(freshnessHeaders(freshness)).toEqual(headers);
});

test.each([
  ['"abc"', true],
  ['W/"abc"', true],
  ['*', true],
  [' * ', true],
  ['"x", "abc"', true],
  ['"x",W/"abc" , "y"', true],
  ['"a,b", "abc"', true],
  ['"abcd"', false],
  ['"ab", "c"', false],
  ['abc', false],
  ['w/"abd"', false],
  ['', false],
  ['"x, "abc', false],
  [undefined, false],
])('If-None-Match %j matches the ETag "abc": %j', (header, expected) => {
  expect(ifNoneMatch(header, '"abc"')).toBe(expected);
});

test('a weak ETag matches by what is in its quotes', () => {
  expect(ifNoneMatch('"abc"', 'W/"abc"')).toBe(true);
});

test('a long header without a match is read in one go', () => {
  const header = `"${'"'.repeat(60_000)}`;
  expect(ifNoneMatch(header, '"abc"')).toBe(false);
  expect(ifNoneMatch(`"${'a'.repeat(60_000)}`, '"abc"')).toBe(false);
  expect(ifNoneMatch('W/'.repeat(30_000), '"abc"')).toBe(false);
});

test('equal bytes have equal ETags, other bytes others', () => {
  const tag = entityTag(Buffer.from('{"data":{}}'));
  expect(tag).toMatch(/^"[\w-]{27}"$/);
  expect(entityTag(Buffer.from('{"data":{}}'))).toBe(tag);
  expect(entityTag(Buffer.from('{"data":[]}'))).not.toBe(tag);
});
