import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { Random } from '../../test/differential/random.ts';
import { copyJson, holdsNumberText, isNestedBeyond, toPlainJson } from './json-values.ts';
import { parseLossless } from './lossless-parser.ts';
import { NumberText } from './number-text.ts';
import { parseJson } from './parse-json.ts';

const numbers = ['0', '-0', '1', '-1', '1.0', '10.50', '1e2', '1E+2', '-2.5e-3', '0.0000001', '0.1', '1e400', '0e0'];
const strings = [
  '',
  'a',
  ' ',
  '\\u0000',
  '\\"',
  '\\\\',
  '\\\\\\"',
  '\\ud800',
  '\ud800',
  '\\/',
  'é',
  '😀',
  '\u2028',
  ':1.0,',
];
const names = ['a', 'b', '__proto__', 'constructor', 'toJSON', '', '\\u0061', '0', '10.0'];
const spaces = ['', '', '', ' ', '\n', '\t \r'];

function someText(below: (n: number) => number, depth = 0): string {
  const one = <T>(from: readonly T[]) => from[below(from.length)] as T;
  const space = () => one(spaces);
  const digits = () => String(1 + below(9)) + Array.from({ length: below(24) }, () => below(10)).join('');
  const kind = below(depth > 4 ? 5 : 8);
  if (kind === 0) return one(['true', 'false', 'null']);
  if (kind === 1) return one(numbers);
  if (kind === 2) return digits();
  if (kind === 3) return `${one(['', '-'])}${digits()}.${digits()}${one(['', '0', 'e5', 'E-300'])}`;
  if (kind === 4) return `"${one(strings)}${one(strings)}"`;
  const count = below(4);
  const items = Array.from({ length: count }, () => `${space()}${someText(below, depth + 1)}${space()}`);
  if (kind < 7) return `[${items.join(',') || space()}]`;
  return `{${items.map((item) => `${space()}"${one(names)}"${space()}:${item}`).join(',') || space()}}`;
}

/** As `JSON.parse` gives it. */
function asParsed(value: unknown): unknown {
  if (value instanceof NumberText) return value.toNumber();
  if (Array.isArray(value)) return value.map(asParsed);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, below]) => [name, asParsed(below)]);
  return Object.fromEntries(entries);
}

test('every text is parsed to what JSON.parse makes of it, and written again with its numbers as they were', () => {
  const random = new Random(18);
  const below = (bound: number) => random.below(bound);
  for (let round = 0; round < 20_000; round++) {
    const text = someText(below);
    const parsed = parseJson(text);
    const lossless = parseLossless(text);
    const expected = JSON.parse(text);
    expect(isDeepStrictEqual(asParsed(parseJson(text, false)), expected), text).toBe(true);
    for (const value of [parsed, lossless]) {
      expect(isDeepStrictEqual(asParsed(value), expected), text).toBe(true);
      // Numbers become strings of their text: what is written is what JSON.parse makes of such a text.
      const numbersAsStrings = (json: string) =>
        json.replaceAll(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (token) =>
          token.startsWith('"') ? token : `"#${token}"`,
        );
      expect(numbersAsStrings(JSON.stringify(value)), text).toBe(JSON.stringify(JSON.parse(numbersAsStrings(text))));
    }
  }
});

test('what JSON.parse rejects is rejected', () => {
  const random = new Random(7);
  const below = (bound: number) => random.below(bound);
  const broken = [
    '',
    '1.',
    '-',
    '1e',
    '01',
    '-01',
    '.5',
    '+1',
    'NaN',
    '[',
    ']',
    '[1,]',
    '{"a":1,}',
    '{,}',
    '[1 2]',
    '[1}',
  ];
  const texts = [
    '"',
    '"\u0000"',
    '"\\x"',
    '"\\u00g0"',
    '"\\',
    'tru',
    'nul',
    '1 1',
    '{"a"}',
    '{a:1}',
    '{"a":1.0,,}',
    '[1.0]]',
  ];
  for (let round = 0; round < 5_000; round++) {
    const text = someText(below);
    const at = below(text.length + 1);
    texts.push(text.slice(0, at) + ['', '"', ',', '}', ']', '0', '\\', ':'][below(8)] + text.slice(at + below(3)));
  }
  for (const text of [...broken, ...texts]) {
    let isJson = true;
    try {
      JSON.parse(text);
    } catch {
      isJson = false;
    }
    if (isJson) expect(() => parseLossless(text), text).not.toThrow();
    else for (const parse of [parseJson, parseLossless]) expect(() => parse(text), text).toThrow(SyntaxError);
  }
});

