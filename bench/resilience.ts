// Instances of a service that hang, die and fail behind the gateway, under an open-loop load: failed requests and latencies of each
// second. `npm run bench:resilience` takes about a minute and prints a table for each scenario. Exit code 1 where a threshold is missed.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createGateway } from '../gateway/index.ts';
import { type Second, Timeline } from './resilience/timeline.ts';

const { values } = parseArgs({
  options: {
    /** Requests per second. */
    rate: { type: 'string', default: '300' },
    /** Scenarios; all of them unless given. */
    only: { type: 'string' },
  },
});
const rate = Number(values.rate);

type Instance = { url: string; port: number; signal(signal: NodeJS.Signals): void };
type Scenario = {
  name: string;
  seconds: number;
  /** Whether the load begins without requests before it. */
  isCold?: boolean;
  urls(instances: Instance[]): string[];
  /** By second; the instance that fails is the first one. */
  events(instances: Instance[]): Record<number, () => unknown>;
  /** Problems of the seconds; the fault is at second 3. */
  judge(seconds: Second[]): string[];
};

const started = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of started) child.kill('SIGKILL');
});

const script = fileURLToPath(new URL('../test/resilience/instance.ts', import.meta.url));

async function startInstance(port = 0): Promise<Instance> {
  const child = spawn(process.execPath, [script, String(port)], { stdio: ['ignore', 'pipe', 'inherit'] });
  started.add(child);
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return { ...JSON.parse(line), signal: (signal) => child.kill(signal) };
}

const failures = (seconds: Second[], from = 0) => seconds.slice(from).reduce((sum, { failed }) => sum + failed, 0);
const noFailure = (seconds: Second[]) => (failures(seconds) > 0 ? [`${failures(seconds)} requests have failed`] : []);
const median = (numbers: number[]) => numbers.toSorted((one, other) => one - other)[numbers.length >> 1] ?? 0;

/** The 99th percentile of most seconds from two after the fault, beside those before it. */
function tail(seconds: Second[]): string[] {
  const healthy = median(seconds.slice(1, 3).map(({ p99 }) => p99));
  const after = median(seconds.slice(5).map(({ p99 }) => p99));
  const ratio = after / healthy;
  return ratio > 2 ? [`the 99th percentile is ${ratio.toFixed(1)} times that without the fault`] : [];
}

const failing = createServer((request, response) => {
  request.resume().on('end', () => response.writeHead(500).end('error'));
});
await once(failing.listen(0, '127.0.0.1'), 'listening');
const failingUrl = `http://127.0.0.1:${(failing.address() as AddressInfo).port}/graphql`;

const scenarios: Scenario[] = [
  {
    name: 'one of three hangs from second 3 to 9 (SIGSTOP)',
    seconds: 12,
    urls: (instances) => instances.map(({ url }) => url),
    events: ([first]) => ({ 3: () => first!.signal('SIGSTOP'), 9: () => first!.signal('SIGCONT') }),
    judge: (seconds) => [...noFailure(seconds), ...tail(seconds)],
  },
  {
    name: 'one of three is killed at second 3, and back at second 6 (SIGKILL)',
    seconds: 14,
    urls: (instances) => instances.map(({ url }) => url),
    events: (instances) => ({
      3: () => instances[0]!.signal('SIGKILL'),
      6: () => {
        startInstance(instances[0]!.port).then((again) => {
          instances[0] = again;
        });
      },
    }),
    judge: (seconds) => [...noFailure(seconds), ...tail(seconds)],
  },
  {
    name: 'a fourth one responds with 500 at once',
    seconds: 8,
    isCold: true,
    urls: (instances) => [...instances.map(({ url }) => url), failingUrl],
    events: () => ({}),
    judge: (seconds) => [
      ...(failures(seconds.slice(0, 1)) > rate / 100 ? ['more than 1 % have failed in the first second'] : []),
      ...(failures(seconds, 1) > 0 ? [`${failures(seconds, 1)} have failed after it`] : []),
    ],
  },
];

for (const [index, scenario] of scenarios.entries()) {
  if (values.only !== undefined && !values.only.split(',').includes(String(index + 1))) continue;
  const instances = await Promise.all([startInstance(), startInstance(), startInstance()]);
  const gateway = createGateway({
    log: { level: 'silent' },
    overload: false,
    subgraphs: { first: { url: scenario.urls(instances), schema: 'type Query { a: String }' } },
  });
  const send = async () => (await gateway.inject({ query: '{ a }' })).body.includes('"a":"one"');
  // The first failure of an instance is what the last scenario counts.
  for (let sent = 0; sent < 300 && !scenario.isCold; sent++) await send();
  const timeline = new Timeline();
  await timeline.run(rate, scenario.seconds, send, scenario.events(instances));
  const seconds = Array.from({ length: scenario.seconds }, (_, second) => timeline.second(second));
  console.log(`\n${index + 1}. ${scenario.name}: ${rate} requests per second`);
  console.table(seconds.map(({ p50, p99, ...rest }) => ({ ...rest, p50: round(p50), p99: round(p99) })));
  const problems = scenario.judge(seconds);
  for (const problem of problems) console.log(`Missed: ${problem}.`);
  if (problems.length > 0) process.exitCode = 1;
  await gateway.stop();
  for (const { signal } of instances) signal('SIGKILL');
}
failing.close();
failing.closeAllConnections();

function round(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}
