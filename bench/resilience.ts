// Services whose instances hang, die and fail behind a gateway, and a gateway with more to do than it can, under an open-loop
// load: Concierge beside Hive Gateway, second by second. `npm run bench:resilience` takes about six minutes, prints tables and
// writes RESILIENCE.md with a timeline of each scenario. Exit code 1 where Concierge misses a threshold.

import { parseArgs } from 'node:util';
import { type ContestantName, contestants } from './resilience/contestants.ts';
import { overload } from './resilience/overload.ts';
import { writeOutcome } from './resilience/report.ts';
import { runScenario } from './resilience/run-scenario.ts';
import { scenariosOf } from './resilience/scenarios.ts';
import { assignCores } from './run/cores.ts';
import { endOnSignals } from './run/processes.ts';

const { values } = parseArgs({
  options: {
    /** Requests per second; of the scenarios with too much load, what the gateway can. */
    rate: { type: 'string', default: '200' },
    /** Keys of scenarios; all of them unless given. */
    only: { type: 'string' },
    gateways: { type: 'string', default: Object.keys(contestants).join(',') },
    /** Seconds for which all instances of a service are down, and for which there is too much load. */
    seconds: { type: 'string' },
  },
});

endOnSignals();
const cores = assignCores();
if (cores.warning) console.log(`Warning: ${cores.warning}`);
const names = values.gateways.split(',') as ContestantName[];
const isWanted = ({ key }: { key: string }) => values.only === undefined || values.only.split(',').includes(key);
const missed: string[] = [];

for (const scenario of scenariosOf(Number(values.rate), Number(values.seconds ?? 30)).filter(isWanted)) {
  writeOutcome(await runScenario(scenario, names, cores, missed));
}
for (const scenario of overload(Number(values.seconds ?? 10)).filter(isWanted)) {
  writeOutcome(await scenario.run(names, cores, missed));
}
for (const problem of missed) console.log(`Missed: ${problem}.`);
if (missed.length > 0) process.exitCode = 1;