test('a text may be nested to any depth, with and without a number that is held as text', () => {
  for (const inner of ['1', '1.0']) {
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      const value = parseJson(open.repeat(100_000) + inner + close.repeat(100_000));
      expect(isNestedBeyond(value, 1_000)).toBe(true);
    }
  }
  expect(isNestedBeyond(parseJson(`${'['.repeat(1_000)}1.0${']'.repeat(1_000)}`), 1_000)).toBe(false);
});

test('without exponents all numbers are held as text that have more digits than a JavaScript number, or a zero at the end', () => {
  const texts = [
    '9007199254740993',
    '-12345678901234567890',
    '10.50',
    '1.0',
    '1.5e400',
    '0.0000001',
    '0.10000000000000000001',
  ];
  for (const text of texts) expect(String((parseJson(`[ ${text} ]`, false) as unknown[])[0]), text).toBe(text);
  for (const text of ['1e2', '-0']) expect((parseJson(`[${text}]`, false) as unknown[])[0], text).toBe(Number(text));
});

test('a number is found behind many strings of digits, and behind many numbers that a double holds', () => {
  const strings = Array.from({ length: 100 }, (_, index) => `"${9007199254740993n + BigInt(index)}"`);
  const doubles = Array.from({ length: 100 }, (_, index) => String(1 / (index + 3)));
  for (const before of [strings, doubles]) {
    for (const last of ['9007199254740993', '10.50', '-1.5e400', '0.0000001', '12345678.901234567890']) {
      for (const space of ['', ' ', '\n\t']) {
        const text = `[${before.join(`,${space}`)},${space}${last}${space}]`;
        expect(String((parseJson(text, false) as unknown[]).at(-1)), text).toBe(last);
      }
    }
    expect(holdsNumberText(parseJson(`[${before}]`))).toBe(false);
  }
});

test('only numbers that a double does not hold are held as text', () => {
  const text =
    '[1, 0, -5, 0.5, 12.25, 9007199254740991, 1e21, 0.1234567890123456, 9007199254740993, 10.50, -0, 1e2, 1e400]';
  const retained = (parseJson(text) as unknown[]).filter((value) => value instanceof NumberText).map(String);
  expect(retained).toEqual(expect.arrayContaining(['9007199254740993', '10.50', '-0', '1e2', '1e400']));
  expect(retained).not.toEqual(expect.arrayContaining(['0.5']));
  expect(parseJson('{"a": "9007199254740993", "b": ": 1.0,"}')).toEqual({ a: '9007199254740993', b: ': 1.0,' });
});

describe('for code that consumes values', () => {
  test.for([
    ['10.50', 10.5],
    ['-0', -0],
    ['1e2', 100],
    ['100e-1', 10],
    ['0.0', 0],
    ['1.0E+3', 1000],
    ['9007199254740993', '9007199254740993'],
    ['9007199254740992', 9007199254740992],
    ['0.10000000000000000001', '0.10000000000000000001'],
    ['1e400', '1e400'],
    ['1e-400', '1e-400'],
    ['12345678901234567890.0', '12345678901234567890.0'],
  ] as const)('%s is %s', ([text, plain]) => {
    expect(toPlainJson(parseLossless(`{"a":[${text}]}`))).toStrictEqual({ a: [plain] });
  });
});

test('copies are deep, and keep numbers and names as they are', () => {
  const value = parseJson('{"__proto__":{"a":[1.0,{}]},"b":null}');
  const copy = copyJson(value) as Record<string, unknown>;
  expect(JSON.stringify(copy)).toBe('{"__proto__":{"a":[1.0,{}]},"b":null}');
  expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
  expect(Object.values(copy)[0]).not.toBe(Object.values(value as object)[0]);
  expect([holdsNumberText(value), holdsNumberText(parseJson('{"a":[1,"1.0"]}'))]).toEqual([true, false]);
});

test('nothing of a number is a property, and no JSON looks like one', () => {
  const [number] = parseJson('[1.0]') as [object];
  expect(Reflect.ownKeys(number)).toEqual([]);
  expect(parseJson('{"rawJSON":"1.0"}')).toEqual({ rawJSON: '1.0' });
  expect(JSON.stringify(parseJson('[{"rawJSON":"1","toJSON":1.0}]'))).toBe('[{"rawJSON":"1","toJSON":1.0}]');
});

test.each(['a\\\\', 'a\\u005c', 'b\\\\" '])('an object with the name "%s" changes no name of others', (name) => {
  const end = name.endsWith('" ') ? '' : '"';
  for (const text of [`{"p":0,"${name}${end}:0}`, '{"p":0,"a\\n":1}', '[{"p":0,"a\\"":1},{"p":0,"b\\t" : 1}]']) {
    for (const _ of [1, 2])
      expect(JSON.stringify(parseJson(text))).toBe(text.replaceAll(' ', '').replace('\\u005c', '\\\\'));
  }
});
