// Cost of policies for a request that they allow: the product on the large query, with nothing guarded and with everything
// guarded, side by side. `npm run bench:policies` takes about a minute, prints a table and writes nothing. Exit code 1 where
// policies cost more than 3 % of the requests.

import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeToken } from './policies/token.ts';
import { type Gateway, gatewaysNamed } from './run/gateways.ts';
import { measureVariants, pairedRatio } from './run/variants.ts';

/** Guarded requests have to be at least so many times as fast as unguarded ones. */
const bar = 0.97;

const { values } = parseArgs({
  options: {
    query: { type: 'string', default: 'large' },
    /** Seconds of one round. */
    duration: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '7' },
    connections: { type: 'string', default: '50' },
  },
});

const [concierge] = gatewaysNamed(['concierge']) as [Gateway];
const { token, publicKey } = await makeToken();
const guarded: Gateway = {
  ...concierge,
  name: 'concierge-guarded',
  title: 'Everything guarded',
  args: (supergraph, port) => [
    ...concierge.args(guardedSupergraph(supergraph), port),
    '--config',
    fileURLToPath(new URL('./policies/guarded.config.ts', import.meta.url)),
  ],
  env: { ...concierge.env, BENCH_PUBLIC_KEY: publicKey },
  headers: { authorization: `Bearer ${token}` },
};
const results = await measureVariants([{ ...concierge, title: 'Nothing guarded' }, guarded], values);
const ratio = pairedRatio(results, concierge.name, guarded.name);
console.log(`\nGuarded requests come ${ratio.toFixed(3)} times as fast as unguarded ones; the bar is ${bar}.`);
// Not a number where one of the two was not measured.
if (!(ratio >= bar)) process.exitCode = 1;

/** Every object requires a scope, and the fields that hold objects require authentication besides. */
function guardedSupergraph(file: string): string {
  const text = readFileSync(file, 'utf8')
    .replace(/^type (User|Product|Review)\b/gm, '$& @requiresScopes(scopes: [["shop:read"], ["admin"]])')
    .replace(/^( {2}(?:users|topProducts|reviews|product|author).*)$/gm, '$1 @authenticated');
  const target = join(dirname(file), 'guarded.graphql');
  writeFileSync(target, text);
  return target;
}
