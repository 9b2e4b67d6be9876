import { expect, test } from 'vitest';
import { isUtf8Type, listElements, parseMediaType } from './media-type.ts';

test.each<[text: string, essence: string, parameters: Record<string, string>]>([
  ['application/json', 'application/json', {}],
  ['  Application/JSON\t', 'application/json', {}],
  ['application/json;', 'application/json', {}],
  ['application/json; ; charset=utf-8', 'application/json', { charset: 'utf-8' }],
  ['application/json;charset="utf-8"', 'application/json', { charset: 'utf-8' }],
  ['application/json ; Charset=UTF-8 ; q=0.5', 'application/json', { charset: 'UTF-8', q: '0.5' }],
  ['a/b; x="1;2,3"; y="a \\"b\\" \\\\"', 'a/b', { x: '1;2,3', y: 'a "b" \\' }],
  ['a/b; x=""', 'a/b', { x: '' }],
  ['a/b; x=1; X=2', 'a/b', { x: '1' }],
  ['*/*;q=0', '*/*', { q: '0' }],
  ['multipart/mixed; boundary="-"', 'multipart/mixed', { boundary: '-' }],
])('%j is a media type', (text, essence, parameters) => {
  const type = parseMediaType(text);
  expect(type?.essence).toBe(essence);
  expect(Object.fromEntries(type?.parameters ?? [])).toEqual(parameters);
});

test.each([
  '',
  'json',
  '*',
  '/json',
  'application/',
  'application/json/more',
  'application /json',
  'application/json charset=utf-8',
  'application/json; charset',
  'application/json; charset=',
  'application/json; charset = utf-8',
  'application/json; charset="utf-8',
  'application/json; charset="utf-8"x',
  'application/json, text/plain',
  'text/plain,application/json',
])('%j is none', (text) => {
  expect(parseMediaType(text)).toBeNull();
});

test.each([
  ['a/b, c/d', ['a/b', 'c/d']],
  [', a/b ,, c/d ,', ['a/b', 'c/d']],
  ['a/b; x="1,2", c/d', ['a/b; x="1,2"', 'c/d']],
  ['a/b; x="1\\",2", c/d', ['a/b; x="1\\",2"', 'c/d']],
  ['a/b; x="1, c/d', ['a/b; x="1, c/d']],
  ['', []],
  [' , ', []],
])('the list %j has the elements %j', (text, elements) => {
  expect(listElements(text)).toEqual(elements);
});

test('a type is in UTF-8 unless it names another charset', () => {
  const isUtf8 = (text: string) => {
    const type = parseMediaType(text);
    return type !== null && isUtf8Type(type);
  };
  for (const charset of ['', '; charset=UTF-8', '; charset="utf-8"', '; CHARSET=utf8']) {
    expect(isUtf8(`application/json${charset}`)).toBe(true);
  }
  for (const charset of ['latin1', 'iso-8859-1', '"utf-16"', '""', 'utf-8x']) {
    expect(isUtf8(`application/json; charset=${charset}`)).toBe(false);
  }
});

test('a header of many quotes takes no longer than its length', () => {
  const started = performance.now();
  // Twenty milliseconds in all; the square of these lengths would take minutes.
  for (const text of [
    '"'.repeat(160_001),
    `a/b${';x="\\"'.repeat(30_000)}`,
    `a/b${'; '.repeat(80_000)}x`,
    ',"\\'.repeat(50_000),
    `"${'\\"'.repeat(80_000)}\\`,
  ]) {
    for (const element of listElements(text)) parseMediaType(element);
  }
  expect(performance.now() - started).toBeLessThan(5_000);
});
