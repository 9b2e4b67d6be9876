// Slices: two states of the product on one query, each in a process of its own on the same core, loaded in turns. A
// slice ends with what either used of the processor for the same number of requests.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { BurstTask } from '../load/burst-generator.ts';
import { benchmarkGraph } from '../run/benchmark-graph.ts';
import { type Candidate, startCandidate, verify } from '../run/candidate.ts';
import type { Cores } from '../run/cores.ts';
import type { Gateway } from '../run/gateways.ts';
import { type QueryName, requestOf } from '../run/requests.ts';
import { startSubgraphs } from '../run/subgraph-process.ts';
import { peakMemory } from '../run/usage.ts';

export type SliceOptions = {
  slices: number;
  connections: number;
  /** Milliseconds of load before the first slice, and of one slice. */
  warmUp: number;
  duration: number;
};

export type Measured = {
  /** Microseconds of processor time a request (process.cpuUsage), by slice. */
  cpu: readonly number[];
  /** Bytes: resident after each slice, and the most that ever was (VmHWM). */
  resident: readonly number[];
  peak: number;
  /** The response's text, whose data is the expected one. */
  response: string;
};

type Side = Candidate & { response: string; cpu: number[]; resident: number[] };

/** A state of the product that does not start, or whose response is wrong. */
export class StateError extends Error {
  readonly gateway: Gateway;

  constructor(gateway: Gateway, cause: unknown) {
    super(`${gateway.title}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.gateway = gateway;
  }
}

const generator = fileURLToPath(new URL('../load/burst-generator.ts', import.meta.url));

/** Requests of one burst on either: some hundredths of a second. */
const bursts: Record<QueryName, number> = { large: 50, 'small-three': 200, 'small-one': 400 };

/**
 * Both responses are compared with the result of graphql-js before anything is measured, and byte for byte under load.
 * @throws StateError
 */
export async function measureSlices(
  gateways: readonly [Gateway, Gateway],
  query: QueryName,
  cores: Cores,
  { slices, connections, warmUp, duration }: SliceOptions,
): Promise<[Measured, Measured]> {
  const subgraphs = await startSubgraphs(benchmarkGraph(cores));
  const request = requestOf(query);
  const sides: Side[] = [];
  try {
    for (const gateway of gateways) {
      try {
        const candidate = await startCandidate(gateway, subgraphs, cores);
        const side = { ...candidate, response: '', cpu: [], resident: [] };
        sides.push(side);
        side.response = (await verify(candidate, request, subgraphs)).exchanges[0]!.expected;
      } catch (error) {
        throw new StateError(gateway, error);
      }
    }
    const load = { connections, burst: bursts[query], body: request.body, cores };
    await runInTurns(sides, { ...load, duration: warmUp });
    for (let slice = 0; slice < slices; slice++) {
      // Every other slice starts with the other one: neither always comes second.
      const order = slice % 2 === 0 ? sides : sides.toReversed();
      const before = await Promise.all(sides.map(({ running }) => running.usage()));
      const requests = await runInTurns(order, { ...load, duration });
      for (const [index, { running, cpu, resident }] of sides.entries()) {
        const after = await running.usage();
        cpu.push((after.cpu - before[index]!.cpu) / requests);
        resident.push(after.resident);
      }
    }
    const measured = (side: Side): Measured => ({ ...side, peak: peakMemory(side.running.pid) });
    return [measured(sides[0]!), measured(sides[1]!)];
  } finally {
    for (const { running } of sides) await running.stop();
    await subgraphs.stop();
  }
}

type Load = { connections: number; burst: number; body: string; duration: number; cores: Cores };

/** Resolves with the number of responses of each of them. */
async function runInTurns(sides: readonly Side[], { cores, body, ...options }: Load): Promise<number> {
  const task: BurstTask = {
    targets: sides.map(({ port, response }) => ({ port, body, expected: response })),
    ...options,
  };
  const [file, ...args] = [...cores.others, process.execPath, generator];
  const child = spawn(file!, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  const gone = once(child, 'exit');
  child.stdin.end(JSON.stringify(task));
  const [printed, problem] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = await gone;
  process.off('exit', end);
  if (code !== 0) throw new Error(`The load failed:\n${problem}`);
  return JSON.parse(printed);
}
