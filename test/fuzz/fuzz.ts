// Fuzzing: random inputs for every parser of the gateway's own, and for the serializer, each with what has to hold of it:
//   npm run fuzz -- [--inputs 1000000] [--seed 1] [--only NAME]
// Exit code 1 where something does not hold, with the smallest input.
import { parseArgs } from 'node:util';
import { fuzzAll } from './run.ts';

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
  },
});

const started = performance.now();
const { inputs, failures } = fuzzAll({
  inputs: Number(values.inputs),
  seed: Number(values.seed),
  only: values.only,
  progress: ({ name, inputs: done, milliseconds, slowest }) =>
    console.log(
      `${name}: ${done} inputs in ${(milliseconds / 1000).toFixed(1)} s, the slowest ${slowest.toFixed(1)} ms`,
    ),
});
for (const failure of failures) console.log(failure);
const seconds = ((performance.now() - started) / 1000).toFixed(1);
console.log(
  `${inputs} inputs in ${seconds} s: ${failures.length === 0 ? 'everything holds' : `${failures.length} failures`}`,
);
process.exitCode = failures.length === 0 ? 0 : 1;
