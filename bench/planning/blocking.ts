// Longest turns of the event loop: a gateway in this process, attacked from a worker with documents up to the default
// limits. Turns are measured in the processor's time of this thread, so that what runs beside does not count; some
// machines count it in ticks of several milliseconds.
//
//   node planning/blocking.ts [schema.graphql | supergraph.graphql] [pattern of attacks]
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { createGateway } from '../../gateway/index.ts';

const [file = new URL('../supergraph.graphql', import.meta.url).pathname, pattern = ''] = process.argv.slice(2);
const sdl = readFileSync(file, 'utf8');
const worker = new Worker(new URL('attacker.ts', import.meta.url));
const next = <Message>() => new Promise<Message>((resolve) => worker.once('message', resolve));

const started = next<{ port: number }>();
const { port } = await started;
const url = `http://127.0.0.1:${port}/graphql`;
const folder = mkdtempSync(join(tmpdir(), 'attacked-'));
const isSupergraph = sdl.includes('join__Graph');
writeFileSync(join(folder, 'one.graphql'), sdl);
const names = isSupergraph
  ? [...sdl.matchAll(/@join__graph\(name: "([^"]+)"/g)].map(([, name]) => String(name))
  : ['one'];
const gateway = createGateway(
  {
    host: '127.0.0.1',
    port: 0,
    log: { level: 'silent' },
    unreachable: 'warn',
    // Introspection is attacked too, and is off by default.
    limits: { introspection: true },
    ...(isSupergraph && { supergraph: 'one.graphql' }),
    subgraphs: Object.fromEntries(names.map((name) => [name, isSupergraph ? { url } : { url, schema: 'one.graphql' }])),
  },
  folder,
);
const origin = await gateway.start();

let maxTurn = 0;
let running = true;
const cpu = () => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};
const watch = async () => {
  let before = cpu();
  while (running) {
    await turn();
    const now = cpu();
    maxTurn = Math.max(maxTurn, now - before);
    before = now;
  }
};
void watch();

const { printSchema } = await import('graphql');
worker.postMessage({ origin, sdl: printSchema(gateway.engine.clientSchema), pattern });
const { count } = await next<{ count: number }>();
interface Result {
  name: string;
  bytes: number;
  status: number;
  code: string;
  milliseconds: number;
}
const rows: (Result & { maxTurn: number })[] = [];
for (let index = 0; index < count; index += 1) {
  maxTurn = 0;
  worker.postMessage({ index });
  const result = await next<Result>();
  rows.push({ ...result, maxTurn });
}
running = false;
rows.sort((one, other) => other.maxTurn - one.maxTurn);
console.log(
  `${rows.length} attacks; more than 50 ms: ${rows.filter((row) => row.maxTurn > 50).length}; RSS ${Math.round(process.memoryUsage().rss / 1e6)} MB`,
);
for (const { name, bytes, status, code, maxTurn: most, milliseconds } of rows.slice(
  0,
  Number(process.env.ROWS ?? 40),
)) {
  console.log(
    `${most.toFixed(1).padStart(8)} ms  ${String(bytes).padStart(8)} B  ${status} ${code.padEnd(28)} ${milliseconds.toFixed(0).padStart(6)} ms  ${name}`,
  );
}
await gateway.stop();
await worker.terminate();
process.exit(0);
