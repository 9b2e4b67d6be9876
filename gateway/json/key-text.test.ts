// Key text: equal for keys that find the same entity, and for no others.
import { expect, test } from 'vitest';
import { keyText } from './key-text.ts';

test.each([
  [1, '1'],
  [
    { id: 1, at: { hall: '2' } },
    { id: '1', at: { hall: 2 } },
  ],
  [
    [1, ['2', null]],
    ['1', [2, null]],
  ],
])('%j and %j are one key', (one, other) => {
  expect(keyText(one)).toBe(keyText(other));
});

test('keys that differ in anything have different texts, whatever their parts hold', () => {
  const keys = [
    'null',
    [],
    {},
    [null],
    ['null'],
    [true],
    ['true'],
    ['a', 'b'],
    ['a1:b'],
    ['a,b'],
    [['a'], 'b'],
    [['a', 'b']],
    { a: 'b' },
    { a: 'b1:c1:d' },
    { a: 'b', c: 'd' },
    { a: { b: 'c' } },
    { a: ['b', 'c'] },
    { b: 'a' },
    { a: '1:b' },
  ];
  expect(new Set(keys.map(keyText)).size).toBe(keys.length);
});
