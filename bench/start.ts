// Measures starts of the built gateway: time from the process to `/readiness`, and memory then. Fails above the bars.
//   node start.ts [--rounds 5] [--only "two services"]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { freePort, start } from './run/processes.ts';
import { kernelUsage, processTree } from './run/usage.ts';
import { starts, writeFolder } from './start/folders.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' }, only: { type: 'string' } } });
const concierge = fileURLToPath(new URL('../dist/gateway/bin.js', import.meta.url));
/** Milliseconds after which a start has failed. */
const MAX_START = 60_000;

interface Measured {
  /** Milliseconds. */
  ready: number;
  processor: number;
  /** Megabytes. */
  memory: number;
}

async function measure(folder: string): Promise<Measured> {
  const port = await freePort();
  const started = performance.now();
  const command = [process.execPath, concierge, 'start', '--config', 'gateway.config.mts'];
  const gateway = start(command, { cwd: folder, log: join(folder, 'gateway.log'), env: { PORT: String(port) } });
  try {
    while (!(await isReady(port))) {
      if (gateway.child.exitCode !== null || performance.now() - started > MAX_START)
        throw new Error(gateway.printed());
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const ready = performance.now() - started;
    // The supervisor and its worker.
    const used = processTree(gateway.pid).map(kernelUsage);
    const processor = used.reduce((sum, { cpu }) => sum + cpu / 1000, 0);
    return { ready, processor, memory: used.reduce((sum, { resident }) => sum + resident / 1_048_576, 0) };
  } finally {
    await gateway.stop();
  }
}

async function isReady(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/readiness`).then(
    ({ status }) => status === 200,
    () => false,
  );
}

function median(measured: readonly Measured[], property: keyof Measured): number {
  return measured.map((each) => each[property]).sort((one, other) => one - other)[measured.length >> 1]!;
}

const medians = new Map<string, Measured>();
for (const each of starts.filter(({ name }) => values.only === undefined || name === values.only)) {
  const folder = await mkdtemp(join(tmpdir(), 'concierge-start-'));
  try {
    writeFolder(folder, each);
    // The first one compiles the code.
    await measure(folder);
    const rounds: Measured[] = [];
    for (let round = 0; round < Number(values.rounds); round += 1) rounds.push(await measure(folder));
    const [ready, processor, memory] = (['ready', 'processor', 'memory'] as const).map((one) => median(rounds, one));
    medians.set(each.name, { ready: ready!, processor: processor!, memory: memory! });
    const bar = each.bar ? `at most ${each.bar.ready} ms and ${each.bar.memory} MB` : '';
    console.log(
      `${each.name.padEnd(18)}${ready!.toFixed(0).padStart(6)} ms ready${processor!.toFixed(0).padStart(7)} ms of processor` +
        `${memory!.toFixed(0).padStart(6)} MB   ${bar}`,
    );
    if (each.bar && (ready! > each.bar.ready || memory! > each.bar.memory)) process.exitCode = 1;
  } finally {
    await rm(folder, { recursive: true });
  }
}
const [one, thirty] = [medians.get('one client'), medians.get('30 clients')];
if (one && thirty) {
  const ratio = thirty.ready / one.ready;
  console.log(`30 clients are ready in ${ratio.toFixed(2)} times the time of one; at most 1.5`);
  if (ratio > 1.5) process.exitCode = 1;
}
