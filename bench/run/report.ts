// Report of a run: RESULTS.md for people, results.svg for the eye, results.json for computing.

import { writeFileSync } from 'node:fs';
import { barsSvg } from './bar-chart.ts';
import { type QueryName, queryTitles } from './requests.ts';
import { medianRound, type QueryResults, type Results } from './results.ts';
import { figuresTable } from './table.ts';

const baseline = 'concierge';
const file = (name: string) => new URL(`../${name}`, import.meta.url);

export function writeReport(results: Results): void {
  writeFileSync(file('results.json'), `${JSON.stringify(results, undefined, 2)}\n`);
  writeFileSync(file('results.svg'), plot(results));
  writeFileSync(file('RESULTS.md'), markdown(results));
}

/** The table of one query with its heading, as it also goes to the terminal. */
export function section(results: QueryResults): string {
  return `## ${queryTitles[results.query as QueryName]}\n\n${figuresTable(results, baseline)}`;
}

function markdown(results: Results): string {
  const { machine, settings, warnings, queries } = results;
  const seconds = [...new Set(Object.values(settings.durations))].map((duration) => duration / 1000);
  const packages = Object.entries(machine.packages).map(([name, version]) => `${name} ${version}`);
  const unordered = queries.flatMap(({ query, entries }) =>
    entries.filter(({ inOrder }) => !inOrder).map(({ title }) => `${title} (${query})`),
  );
  return `${[
    '# Results',
    `Taken on ${results.takenAt} by \`npm run bench\` in this folder; every figure here comes from that one run. How it is
measured and how to read it: [README.md](README.md). The rounds behind the medians: [results.json](results.json).`,
    '![Requests per second of each gateway, by query](results.svg)',
    `Each figure is the median of ${settings.rounds} alternating rounds of ${seconds.join(' or ')} s with
${settings.connections} connections; in brackets, as a multiple of Concierge's. More requests per second are better; of all else, less is.`,
    ...warnings.map((warning) => `**Note:** ${warning}`),
    ...queries.map(section),
    ...(unordered.length > 0
      ? [`Fields not in the order of the query, which the specification requires: ${unordered.join(', ')}.`]
      : []),
    '## Taken with',
    [
      `- ${machine.processor}, ${machine.cores} cores, ${machine.memoryGigabytes} GB, Linux ${machine.kernel}, load before the run ${machine.loadBefore}`,
      `- Node ${machine.node}, NODE_ENV=production, each gateway one process on one core, the rest on the others`,
      `- ${packages.join(', ')}`,
      `- busiest the subgraphs ever were: ${Math.round(busiest(results) * 100)} % of a core`,
    ].join('\n'),
  ].join('\n\n')}\n`;
}

function plot({ queries }: Results): string {
  return barsSvg(
    'Requests per second, one core',
    queries.map(({ query, entries }) => ({
      title: queryTitles[query as QueryName],
      unit: '',
      thresholds: entries.map(({ gateway, title, rounds }) => ({
        label: title,
        value: medianRound(rounds).requestsPerSecond,
        highlight: gateway === baseline,
      })),
    })),
  );
}

function busiest({ queries }: Results): number {
  return Math.max(
    0,
    ...queries.flatMap(({ entries }) => entries.flatMap(({ rounds }) => rounds.map((round) => round.subgraphLoad))),
  );
}
