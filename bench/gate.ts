// Performance gate: the working tree beside a baseline, by processor time a response in each of its cases. The baseline is the
// last release, or a commit. `npm run bench:gate` takes about six minutes, with `-- --short` about one and a half. Exit code 1
// where the working tree's response is wrong, or a case takes more than 1.10 times what it takes the baseline; 2 where there is
// no baseline to compare with.

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Baseline, BaselineError, prepareBaseline } from './gate/baseline.ts';
import { casesNamed, type LoadCase } from './gate/cases.ts';
import { type Comparison, compare } from './gate/comparison.ts';
import { type Measured, measureSlices, StateError } from './gate/slices.ts';
import { compareStarts } from './gate/starts.ts';
import { comparisonRow, startRows, table } from './gate/table.ts';
import { assignCores } from './run/cores.ts';
import { type Gateway, gatewaysNamed, repository } from './run/gateways.ts';
import { endOnSignals } from './run/processes.ts';
import { largeStart } from './start/folders.ts';

/** A case may take so many times what it takes the baseline. */
const threshold = 1.1;

const { values } = parseArgs({
  allowNegative: true,
  options: {
    /** A tag or commit. */
    baseline: { type: 'string' },
    /** Cases, the queries among them. */
    queries: { type: 'string' },
    short: { type: 'boolean', default: false },
    /** Whether a ratio above the threshold fails the run. */
    judge: { type: 'boolean', default: true },
    /** Of each case. */
    slices: { type: 'string' },
    /** Seconds of one slice; the large query, whose garbage collections are longer, takes three times that. */
    duration: { type: 'string' },
    connections: { type: 'string', default: '50' },
    /** Seconds for all cases, which share them, and for the packing of the baseline; without a limit unless given. */
    limit: { type: 'string' },
  },
});

const cases = casesNamed(values.queries?.split(','));
// Both are started anew for every two slices: processes of the same code differ by some per cent for as long as they live.
const parts = Math.ceil(Number(values.slices ?? (values.short ? 8 : 20)) / 2);
const options = {
  connections: Number(values.connections),
  warmUp: values.short ? 1000 : 2000,
  duration: 1000 * Number(values.duration ?? (values.short ? 0.6 : 1)),
  slices: 2,
};

const deadline = performance.now() + 1000 * Number(values.limit ?? Number.POSITIVE_INFINITY);

endOnSignals();
const cores = assignCores();
if (cores.warning) console.log(`Warning: ${cores.warning}`);
try {
  await run(prepareBaseline(values.baseline, console.log, deadline - performance.now()));
} catch (error) {
  if (!(error instanceof BaselineError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}

async function run(baseline: Baseline): Promise<void> {
  const [concierge] = gatewaysNamed(['concierge']) as [Gateway];
  const before: Gateway = {
    ...concierge,
    name: 'baseline',
    title: baseline.name,
    args: (supergraph, port) =>
      concierge
        .args(supergraph, port)
        .filter((argument) => argument !== '--single-process' || baseline.hasSupervisor)
        .with(0, baseline.cli),
  };
  const current: Gateway = { ...concierge, name: 'current', title: 'The working tree' };

  const rows: string[][] = [];
  const ofStarts: string[][] = [];
  const ratios: number[] = [];
  for (const [index, each] of cases.entries()) {
    const left = deadline - performance.now();
    if (left <= 0) {
      console.log(`${each.name} is left out: the time is up.`);
      continue;
    }
    const end = performance.now() + left / (cases.length - index);
    const isOver = () => performance.now() > end;
    try {
      if (each.load) {
        const comparison = await compareUnder(each, before, current, isOver);
        rows.push(comparisonRow(each.name, comparison));
        ratios.push(comparison.ratio);
      } else {
        const states = [
          { side: before, file: baseline.program },
          { side: current, file: join(repository, 'dist/gateway/bin.js') },
        ] as const;
        const comparison = await compareStarts(states, parts, isOver, (side, cause) => new StateError(side, cause));
        ofStarts.push(...startRows(comparison));
        ratios.push(...Object.values(comparison).map(({ ratio }) => ratio));
        console.log(`${each.name}: ${parts} of either`);
      }
    } catch (error) {
      if (!(error instanceof StateError)) throw error;
      // The other cases are compared all the same.
      console.error(`${each.name} is not compared: ${error.message}`);
      process.exitCode = error.gateway.name === 'current' ? 1 : (process.exitCode ?? 2);
    }
  }
  if (rows.length > 0) {
    const head = ['Case', `CPU ${baseline.name}`, 'CPU now', 'Ratio', 'Interval', 'Total'];
    console.log(`\n${table([[...head, `RSS ${baseline.name}`, 'RSS now', 'Response'], ...rows])}\n`);
    console.log(
      `CPU: µs of processor time a response (process.cpuUsage), median of at most ${parts * options.slices} slices. ` +
        'Ratio: the median of the slices’ ratios; total: of all of them together. RSS: MB after a slice (at most).',
    );
  }
  if (ofStarts.length > 0) {
    console.log(
      `\n${table([[`Start, ${largeStart.name}`, baseline.name, 'Now', 'Ratio', 'Interval'], ...ofStarts])}\n`,
    );
  }
  if (ratios.length === 0) return;
  const highest = Math.max(...ratios);
  const words = `${highest <= threshold ? 'no' : 'a'} ratio is above ${threshold.toFixed(2)}.`;
  if (!values.judge) console.log(`Not judged: ${words}`);
  else if (highest <= threshold) console.log(`Passed: ${words}`);
  else {
    console.log(`Failed: ${words}`);
    process.exitCode = 1;
  }
}

async function compareUnder(
  each: LoadCase,
  before: Gateway,
  current: Gateway,
  isOver: () => boolean,
): Promise<Comparison> {
  const measured: [Measured, Measured][] = [];
  const duration = each.times * options.duration;
  const measure = (order: readonly [Gateway, Gateway]) =>
    measureSlices(order, each.load, cores, { ...options, duration });
  for (let part = 1; part <= parts && (part === 1 || !isOver()); part++) {
    // Neither is always the one that was started first.
    if (part % 2 === 1) measured.push(await measure([before, current]));
    else measured.push((await measure([current, before])).toReversed() as [Measured, Measured]);
    if (part % 2 === 0) console.log(`${each.name}: ${part * options.slices} of ${parts * options.slices} slices`);
  }
  return compare(measured);
}
