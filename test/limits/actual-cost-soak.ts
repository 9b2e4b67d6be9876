// Compares the actual costs of any number of random operations with a naive count over their responses:
//   node test/limits/actual-cost-soak.ts --count 10000 --seed 1
// The operations are over each of the graphs of the differential tests in turn. Ends with code 1 at the first difference.
import { parseArgs } from 'node:util';
import { graphNames, openGraphUnderTest } from '../differential/graphs.ts';
import { compareCosts } from './actual-cost.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '10000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
  },
});
const count = Math.ceil(Number(values.count) / graphNames.length);
for (const name of graphNames) {
  const { graph, close } = openGraphUnderTest(name);
  const tally = await compareCosts(graph, Number(values.seed), count);
  console.log(`${name}, from seed ${values.seed}: ${JSON.stringify(tally)}`);
  close();
}
