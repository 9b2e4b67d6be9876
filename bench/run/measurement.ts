// Measurement: load on one gateway for a fixed time, with the figures of gateway, subgraphs and clients.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Measured } from '../load/closed-loop.ts';
import type { Task } from '../load/generator.ts';
import type { Candidate, VerifiedResponse } from './candidate.ts';
import type { Cores } from './cores.ts';
import { type SubgraphProcess, upstreamRequests } from './subgraph-process.ts';
import { processorTime } from './usage.ts';

export type Round = {
  /** All requests of the round, its warm-up and end included. */
  received: number;
  requestsPerSecond: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
  /** Microseconds of processor time of the gateway's process (process.cpuUsage). */
  cpuPerRequest: number;
  upstreamPerRequest: number;
  /** Share of a core, 0 to 1, that the subgraphs used: near 1 they would be what is measured. */
  subgraphLoad: number;
};

export type LoadOptions = {
  connections: number;
  /** Milliseconds. */
  warmUp: number;
  duration: number;
};

const generator = fileURLToPath(new URL('../load/generator.ts', import.meta.url));

/**
 * Rejects when any response failed: a figure with failures in it means nothing. Processor time and upstream requests
 * are taken over the whole load, from an idle gateway to an idle gateway, and divided by all requests of that time.
 * `respondedBefore` counts the requests of earlier loads: where there are many exchanges, this one goes on after them.
 */
export async function measure(
  candidate: Candidate,
  response: VerifiedResponse,
  subgraphs: SubgraphProcess,
  cores: Cores,
  options: LoadOptions,
  handledBefore: number,
): Promise<Round> {
  const task: Task = {
    port: candidate.port,
    path: '/graphql',
    headers: candidate.gateway.headers ?? {},
    exchanges: response.exchanges,
    first: handledBefore,
    ...options,
  };
  const usageSoFar = async () => ({
    gateway: await candidate.running.usage(),
    subgraphs: processorTime(subgraphs.pid),
  });
  const upstreamBefore = await upstreamRequests(subgraphs);
  const before = await usageSoFar();
  const [file, ...args] = [...cores.others, process.execPath, generator];
  const child = spawn(file!, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  const gone = once(child, 'exit');
  child.stdin.end(JSON.stringify(task));

  const measured = (await json(child.stdout)) as Measured;
  await gone;
  process.off('exit', end);
  if (measured.failures > 0 || measured.requests === 0) {
    throw new Error(`${measured.failures} requests failed under load: ${measured.failure}`);
  }
  const used = await usageSoFar();
  const upstream = (await upstreamRequests(subgraphs)) - upstreamBefore;
  return {
    received: measured.received,
    requestsPerSecond: measured.requestsPerSecond,
    p50: measured.latency.p50,
    p99: measured.latency.p99,
    cpuPerRequest: (used.gateway.cpu - before.gateway.cpu) / measured.received,
    upstreamPerRequest: upstream / measured.received,
    subgraphLoad: (used.subgraphs - before.subgraphs) / measured.elapsed,
  };
}
