// Measures starts of the built gateway: time from the process to `/readiness`, and memory then. Fails above the bars.
//   node start.ts [--rounds 5] [--only "two services"]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { starts, writeFolder } from './start/folders.ts';
import { type MeasuredStart, measureStart } from './start/measured-start.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' }, only: { type: 'string' } } });
const concierge = fileURLToPath(new URL('../dist/gateway/bin.js', import.meta.url));
function median(measured: readonly MeasuredStart[], property: keyof MeasuredStart): number {
  return measured.map((each) => each[property]).sort((one, other) => one - other)[measured.length >> 1]!;
}

const medians = new Map<string, MeasuredStart>();
for (const each of starts.filter(({ name }) => values.only === undefined || name === values.only)) {
  const folder = await mkdtemp(join(tmpdir(), 'concierge-start-'));
  try {
    writeFolder(folder, each);
    // The first one compiles the code.
    await measureStart(concierge, folder);
    const rounds: MeasuredStart[] = [];
    for (let round = 0; round < Number(values.rounds); round += 1) rounds.push(await measureStart(concierge, folder));
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
