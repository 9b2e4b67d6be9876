// Concierge beside one other gateway, by processor time a request: both at once on the same core, loaded in bursts in turn, so
// that the ratio has an interval. `npm run bench:pairs` takes about five minutes, prints a table and judges nothing.

import { parseArgs } from 'node:util';
import { compare } from './gate/comparison.ts';
import { requestLoad } from './gate/request-load.ts';
import { type Measured, measureSlices } from './gate/slices.ts';
import { assignCores } from './run/cores.ts';
import { type Gateway, gatewaysNamed } from './run/gateways.ts';
import { endOnSignals } from './run/processes.ts';
import { queryNamed, queryNames } from './run/requests.ts';

const { values } = parseArgs({
  options: {
    /** The gateway beside Concierge. */
    with: { type: 'string', default: 'grafbase' },
    queries: { type: 'string' },
    /** Starts of both gateways for each query; each has two slices. */
    starts: { type: 'string', default: '10' },
    /** Seconds of one slice; the large query takes twice that. */
    duration: { type: 'string', default: '2' },
    connections: { type: 'string', default: '50' },
  },
});

const starts = Number(values.starts);
const queries = values.queries ? values.queries.split(',').map(queryNamed) : queryNames;

endOnSignals();
const cores = assignCores();
if (cores.warning) console.log(`Warning: ${cores.warning}`);
const [concierge, peer] = gatewaysNamed(['concierge', values.with]) as [Gateway, Gateway];
const rows: string[] = [];
for (const query of queries) {
  const measured: [peer: Measured, concierge: Measured][] = [];
  const duration = 1000 * Number(values.duration) * (query === 'large' ? 2 : 1);
  const load = requestLoad({ query });
  const options = { connections: Number(values.connections), warmUp: 2000, duration, slices: 2 };
  for (let start = 1; start <= starts; start += 1) {
    // Neither is always the one that was started first.
    const isReversed = start % 2 === 0;
    const [one, other] = await measureSlices(isReversed ? [concierge, peer] : [peer, concierge], load, cores, options);
    measured.push(isReversed ? [other, one] : [one, other]);
    const { cpu, ratio } = compare(measured);
    console.log(
      `${query}: start ${start} of ${starts}: ${cpu[1].toFixed(0)} µs beside ${cpu[0].toFixed(0)} µs, ${ratio.toFixed(2)} times`,
    );
  }
  const { cpu, ratio, low, high, confidence } = compare(measured);
  const interval = `${low.toFixed(2)} to ${high.toFixed(2)} (${Math.floor(100 * confidence)} %)`;
  rows.push(`| ${query} | ${cpu[1].toFixed(0)} | ${cpu[0].toFixed(0)} | ${ratio.toFixed(2)} | ${interval} |`);
}
console.log(
  [
    `\n| Query | Concierge, CPU µs a request | ${peer.title} | Ratio | Interval |`,
    '| --- | ---: | ---: | ---: | ---: |',
    ...rows,
  ].join('\n'),
);
