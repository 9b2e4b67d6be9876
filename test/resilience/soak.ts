// Mutations over connections that are reset, in any number: `node test/resilience/soak.ts --count 100000`, with and without
// idempotency keys. Exit code 1 where one is executed twice, succeeds without, or gets the response of another.
import { parseArgs } from 'node:util';
import { runMutations } from './mutations.ts';

const { values } = parseArgs({
  options: { count: { type: 'string', default: '10000' }, seed: { type: 'string', default: String(Date.now()) } },
});
const [mutations, seed] = [Number(values.count), Number(values.seed)];
for (const hasKeys of [true, false]) {
  const result = await runMutations({ mutations, hasKeys, seed });
  console.log(JSON.stringify({ mutations, hasKeys, seed, ...result }));
  if (result.twice.length + result.unexecuted.length + result.mixedUp.length > 0) process.exitCode = 1;
}
