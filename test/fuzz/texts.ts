// Random texts for a parser: made of the tokens of its grammar, of valid samples with changes, of one part repeated up to
// the longest text that the parser can get, and of anything at all.
import fc from 'fast-check';

/** In characters: what a head of 16 KiB can have in one field. */
const MAX_LENGTH = 16_000;

export interface Grammar {
  /** What has a meaning in the grammar. */
  tokens: readonly string[];
  /** Valid texts. */
  samples: readonly string[];
}

/** Texts near the grammar, most of them short. */
export function texts({ tokens, samples }: Grammar): fc.Arbitrary<string> {
  const token = fc.constantFrom(...tokens);
  const piece = fc.oneof(
    { weight: 6, arbitrary: token },
    { weight: 1, arbitrary: fc.string({ maxLength: 4, unit: 'binary' }) },
  );
  const made = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
  const changed = fc
    .tuple(fc.constantFrom(...samples), fc.nat(400), fc.nat(6), made)
    .map(([sample, at, cut, inserted]) => {
      const start = at % (sample.length + 1);
      return sample.slice(0, start) + inserted + sample.slice(start + cut);
    });
  const few = fc.array(token, { minLength: 1, maxLength: 3 }).map((pieces) => pieces.join(''));
  const repeated = fc.tuple(few, few, few, fc.nat(2)).map(([start, pump, end, size]) => {
    const count = Math.floor(MAX_LENGTH / pump.length / [1, 8, 64][size]!);
    return start + pump.repeat(count) + end;
  });
  return fc.oneof(
    { weight: 40, arbitrary: made },
    { weight: 40, arbitrary: changed },
    { weight: 2, arbitrary: repeated },
    { weight: 8, arbitrary: fc.string({ maxLength: 40, unit: 'binary' }) },
    { weight: 10, arbitrary: fc.constantFrom(...samples) },
  );
}

/** Texts as Node gives those of a head: bytes as Latin-1, without line breaks and other controls. */
export function fieldTexts(grammar: Grammar): fc.Arbitrary<string> {
  return texts(grammar).map((text) =>
    Buffer.from(text)
      .toString('latin1')
      .replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, ''),
  );
}

const numberTexts = [
  '0',
  '-0',
  '1',
  '7.5',
  '1.50',
  '1e2',
  '1E+400',
  '9007199254740993',
  '0.0000001',
  '-12345678901234567890.10',
];
const textSamples = [
  '',
  'a',
  '"',
  '\\',
  '\n',
  '\u2028',
  '\ud800',
  '💡',
  'é',
  '__proto__',
  'constructor',
  '</script>',
  '\u0000',
];

/** Any text that a value of JSON may hold. */
export const anyText = fc.oneof(
  fc.constantFrom(...textSamples),
  fc.array(fc.constantFrom(...textSamples), { maxLength: 8 }).map((parts) => parts.join('')),
  fc.string({ maxLength: 20, unit: 'binary' }),
);

/** JSON texts without white space, whose numbers stand as they were written. */
export const jsonTexts: fc.Arbitrary<string> = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'json' },
    fc.constantFrom(...numberTexts),
    fc
      .tuple(
        fc.constantFrom('', '-'),
        fc.bigInt({ min: 0n, max: 10n ** 24n }),
        fc.constantFrom('', '.0', '.25', 'e5', 'e-30'),
      )
      .map((all) => all.join('')),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => JSON.stringify(number)),
    fc.constantFrom('true', 'false', 'null'),
    anyText.map((text) => JSON.stringify(text)),
    fc.array(tie('value'), { maxLength: 5 }).map((items) => `[${items}]`),
    // No names that are numbers: JavaScript has those first.
    fc
      .uniqueArray(
        fc.tuple(
          anyText.filter((name) => !/^\d+$/.test(name)),
          tie('value'),
        ),
        { maxLength: 5, selector: ([name]) => name },
      )
      .map((members) => `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`)}}`),
  ),
})).value;

/** Texts near JSON, valid and not. */
export const nearJson = fc.oneof(
  jsonTexts,
  texts({
    tokens: [
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '\\',
      '\\"',
      '\\u00e9',
      '0',
      '1',
      '-',
      '.',
      'e',
      '+',
      ' ',
      '\n',
      'true',
      'null',
      '"a":',
      '{"a":',
      '\ufeff',
    ],
    samples: [
      '{"a":[1,2.50,{"b":null}],"c":"\\u0041\\n"}',
      '[9007199254740993,-0,1e400,"x"]',
      ' { "query" : "{ a }" , "variables" : { } } ',
      '{"a":1,"a":2}',
      '"\\ud800"',
    ],
  }),
);
