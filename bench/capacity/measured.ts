// What the simulation is given, measured: the processor time of each query and the time of its services, with one worker; and
// what it is checked against, two workers under a load that leaves them idle for half of the time.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runLoad } from '../resilience/instances.ts';
import { Timeline } from '../resilience/timeline.ts';
import { benchmarkGraph } from '../run/benchmark-graph.ts';
import type { Cores } from '../run/cores.ts';
import { repository } from '../run/gateways.ts';
import { freePort, ready, start } from '../run/processes.ts';
import { type QueryName, requestOf } from '../run/requests.ts';
import { startSubgraphs } from '../run/subgraph-process.ts';
import { processorTime, processTree } from '../run/usage.ts';

/** Milliseconds that each service waits before it responds: as long as services may take, and longer than its own work. */
const LATENCY = 5;

/** Rounds of requests to services, one after the other. */
export const rounds: Readonly<Record<QueryName, number>> = { large: 4, 'small-three': 2, 'small-one': 1 };

export interface MeasuredLoad {
  requests: number;
  /** Without a success in time. */
  failed: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
  /** Milliseconds of processor time for each request, of all workers. */
  processor: number;
  /** Share of the time in which each worker did something. */
  busy: readonly number[];
}

export interface Rig {
  /** @param rate requests per second at equal distances. @param seconds that count, after as many for the warm-up. */
  load(query: QueryName, rate: number, seconds: number): Promise<MeasuredLoad>;
  stop(): Promise<void>;
}

export async function startRig(workers: number, cores: Cores): Promise<Rig> {
  const everywhere = { ...cores, others: [] };
  const subgraphs = await startSubgraphs(benchmarkGraph(everywhere, String(LATENCY)));
  const port = await freePort();
  const script = join(repository, 'dist/gateway/cli.js');
  const config = join(subgraphs.directory, 'capacity.config.mjs');
  writeFileSync(config, `export default ${JSON.stringify({ workers, usage: false, overload: false })};`);
  const gateway = start(
    [
      process.execPath,
      script,
      'start',
      '--config',
      config,
      '--supergraph',
      subgraphs.supergraph,
      '--port',
      String(port),
    ],
    { cwd: subgraphs.directory, log: join(subgraphs.directory, 'capacity.log'), env: { LOG_LEVEL: 'warn' } },
  );
  const stop = async () => {
    await gateway.stop();
    await subgraphs.stop();
  };
  try {
    await ready(gateway, `http://127.0.0.1:${port}/graphql`);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    stop,
    async load(query, rate, seconds) {
      const { body } = requestOf(query);
      const expected = await responseOf(port, body);
      // The supervisor is the first; the others serve.
      const pids = () => processTree(gateway.pid).slice(1);
      const before: number[] = [];
      let begun = 0;
      const phases = [{ seconds: 2 * seconds, rates: [rate] }];
      const operations = [{ body, expected, isSafe: true }];
      const task = { port, path: '/graphql', operations, phases, patience: 5_000, maxConnections: 64 };
      const samples = await runLoad(task, everywhere, () => {
        setTimeout(() => {
          before.push(...pids().map(processorTime));
          begun = performance.now();
        }, seconds * 1000);
      });
      const time = performance.now() - begun;
      const used = pids().map((pid, index) => processorTime(pid) - (before[index] ?? 0));
      const { sent, failed, rejected, p50, p99 } = new Timeline(samples).figures(seconds, 2 * seconds);
      return {
        ...{ requests: sent, failed: failed + rejected, p50, p99 },
        processor: used.reduce((sum, each) => sum + each, 0) / sent,
        busy: used.map((each) => each / time),
      };
    },
  };
}

async function responseOf(port: number, body: string): Promise<string> {
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, { method: 'POST', headers, body });
  const text = await response.text();
  if (response.status !== 200 || 'errors' in JSON.parse(text)) throw new Error(`status ${response.status}: ${text}`);
  return text;
}
