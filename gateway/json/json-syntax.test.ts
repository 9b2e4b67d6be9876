// Syntax errors of JSON files, with their places.
import { expect, test } from 'vitest';
import { jsonSyntaxError } from './json-syntax.ts';

test.each([
  ['', 1, 1, 'the file ends too early: a value is missing'],
  ['{', 1, 2, 'the file ends too early: a name in double quotes is missing'],
  ['{ "a": 1', 1, 9, 'the file ends too early: "," or "}" is missing'],
  ['{\n  "a": 1,\n}', 2, 9, 'there is a comma before "}": remove it'],
  ['[1, 2,]', 1, 6, 'there is a comma before "]": remove it'],
  ['{\n  "a": 1\n  "b": 2\n}', 3, 3, '"," or "}" is missing'],
  ['{ "a" 1 }', 1, 7, '":" is missing after the name'],
  ['{ "a": }', 1, 8, 'a value is missing before "}"'],
  ["{ 'a': 1 }", 1, 3, 'texts and names stand in double quotes'],
  ['{ a: 1 }', 1, 3, 'a name in double quotes is missing: texts and names stand in double quotes'],
  ['{ "a": yes }', 1, 8, 'a value is missing: texts and names stand in double quotes'],
  ['{\r\n  // why\r\n  "a": 1 }', 2, 3, 'JSON has no comments: remove it'],
  ['{ "a": 1 # why\n }', 1, 10, 'JSON has no comments: remove it'],
  ['{ "a": 01 }', 1, 8, 'this is no number of JSON, such as 0.5 or -1'],
  ['{ "a": .5 }', 1, 8, 'this is no number of JSON, such as 0.5 or -1'],
  [
    '{ "a": "C:\\users" }',
    1,
    8,
    'this text has no end, or a character that must be escaped: a line break is \\n, a backslash \\\\',
  ],
  ['{ "a": 1 } }', 1, 12, 'there is more after the end: remove it'],
  ['{ 5: 1 }', 1, 3, 'a name in double quotes is missing'],
])('%j', (text, line, column, reason) => {
  expect(jsonSyntaxError(text)).toEqual({ line, column, reason });
  expect(() => JSON.parse(text)).toThrow(SyntaxError);
});

test.each([
  '1',
  ' null ',
  '"a\\u00e9\\n"',
  '[]',
  '{}',
  '\n{ "a": [1, -2.5e3, true, { "b": [] }], "c": "" }\n',
  '[[[]]]',
])('%j has no errors', (text) => {
  expect(jsonSyntaxError(text)).toBeNull();
  expect(() => JSON.parse(text)).not.toThrow();
});

test('texts may be nested to any depth, and be of any length', () => {
  expect(jsonSyntaxError('['.repeat(100_000))).toMatchObject({ line: 1, column: 100_001 });
  expect(jsonSyntaxError(`"${'a'.repeat(20_000_000)}" 1`)).toMatchObject({ line: 1, column: 20_000_004 });
});
