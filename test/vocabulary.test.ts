// Vocabulary: the words of the field are in code, messages and pages, and those that they have replaced are not
// (docs/vocabulary.md).
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../', import.meta.url));

/** Retired words: a part of an identifier in camel case is compared as a whole. */
const retiredWords = new Set(
  (
    'answer answers answered ask asks asked asking asker kept keeping nameless denial denials lane lanes gate gates turned ' +
    'refuse refused refuses refusal refusals passage welcome unwelcome mistake mistakes declined finds hang hangs likeness alike ' +
    'survivor manifold surroundings longest deepest largest dearest heaviest nobody whoever told tells contender nasty'
  ).split(' '),
);

/** Retired identifiers whose words have other uses. */
const retiredIdentifiers = new Set(
  (
    'shortLane createShortLane otherwise takesKept mayKeep knowWho mustSignIn onlySignedIn refuseAnonymous PlanDeclined Find ' +
    'standsOften often carriedUp needsCare WriterSource Emission DraftPlan Draft LookupDraft Passage Turned Asking GatewaySurroundings ' +
    'shareInFlight SharedRequests SharedServices maxAnswerBytes giveBack goneAway ClientPart partsOf memberOf groupAlike ' +
    'compileLikeness narrowedBy fieldKept EntityKept FrontGate noteEpoch detached beside'
  ).split(' '),
);

/** Retired messages and phrases, in the product and in its documentation. */
const retiredPhrases = [
  // Messages to clients.
  'You may not have this',
  'Sign in to have this',
  'may not ask here',
  'Sign in first',
  'answers nobody else',
  'wants a user',
  // Messages in the log.
  'it counts as a no',
  'Redis is away',
  'Redis is back',
  'Redis answers again',
  // Options.
  'cache.answers',
  'shareInFlight',
  'shortLane',
  'documents.automatic`',
  'maxAnswerBytes',
  // Words for the parts of the gateway.
  'stock execution',
  'short lane',
  'front door',
  'front gate',
  'gate schema',
  'the plan of the house',
  'the way of a request',
  'look-up',
  // Phrases of the documentation.
  'nobody in particular',
  'who is asking',
  'who asks',
  'whoever',
  'past the gateway',
  'caches on the way',
  'once fragments are put in their places',
  'fragments put in their places',
  'makes void',
  'completes it with care',
  'what is kept',
  'kept answers',
  'whole answers',
  'what the dearest does',
  'sign of life',
];

/** Retired words of prose, as whole words: for pages, where no English use of them is needed. */
const retiredProse =
  /\b(?:answers?|answered|answering|asks?|asked|asking|whoever|whomever|nobody|somebody|refus(?:e|es|ed|ing|als?)|tells?|told|mistakes?|void)\b/gi;

/** The same for comments and messages of the product, where `void` is a type and an answer may be a protocol's. */
const retiredInSources = /\b(?:asks?|asked|asking|whoever|whomever|nobody|somebody|tells?|told|mistakes?)\b/gi;

/** Code without comments, and without the texts in it. */
function withoutTexts(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g, ' ');
}

function wordsOf(identifier: string): string[] {
  return identifier
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[ _$]+/);
}

function isRetired(identifier: string): boolean {
  return retiredIdentifiers.has(identifier) || wordsOf(identifier).some((word) => retiredWords.has(word));
}

/** In tests, names of GraphQL fields are among those of the code: only what is declared counts. */
const declared = /\b(?:const|let|function|class|interface|type)\s+([A-Za-z_$][\w$]*)/g;
const anyIdentifier = /(?<![\w$])#?([A-Za-z_$][\w$]*)/g;

const pages = () =>
  globSync(['docs/**/*.md', '*.md', '{clients,bench,examples}/**/README.md'], {
    cwd: root,
    exclude: ['**/node_modules/**', '**/.baseline/**'],
  });

const read = (file: string) => readFileSync(`${root}${file}`, 'utf8');

describe('the vocabulary', () => {
  test.each([
    ['gateway/**/*.ts', anyIdentifier],
    ['{test,bench,subgraphs,packaging,examples}/**/*.ts', declared],
    ['clients/**/*.ts', declared],
  ])('%s has no retired identifiers', (files, identifiers) => {
    const found = globSync(files, { cwd: root, exclude: ['**/node_modules/**', '**/.baseline/**'] })
      .filter((file) => !(files.startsWith('gateway') && file.endsWith('.test.ts')))
      .flatMap((file) => {
        const names = [...withoutTexts(read(file)).matchAll(identifiers)];
        return [...new Set(names.map(([, name]) => name as string))]
          .filter(isRetired)
          .map((name) => `${file}: ${name}`);
      });
    expect(found).toEqual([]);
  });

  test('no message, comment, description or page has a retired phrase', () => {
    const files = [
      ...globSync(['gateway/**/*.ts', 'subgraphs/**/*.ts', 'schema/**/*.graphql'], { cwd: root }),
      ...pages(),
    ];
    expect(files.length).toBeGreaterThan(100);
    const found = files
      .filter((file) => !file.endsWith('.test.ts'))
      .flatMap((file) => {
        const text = read(file)
          .replace(/\s+(?:\/\/|\*|#)?\s*/g, ' ')
          .toLowerCase();
        return retiredPhrases
          .filter((phrase) => text.includes(phrase.toLowerCase()))
          .map((phrase) => `${file}: ${phrase}`);
      });
    expect(found).toEqual([]);
  });

  test('no page, and no source of the product, has a retired word', () => {
    const sources = globSync(['gateway/**/*.ts', 'packaging/**/*.ts'], { cwd: root });
    const wordsIn = (files: readonly string[], retired: RegExp) =>
      files.flatMap((file) =>
        read(file)
          .split('\n')
          .flatMap((line, index) => (line.match(retired) ?? []).map((word) => `${file}:${index + 1}: ${word}`)),
      );
    expect(wordsIn(pages(), retiredProse)).toEqual([]);
    expect(
      wordsIn(
        sources.filter((file) => !file.endsWith('.test.ts')),
        retiredInSources,
      ),
    ).toEqual([]);
  });

  test('every place that the page of the vocabulary names is there', () => {
    const page = read('docs/vocabulary.md');
    const places = [...page.matchAll(/`([a-z-]+\/[\w./-]*)`/g)].map(([, place]) => place as string);
    expect(places.length).toBeGreaterThan(30);
    expect(places.filter((place) => globSync([place, `gateway/${place}`], { cwd: root }).length === 0)).toEqual([]);
  });
});
