// Report of growth: GROWTH.md with a table per series, growth.svg with the processor time, growth.json with the rounds.

import { writeFileSync } from 'node:fs';
import { type Entry, type Machine, medianRound, type QueryResults } from '../run/results.ts';
import { linesSvg } from './lines.ts';
import type { Series } from './series.ts';

/** A series with the result at each of its points, in their order. */
export type Grown = { series: Series; found: readonly QueryResults[] };

const file = (name: string) => new URL(`../${name}`, import.meta.url);

export function writeGrowth(grown: readonly Grown[], machine: Machine, takenAt: string): void {
  const plain = grown.map(({ series: { name, points }, found }) => ({
    name,
    sizes: points.map(({ size }) => size),
    found,
  }));
  writeFileSync(file('growth.json'), `${JSON.stringify({ takenAt, machine, series: plain }, undefined, 2)}\n`);
  writeFileSync(file('growth.svg'), plot(grown));
  writeFileSync(file('GROWTH.md'), markdown(grown, machine, takenAt));
}

/** One series as a heading and a table. */
export function growthSection({ series, found }: Grown): string {
  const head = ['Gateway', ...series.points.map(({ size }) => size.toLocaleString('en'))];
  const rows = participants(found).map(({ gateway, title }) => [
    title,
    ...found.map(({ entries }) => {
      const entry = entries.find((each) => each.gateway === gateway);
      return entry ? cell(entry) : 'not measured';
    }),
  ]);
  const table = [head, head.map((_, index) => (index === 0 ? '---' : '---:')), ...rows];
  return `## ${series.title}\n\n${table.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}`;
}

function cell(entry: Entry): string {
  const { requestsPerSecond, cpuPerRequest } = medianRound(entry.rounds);
  const whole = (value: number) => Math.round(value).toLocaleString('en');
  return `${whole(cpuPerRequest)} µs · ${whole(requestsPerSecond)}/s · ${whole(entry.peakMemory / 1024 ** 2)} MB`;
}

function participants(found: readonly QueryResults[]): { gateway: string; title: string }[] {
  const titles = new Map(
    found.flatMap(({ entries }) => entries.map(({ gateway, title }) => [gateway, title] as const)),
  );
  return Array.from(titles, ([gateway, title]) => ({ gateway, title }));
}

function plot(grown: readonly Grown[]): string {
  return linesSvg(
    'Processor time per request',
    'µs, logarithmic',
    grown.map(({ series, found }) => ({
      title: series.name,
      sizes: series.points.map(({ size }) => size),
      lines: participants(found).map(({ gateway, title }) => ({
        label: title,
        values: found.map(({ entries }) => {
          const entry = entries.find((each) => each.gateway === gateway);
          return entry && medianRound(entry.rounds).cpuPerRequest;
        }),
      })),
    })),
  );
}

function markdown(grown: readonly Grown[], machine: Machine, takenAt: string): string {
  return `${[
    '# How cost grows',
    `Taken on ${takenAt} by \`npm run bench:growth\` in this folder, all gateways side by side in one run. Each cell: processor time per
request, requests per second, peak memory. The rounds behind the medians: [growth.json](growth.json).`,
    '![Processor time per request, by entities, subgraphs and documents](growth.svg)',
    ...grown.map(growthSection),
    `With 10,000 documents in turn a gateway meets most of them for the first time while it is measured: those figures hold
the cost of parsing, validating and planning, and show whether memory stays bounded.`,
    `Taken with ${machine.processor}, ${machine.cores} cores, Linux ${machine.kernel}, Node ${machine.node}; ${Object.entries(
      machine.packages,
    )
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}.`,
  ].join('\n\n')}\n`;
}
