// Cost of the console by processor time: of its ring where no page is open, for one request with three fetches; and of an open
// page at 2,000 requests a second, in gateways in processes of their own, in turns. `npm run bench:console` takes about two
// minutes and writes nothing. Exit code 1 where a median is above its bar.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measureRing } from './console/records.ts';
import { type Interval, medianOf } from './observability/interval.ts';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '1000000' },
    /** Seconds of requests for each of the two gateways. */
    rounds: { type: 'string', default: '40' },
    rate: { type: 'string', default: '2000' },
    view: { type: 'string', default: 'now' },
  },
});

/** Microseconds of a request with the ring, and percent of a processor with an open page, at most. */
const bars = { ring: 1, watched: 2 };
const rate = Number(values.rate);

const written = ({ median, low, high }: Interval, unit: string) =>
  `${median.toFixed(2)} ${unit} (95 %: ${low.toFixed(2)} to ${high.toFixed(2)})`;

const ring = medianOf(measureRing(Number(values.requests)).map((round) => round.with - round.without));
console.log(`The ring, for a request with three fetches: ${written(ring, 'µs')}; the bar is ${bars.ring} µs`);
if (!(ring.median <= bars.ring)) process.exitCode = 1;

interface Program {
  process: ChildProcess;
  first: string;
  next(): Promise<string>;
}

async function start(file: string, ...args: string[]): Promise<Program> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = spawn(process.execPath, [path, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const next = async () => String((await lines.next()).value);
  return { process: child, first: await next(), next };
}

const peers = await start('./observability/peers.ts');
const origin = `http://127.0.0.1:${peers.first}`;
const [closed, open] = await Promise.all([
  start('./console/gateway.ts', origin),
  start('./console/gateway.ts', origin),
]);

let bytes = 0;
const page = new AbortController();
const stream = await fetch(`${open.first}/stream?view=${values.view}`, { signal: page.signal });
const read = stream.body?.pipeTo(
  new WritableStream({
    write(chunk) {
      bytes += chunk.length;
    },
  }),
);

async function measure({ process: child, next }: Program): Promise<number> {
  child.stdin?.write(`${rate}\n`);
  return Number(await next());
}

for (const program of [closed, open, closed, open]) await measure(program);
bytes = 0;
const times: { closed: number; open: number }[] = [];
const started = performance.now();
for (let round = 0; round < Number(values.rounds); round += 1) {
  const before = round % 2 === 0 ? await measure(closed) : 0;
  const opened = await measure(open);
  times.push({ closed: round % 2 === 0 ? before : await measure(closed), open: opened });
}
const seconds = (performance.now() - started) / 1000;
const plain = medianOf(times.map((time) => time.closed));
const more = medianOf(times.map((time) => time.open - time.closed));
const percent = { median: 0, low: 0, high: 0 };
for (const name of ['median', 'low', 'high'] as const) percent[name] = (more[name] * rate) / 10_000;
console.log(`${rate} requests a second, no page open: ${written(plain, 'µs')} a request`);
console.log(
  `with the page "${values.view}" open: ${written(more, 'µs')} more, ${(bytes / seconds / 1024).toFixed(0)} KiB/s`,
);
console.log(`that is ${written(percent, '% of a processor')}; the bar is ${bars.watched} %`);
if (!(percent.median <= bars.watched)) process.exitCode = 1;

page.abort();
await read?.catch(() => 'closed');
for (const program of [closed, open, peers]) {
  program.process.stdin?.end();
  await once(program.process, 'exit');
}
