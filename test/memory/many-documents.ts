// Shows that ever new documents do not grow the process past the store's bound:
//   node test/memory/many-documents.ts [--count 1000000] [--seconds 180] [--max 10000] [--bytes 134217728]
// Prints the memory as it goes. Exit code 1 where the store passes its bound, or where the heap, once the store is
// full, grows by more than a tenth of the bound.
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openEngine, prepareDocuments } from './documents.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '1000000' },
    seconds: { type: 'string', default: '3600' },
    max: { type: 'string', default: '10000' },
    bytes: { type: 'string', default: '134217728' },
  },
});
const [count, seconds, max, maxBytes] = [values.count, values.seconds, values.max, values.bytes].map(Number) as [
  number,
  number,
  number,
  number,
];

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

const { engine, close } = openEngine({ max, maxBytes });
const started = performance.now();
const elapsed = () => (performance.now() - started) / 1000;
const megabytes = (bytes: number) => `${(bytes / 1_048_576).toFixed(1)} MB`;

/** After a collection of everything that is unreachable. */
function heap(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

function report(prepared: number): number {
  const used = heap();
  const { documents, bytes } = engine.documents.size;
  console.log(
    `${prepared} documents in ${elapsed().toFixed(0)} s: heap ${megabytes(used)}, resident ${megabytes(process.memoryUsage.rss())}, cached ${documents} (${megabytes(bytes)} by estimate)`,
  );
  if (documents > max || bytes > maxBytes) {
    console.error(`The store is past its bound of ${max} documents and ${megabytes(maxBytes)}.`);
    process.exit(1);
  }
  return used;
}

const empty = report(0);
const step = Math.max(1, Math.min(max * 2, Math.ceil(count / 10)));
let full: number | undefined;
let last = empty;
let prepared = 0;
while (prepared < count && elapsed() < seconds) {
  const next = Math.min(count, prepared + step);
  prepareDocuments(engine, prepared, next);
  prepared = next;
  last = report(prepared);
  // Twice what fits: from here each further document evicts one.
  if (prepared >= max * 2) full ??= last;
}
await close();

const room = maxBytes / 10;
const growth = last - (full ?? last);
console.log(
  `heap: ${megabytes(empty)} empty, ${megabytes(full ?? last)} full, ${megabytes(last)} at the end; ${Math.round(prepared / elapsed())} documents/s`,
);
if (growth > room) {
  console.error(
    `The heap grew by ${megabytes(growth)} after the store was full; at most ${megabytes(room)} is allowed.`,
  );
  process.exitCode = 1;
}
if (last - empty > maxBytes) {
  console.error(`The heap holds ${megabytes(last - empty)} for a bound of ${megabytes(maxBytes)}.`);
  process.exitCode = 1;
}
