// Weights of cached documents: fills a store with documents of several kinds, in a process of its own, and prints the growth of the
// heap with each, beside the store's own estimate, in bytes:
//   node --expose-gc test/memory/weights.ts
import { documentOf, openEngine } from './documents.ts';

const collect = globalThis.gc;
if (!collect) throw new Error('Run it with --expose-gc.');

/** Enough for all; bounds are tested elsewhere. */
const { engine, close } = openEngine({ max: 100_000, maxBytes: 4_000_000_000 });

const flags = Array.from({ length: 7 }, (_, index) => `f${index}`);

function flagged(number: number): string {
  const fields = flags.map((flag, index) => `x${index}: name @include(if: $${flag})`);
  return `query Q${number}(${flags.map((flag) => `$${flag}: Boolean!`)}) { product(id: "${number}") { id ${fields.join(' ')} } }`;
}

/** Each has documents that no other has. */
const kinds: Record<string, () => void> = {
  /** Valid, and not yet executed. */
  parsed: () => prepare(800, (number) => number % 8 < 6),
  invalid: () => prepare(400, (number) => number % 8 === 6),
  syntax: () => prepare(1500, (number) => number % 8 === 7),
  planned: () => {
    for (const text of texts(300, (number) => number % 8 < 6)) {
      const operation = engine.documents.get(text).operation(undefined);
      operation?.planFor({ yes: true });
    }
  },
  /** A few operations with all the variants that are cached of one. */
  variants: () => {
    for (let number = 0; number < 5; number += 1) {
      const operation = engine.documents.get(flagged(number)).operation(undefined);
      for (let choice = 0; choice < 2 ** flags.length; choice += 1) {
        operation?.planFor(Object.fromEntries(flags.map((flag, index) => [flag, (choice >> index) % 2 === 1])));
      }
    }
  },
};

let last = 0;

function* texts(length: number, isWanted: (number: number) => boolean): Generator<string> {
  for (let number = last, found = 0; found < length; number += 1) {
    if (!isWanted(number)) continue;
    found += 1;
    last = number + 1;
    yield documentOf(number);
  }
}

function prepare(length: number, isWanted: (number: number) => boolean): void {
  for (const text of texts(length, isWanted)) engine.documents.get(text);
}

function heap(): number {
  collect?.();
  collect?.();
  return process.memoryUsage().heapUsed;
}

// What is made once is there before anything is weighed.
for (let number = 0; number < 16; number += 1) {
  const document = engine.documents.get(`${documentOf(number)} # warm`);
  if (!document.errors) document.operation(undefined)?.planFor({ yes: true });
}
const weights: Record<string, { measured: number; estimated: number }> = {};
for (const [kind, fill] of Object.entries(kinds)) {
  const before = { heap: heap(), store: engine.documents.size.bytes };
  fill();
  weights[kind] = { measured: heap() - before.heap, estimated: engine.documents.size.bytes - before.store };
}
console.log(JSON.stringify(weights));
await close();
