// Cost of the request log: the product with a line for each request, and with warnings alone, on the query of three
// subgraphs, by processor time a request in turns. `npm run bench:logging` takes about two minutes, prints a table and writes
// nothing. Exit code 1 where the lines take more than 3 % of it.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compare } from './gate/comparison.ts';
import { requestLoad } from './gate/request-load.ts';
import { type Measured, measureSlices } from './gate/slices.ts';
import { assignCores } from './run/cores.ts';
import { type Gateway, gatewaysNamed } from './run/gateways.ts';
import { endOnSignals } from './run/processes.ts';
import { queryNamed } from './run/requests.ts';

/** Requests with lines may take so many times the processor time of those without. */
const threshold = 1.03;

const { values } = parseArgs({
  options: {
    query: { type: 'string', default: 'small-three' },
    /** Of both; they are started anew for every two. */
    slices: { type: 'string', default: '20' },
    /** Seconds of one slice. */
    duration: { type: 'string', default: '1' },
    connections: { type: 'string', default: '50' },
  },
});

endOnSignals();
const cores = assignCores();
if (cores.warning) console.log(`Warning: ${cores.warning}`);
const [product] = gatewaysNamed(['concierge']) as [Gateway];
const config = fileURLToPath(new URL('./logging.config.ts', import.meta.url));
const concierge: Gateway = {
  ...product,
  args: (supergraph, port) => [...product.args(supergraph, port), '--config', config],
};
const without: Gateway = { ...concierge, name: 'without', title: 'Without lines' };
const withLines: Gateway = { ...concierge, name: 'lines', title: 'With lines', env: { LOG_LEVEL: 'info' } };
const options = {
  connections: Number(values.connections),
  warmUp: 2000,
  duration: 1000 * Number(values.duration),
  slices: 2,
};
const query = queryNamed(values.query);
const load = requestLoad({ query });
const parts: [Measured, Measured][] = [];
for (let part = 0; part < Math.ceil(Number(values.slices) / 2); part += 1) {
  // Neither is always the one that was started first.
  if (part % 2 === 0) parts.push(await measureSlices([without, withLines], load, cores, options));
  else {
    const reversed = await measureSlices([withLines, without], load, cores, options);
    parts.push(reversed.toReversed() as [Measured, Measured]);
  }
}
const { cpu, ratio, low, high, confidence, total } = compare(parts);
console.log(`${query}: ${cpu.map((each) => each.toFixed(1)).join(' µs without lines, ')} µs with them.`);
console.log(
  `Ratio ${ratio.toFixed(3)} (${low.toFixed(3)}–${high.toFixed(3)}, ${Math.floor(100 * confidence)} %), of all together ` +
    `${total.toFixed(3)}; the bar is ${threshold}.`,
);
if (!(ratio <= threshold)) process.exitCode = 1;
