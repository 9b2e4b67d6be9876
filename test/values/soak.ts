// Compares the gateway with a single schema over random graphs, for as long as one likes:
//   node test/values/soak.ts --operations 5000 --seed 1
//   node test/values/soak.ts --seed 1 --without view,bigNumbers      (features: test/values/random/features.ts)
// Prints progress; at the first failure prints the smallest operation that shows it, and ends with code 1.
import { parseArgs } from 'node:util';
import { soak } from '../harness/soak.ts';
import { featureNames, usualFeatures } from './random/features.ts';
import { run } from './random/run.ts';

const { values } = parseArgs({
  options: {
    operations: { type: 'string', default: '5000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    only: { type: 'string' },
    without: { type: 'string', default: '' },
  },
});
const only = values.only?.split(',') ?? usualFeatures;
const without = values.without.split(',').filter((name) => name !== '');
for (const name of [...only, ...without]) {
  if (!featureNames.some((known) => known === name)) throw new Error(`Features are ${featureNames.join(', ')}`);
}
const features = featureNames.filter((name) => only.includes(name) && !without.includes(name));
await soak({ seed: Number(values.seed), operations: Number(values.operations) }, (options) =>
  run({ ...options, features }),
);
