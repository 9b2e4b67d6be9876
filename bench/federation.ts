// Composition, start and cold planning of a large federated graph, generated: from its subgraphs' SDL, and from the
// supergraph that they compose to. Each run is a process of its own; of its times, the fastest counts.
//
//   node federation.ts [--subgraphs 100] [--types 1000] [--seed 1] [--operations 200] [--rounds 3] [--no-judge]
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { generatedSubgraphs } from './federation/generated.ts';
import type { Figures } from './federation/measured.ts';
import { at } from './planning/prepare.ts';

const { values } = parseArgs({
  options: {
    subgraphs: { type: 'string', default: '100' },
    types: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    operations: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '3' },
    'no-judge': { type: 'boolean', default: false },
  },
});
const MAX_START_MS = 3_000;
const MAX_BYTES = 500_000_000;
const MEGABYTE = 1_000_000;

const folder = mkdtempSync(join(tmpdir(), 'concierge-bench-'));
try {
  const subgraphs = generatedSubgraphs({
    subgraphs: Number(values.subgraphs),
    types: Number(values.types),
    seed: Number(values.seed),
  });
  const sources = join(folder, 'subgraphs');
  const composed = join(folder, 'supergraph');
  for (const each of [sources, composed]) mkdirSync(each);
  let bytes = 0;
  for (const [name, sdl] of subgraphs) {
    writeFileSync(join(sources, `${name}.graphql`), sdl);
    bytes += sdl.length;
  }
  console.log(
    `${subgraphs.size} subgraphs, ${values.types} types, ${(bytes / 1000).toFixed(0)} kB of SDL, seed ${values.seed}`,
  );
  console.log(
    'from         load ms  start ms  own ms  peak MB   first operation ms  p50 ms  p99 ms  max ms  unplanned',
  );
  const bySource = measure('SDL', [sources, values.operations, join(composed, 'supergraph.graphql')]);
  const bySupergraph = measure('supergraph', [composed, values.operations]);
  const exceeded = [bySource, bySupergraph].some(
    ({ own, peakAtStart, unplanned }) => own > MAX_START_MS || peakAtStart > MAX_BYTES || unplanned > 0,
  );
  if (exceeded && !values['no-judge']) {
    console.error(`More than ${MAX_START_MS} ms, ${MAX_BYTES / MEGABYTE} MB, or no plan.`);
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true });
}

/** The best of some runs. */
function measure(name: string, args: readonly string[]): Figures {
  const program = join(import.meta.dirname, 'federation/measured.ts');
  const runs = Array.from({ length: Number(values.rounds) }, (): Figures => {
    const output = execFileSync(process.execPath, [program, ...args], { encoding: 'utf8', maxBuffer: 100 * MEGABYTE });
    return JSON.parse(output) as Figures;
  });
  const best = (read: (figures: Figures) => number) => Math.min(...runs.map(read));
  const operations = (runs[0]?.operations ?? []).map((_, index) => best((figures) => figures.operations[index] ?? 0));
  const figures: Figures = {
    ...(runs[0] as Figures),
    load: best(({ load }) => load),
    start: best(({ start }) => start),
    own: best(({ own }) => own),
    peakAtStart: best(({ peakAtStart }) => peakAtStart),
    operations,
  };
  const columns = [
    name.padEnd(10),
    figures.load.toFixed(0).padStart(9),
    figures.start.toFixed(0).padStart(9),
    figures.own.toFixed(0).padStart(7),
    (figures.peakAtStart / MEGABYTE).toFixed(0).padStart(8),
    (operations[0] ?? 0).toFixed(1).padStart(20),
    ...[0.5, 0.99, 1].map((share) => at(operations, share).toFixed(1).padStart(7)),
    String(figures.unplanned).padStart(10),
  ];
  console.log(columns.join(' '));
  return figures;
}
