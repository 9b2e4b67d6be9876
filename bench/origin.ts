// Cost of a browser's request: the product with CORS configured, on requests with `Origin` and without, side by side.
// `npm run bench:origin` takes about a minute, prints a table and writes nothing. Exit code 1 where a request with `Origin` takes
// more than 1.1 times the processor time of one without.

import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Gateway, gatewaysNamed } from './run/gateways.ts';
import { measureVariants, pairedRatio } from './run/variants.ts';

/** Requests with `Origin` have to be at least so many times as fast as those without. */
const bar = 1 / 1.1;

const { values } = parseArgs({
  options: {
    query: { type: 'string', default: 'small-one' },
    /** Seconds of one round. */
    duration: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '7' },
    connections: { type: 'string', default: '50' },
  },
});

const [concierge] = gatewaysNamed(['concierge']) as [Gateway];
const configuration = fileURLToPath(new URL('./policies/cors.config.ts', import.meta.url));
const args: Gateway['args'] = (supergraph, port) => [...concierge.args(supergraph, port), '--config', configuration];
const plain: Gateway = { ...concierge, args, title: 'Without Origin' };
const browser: Gateway = {
  ...concierge,
  args,
  name: 'concierge-origin',
  title: 'With Origin',
  headers: { origin: 'https://shop.example', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' },
};
const results = await measureVariants([plain, browser], values);
const ratio = pairedRatio(results, plain.name, browser.name);
console.log(
  `\nRequests with Origin come ${ratio.toFixed(3)} times as fast as those without; the bar is ${bar.toFixed(3)}.`,
);
// Not a number where one of the two was not measured.
if (!(ratio >= bar)) process.exitCode = 1;
