// What keeping answers saves: the product on the large query without a cache, with whole answers kept, and with entities
// kept, side by side. `npm run bench:caching` takes about half a minute, prints a table and writes nothing. Exit code 1 where
// kept answers come less than five times as fast.

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Gateway, gatewaysNamed, repository } from './run/gateways.ts';
import { measureVariants, pairedRatio } from './run/variants.ts';

/** Kept answers have to come at least so many times as fast as fetched ones. */
const bar = 5;

const { values } = parseArgs({
  options: {
    query: { type: 'string', default: 'large' },
    /** Seconds of one round. */
    duration: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '50' },
  },
});

const [concierge] = gatewaysNamed(['concierge']) as [Gateway];
const taking: readonly Gateway[] = [
  { ...concierge, title: 'Nothing kept' },
  storing('answers', 'Whole answers kept'),
  storing('entities', 'Entities kept'),
];
const results = await measureVariants(taking, values);
const ratio = pairedRatio(results, concierge.name, 'concierge-answers');
console.log(`\nKept answers come ${ratio.toFixed(1)} times as fast as fetched ones; the bar is ${bar}.`);
// Not a number where one of the two was not measured.
if (!(ratio >= bar)) process.exitCode = 1;

function storing(what: 'answers' | 'entities', title: string): Gateway {
  const config = join(repository, `bench/caching/${what}.config.ts`);
  return {
    ...concierge,
    name: `concierge-${what}`,
    title,
    args: (supergraph, port) => [...concierge.args(supergraph, port), '--config', config],
  };
}
