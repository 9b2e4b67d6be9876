// Slices: two states of the product under one load, each in a process of its own on the same core, loaded in turns. A
// slice ends with what either used of the processor for the same number of responses.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { type Candidate, startCandidate } from '../run/candidate.ts';
import type { Cores } from '../run/cores.ts';
import type { Gateway } from '../run/gateways.ts';
import type { SubgraphProcess } from '../run/subgraph-process.ts';
import { peakMemory } from '../run/usage.ts';

export type SliceOptions = {
  slices: number;
  connections: number;
  /** Milliseconds of load before the first slice, and of one slice. */
  warmUp: number;
  duration: number;
};

/** What both states are loaded with, over services that wait for them. */
export type Load = {
  services: Pick<SubgraphProcess, 'directory' | 'supergraph' | 'stop'>;
  /** The state as the load needs it: the same change of both. */
  configured(gateway: Gateway): Gateway;
  /** Resolves with the proved text of the response; rejects where it is wrong. */
  proved(candidate: Candidate): Promise<string>;
  /** The script that loads both in turns: its task comes from standard input, and it prints the number of responses. */
  generator: string;
  /** What a task has besides those of other loads. */
  task?: object;
  /** What a task has of one of them. */
  target(candidate: Candidate, response: string): object;
  /** Responses of one burst: some hundredths of a second. */
  burst: number;
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

/**
 * Both responses are proved before anything is measured, and compared byte for byte under load.
 * @throws StateError
 */
export async function measureSlices(
  gateways: readonly [Gateway, Gateway],
  openLoad: (cores: Cores) => Promise<Load>,
  cores: Cores,
  { slices, connections, warmUp, duration }: SliceOptions,
): Promise<[Measured, Measured]> {
  const load = await openLoad(cores);
  const sides: Side[] = [];
  try {
    for (const gateway of gateways) {
      try {
        const candidate = await startCandidate(load.configured(gateway), load.services, cores);
        const side = { ...candidate, response: '', cpu: [], resident: [] };
        sides.push(side);
        side.response = await load.proved(candidate);
      } catch (error) {
        throw new StateError(gateway, error);
      }
    }
    await runInTurns(sides, load, cores, { connections, duration: warmUp });
    for (let slice = 0; slice < slices; slice++) {
      // Every other slice starts with the other one: neither always comes second.
      const order = slice % 2 === 0 ? sides : sides.toReversed();
      const before = await Promise.all(sides.map(({ running }) => running.usage()));
      const requests = await runInTurns(order, load, cores, { connections, duration });
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
    await load.services.stop();
  }
}

/** Resolves with the number of responses of each of them. */
async function runInTurns(
  sides: readonly Side[],
  { generator, task: more, target, burst }: Load,
  cores: Cores,
  options: { connections: number; duration: number },
): Promise<number> {
  const task = { targets: sides.map((side) => target(side, side.response)), burst, ...options, ...more };
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
