// Benchmark of the caches: the product on the large query without a cache, with the response cache, and with the entity cache,
// side by side. `npm run bench:caching` takes about half a minute, prints a table and writes nothing. Exit code 1 where cached
// responses are less than five times as fast as fetched ones.

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Gateway, gatewaysNamed, repository } from './run/gateways.ts';
import { measureVariants, pairedRatio } from './run/variants.ts';

/** Cached responses have to be at least so many times as fast as fetched ones. */
const threshold = 5;

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
const variants: readonly Gateway[] = [
  { ...concierge, title: 'No cache' },
  withCache('responses', 'Response cache'),
  withCache('entities', 'Entity cache'),
];
const results = await measureVariants(variants, values);
const ratio = pairedRatio(results, concierge.name, 'concierge-responses');
console.log(`\nCached responses are ${ratio.toFixed(1)} times as fast as fetched ones; the threshold is ${threshold}.`);
// Not a number where one of the two was not measured.
if (!(ratio >= threshold)) process.exitCode = 1;

function withCache(what: 'responses' | 'entities', title: string): Gateway {
  const config = join(repository, `bench/caching/${what}.config.ts`);
  return {
    ...concierge,
    name: `concierge-${what}`,
    title,
    args: (supergraph, port) => [...concierge.args(supergraph, port), '--config', config],
  };
}
