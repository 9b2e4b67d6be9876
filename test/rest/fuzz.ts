// Random mappings and URL templates: the parser ends each with a syntax tree or with a MappingError at a place in the text;
// no value leaves its segment of the URL. `node test/rest/fuzz.ts --count 1000000` is the long form of fuzz.test.ts.
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { compileMapping } from '../../gateway/transport/rest/mapping/compile.ts';
import { parseMapping } from '../../gateway/transport/rest/mapping/parser.ts';
import { MappingError } from '../../gateway/transport/rest/mapping/syntax.ts';
import { MappingFailure } from '../../gateway/transport/rest/mapping/values.ts';
import { compileUrl, parseUrlTemplate } from '../../gateway/transport/rest/url-template.ts';

const words = [
  ...[
    'id',
    'name',
    'a.b',
    '$',
    '@',
    '$.',
    '$args.id',
    '$this',
    '$batch.id',
    '$config.x',
    '$(',
    ')',
    '{',
    '}',
    '[',
    ']',
    ':',
    ',',
    '.',
  ],
  ...[
    '->',
    '->map(',
    '->first',
    '->last',
    '->slice(0, 2)',
    '->size',
    '->match(["a", 1], [2])',
    '->entries',
    '->joinNotNull(",")',
  ],
  ...[
    '->get(0)',
    '->get("a")',
    '->eq(1)',
    '->jsonParse',
    '->jsonStringify',
    '"text"',
    "'it'",
    '1',
    '-1.5',
    'true',
    'null',
    '...',
    '?',
  ],
  ...[
    '# comment\n',
    ' ',
    '\n',
    '__proto__',
    'constructor',
    '__typename: $("A")',
    '\ud800',
    '"',
    "'",
    '\\',
    '/',
    '%',
    '#',
    '&',
    '=',
  ],
];

/** Texts from the parts of the language, and any text. */
const texts = fc.oneof(
  { weight: 4, arbitrary: fc.array(fc.constantFrom(...words), { maxLength: 20 }).map((parts) => parts.join('')) },
  { weight: 2, arbitrary: fc.array(fc.constantFrom(...words), { maxLength: 20 }).map((parts) => parts.join(' ')) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
);

const values = fc.oneof(
  fc.constantFrom(
    '..',
    '.',
    '',
    '/',
    '//',
    '../..',
    '?',
    '#',
    '%',
    '%2e%2e',
    '%2F',
    '\r\nx: y',
    '\ud800',
    '\u0000',
    '\\',
    ';',
    '@',
    'é/😀',
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ maxLength: 12 }),
);

function checkMapping(text: string, input: unknown): void {
  try {
    const evaluate = compileMapping(parseMapping(text), null);
    const args = { id: 'x', list: [1, null, 'a'] };
    evaluate(input, input, { args, this: args, batch: { id: ['1', '2'] }, config: { x: 1 } });
  } catch (error) {
    if (error instanceof MappingFailure) return;
    if (error instanceof MappingError && error.offset >= 0 && error.offset <= text.length) return;
    throw error;
  }
}

/** Literal texts around two values, in a path and in parameters. */
const templates = [
  ['/users/{$args.a}', 2],
  ['/users/{$args.a}/posts/{$args.b}', 4],
  ['/{$args.a}-{$args.b}/x', 2],
  ['/x/{$args.a}{$args.b}?q={$args.a}&{$args.b}=1', 2],
  ['/x?q={$args.a}&r={$args.b}&s=1', 1],
] as const;

const compiled = templates.map(([text, segments]) => ({ url: compileUrl(parseUrlTemplate(text)), segments, text }));

/** A URL that is parsed as it was written, in a client of another make: nothing is normalised, split or cut off. */
function checkUrl(index: number, a: string, b: string): void {
  const { url, segments, text } = compiled[index] as (typeof compiled)[number];
  let path: string;
  let query: string;
  try {
    const variables = { args: { a, b } };
    [path, query] = [url.path(variables), url.query(variables)];
  } catch (error) {
    if (error instanceof MappingFailure) return;
    throw error;
  }
  const whole = query === '' ? path : `${path}?${query}`;
  const problem = (what: string) => new Error(`${what}: ${text} with ${JSON.stringify([a, b])} is ${whole}`);
  if (/[^\x21-\x7e]/.test(whole)) throw problem('a character that no request line can have');
  const parsed = new URL(`http://host.example/v1${whole}`);
  if (parsed.host !== 'host.example' || parsed.hash !== '') throw problem('another host or a fragment');
  if (parsed.pathname !== `/v1${path}` || parsed.search.slice(1) !== query) throw problem('normalised');
  if (path.split('/').length !== segments + 1) throw problem('another number of segments');
  const found = path.split('/').slice(1).map(decodeURIComponent);
  if (index === 0 && found[1] !== a) throw problem('another value');
  if (index === 4 && (parsed.searchParams.get('s') !== '1' || [...parsed.searchParams].length !== 3)) {
    throw problem('other parameters');
  }
}

/** @throws Error with the smallest input that fails. @returns the number of inputs. */
export function fuzz(count: number, seed: number): number {
  const half = Math.ceil(count / 2);
  fc.assert(fc.property(texts, fc.jsonValue({ maxDepth: 3 }), checkMapping), { numRuns: half, seed });
  fc.assert(fc.property(fc.nat(compiled.length - 1), values, values, checkUrl), { numRuns: count - half, seed });
  // Templates from random texts as well: each is rejected with a place, or has its parts.
  fc.assert(
    fc.property(texts, (text) => {
      try {
        compileUrl(parseUrlTemplate(`/${text}`));
      } catch (error) {
        if (!(error instanceof MappingError) || error.offset < 0 || error.offset > text.length + 1) throw error;
      }
    }),
    { numRuns: half, seed },
  );
  return count + half;
}

if (import.meta.main) {
  const { values: options } = parseArgs({ options: { count: { type: 'string' }, seed: { type: 'string' } } });
  const started = performance.now();
  const inputs = fuzz(Number(options.count ?? 1_000_000), Number(options.seed ?? 1));
  console.log(`${inputs} inputs in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}
