// Performance gate: the working tree beside a baseline, by processor time a request on the three queries. The baseline is the
// last release, or a commit. `npm run bench:gate` takes about four minutes, with `-- --short` less than one and a half.
// Exit code 1 where the working tree's response is wrong, or a query takes more than 1.10 times the baseline's processor time;
// 2 where there is no baseline to compare with.

import { parseArgs } from 'node:util';
import { type Baseline, BaselineError, prepareBaseline } from './gate/baseline.ts';
import { type Comparison, compare } from './gate/comparison.ts';
import { type Measured, measureSlices, StateError } from './gate/slices.ts';
import { assignCores } from './run/cores.ts';
import { type Gateway, gatewaysNamed } from './run/gateways.ts';
import { endOnSignals } from './run/processes.ts';
import { type QueryName, queryNamed, queryNames } from './run/requests.ts';

/** A request may take so many times the baseline's processor time. */
const threshold = 1.1;

const { values } = parseArgs({
  allowNegative: true,
  options: {
    /** A tag or commit. */
    baseline: { type: 'string' },
    queries: { type: 'string' },
    short: { type: 'boolean', default: false },
    /** Whether a ratio above the threshold fails the run. */
    judge: { type: 'boolean', default: true },
    /** Of each query. */
    slices: { type: 'string' },
    /** Seconds of one slice; the large query, whose garbage collections are longer, takes three times that. */
    duration: { type: 'string' },
    connections: { type: 'string', default: '50' },
  },
});

const queries = values.queries ? values.queries.split(',').map(queryNamed) : queryNames;
// Both are started anew for every two slices: processes of the same code differ by some per cent for as long as they live.
const parts = Math.ceil(Number(values.slices ?? (values.short ? 8 : 20)) / 2);
const options = {
  connections: Number(values.connections),
  warmUp: values.short ? 1000 : 2000,
  duration: 1000 * Number(values.duration ?? (values.short ? 0.6 : 1)),
  slices: 2,
};

endOnSignals();
const cores = assignCores();
if (cores.warning) console.log(`Warning: ${cores.warning}`);
try {
  await run(prepareBaseline(values.baseline, console.log));
} catch (error) {
  if (!(error instanceof BaselineError || error instanceof StateError)) throw error;
  console.error(error.message);
  process.exitCode = error instanceof StateError && error.gateway.name === 'current' ? 1 : 2;
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
  let highest = 0;
  for (const query of queries) {
    const measured: [Measured, Measured][] = [];
    for (let part = 1; part <= parts; part++) {
      const duration = query === 'large' ? 3 * options.duration : options.duration;
      const measure = (order: readonly [Gateway, Gateway]) =>
        measureSlices(order, query, cores, { ...options, duration });
      // Neither is always the one that was started first.
      if (part % 2 === 1) measured.push(await measure([before, current]));
      else measured.push((await measure([current, before])).toReversed() as [Measured, Measured]);
      if (part % 2 === 0) console.log(`${query}: ${part * options.slices} of ${parts * options.slices} slices`);
    }
    const comparison = compare(measured);
    rows.push(row(query, comparison));
    highest = Math.max(highest, comparison.ratio);
  }
  const head = ['Query', `CPU ${baseline.name}`, 'CPU now', 'Ratio', 'Interval', 'Total'];
  console.log(`\n${table([[...head, `RSS ${baseline.name}`, 'RSS now', 'Response'], ...rows])}\n`);
  console.log(
    `CPU: µs of processor time a request (process.cpuUsage), median of ${parts * options.slices} slices. ` +
      'Ratio: the median of the slices’ ratios; total: of all of them together. RSS: MB after a slice (at most).',
  );
  const passed = highest <= threshold;
  console.log(
    passed ? `Passed: no ratio is above ${threshold.toFixed(2)}.` : `Failed: a ratio is above ${threshold.toFixed(2)}.`,
  );
  if (!passed && values.judge) process.exitCode = 1;
}

function row(
  query: QueryName,
  { cpu, ratio, low, high, confidence, total, resident, peak, sameText }: Comparison,
): string[] {
  const megabytes = (bytes: number) => (bytes / 1024 ** 2).toFixed(0);
  return [
    query,
    ...cpu.map((microseconds) => microseconds.toFixed(1)),
    ratio.toFixed(3),
    `${low.toFixed(3)}–${high.toFixed(3)} (${Math.floor(100 * confidence)} %)`,
    total.toFixed(3),
    ...resident.map((bytes, side) => `${megabytes(bytes)} (${megabytes(peak[side]!)})`),
    sameText ? 'same bytes' : 'same data',
  ];
}

/** A Markdown table that is aligned as plain text, too: the first row is the head. */
function table(rows: readonly string[][]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join(' | ')} |`;
  const [head, ...body] = rows.map(line);
  const rule = line(widths.map((width, at) => (at === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)));
  return [head, rule, ...body].join('\n');
}
