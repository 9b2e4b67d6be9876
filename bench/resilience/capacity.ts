// Capacity of a gateway with one core, by a short closed loop: the requests that it serves per second, and the processor time
// of one, to which what else the machine does makes little difference.

import { spawn } from 'node:child_process';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Measured } from '../load/closed-loop.ts';
import type { Task } from '../load/generator.ts';
import type { Cores } from '../run/cores.ts';
import type { Contestant } from './contestants.ts';

const generator = fileURLToPath(new URL('../load/generator.ts', import.meta.url));

export type Capacity = { requestsPerSecond: number; processorTime: number };

/** Takes about four seconds; throws where most responses are not the expected one. Times in microseconds. */
export async function capacityOf(
  contestant: Contestant,
  body: string,
  expected: string,
  cores: Cores,
): Promise<Capacity> {
  const task: Task = {
    ...{ port: contestant.port, path: '/graphql', headers: {}, exchanges: [{ body, expected }], first: 0 },
    ...{ connections: 16, warmUp: 0, duration: 4000 },
  };
  const before = contestant.processorTime();
  const [file, ...args] = [...cores.others, process.execPath, generator];
  const child = spawn(file!, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify(task));
  const { failures, failure, received, requestsPerSecond } = (await json(child.stdout)) as Measured;
  // On a busy machine, a gateway that protects itself rejects some of them.
  const served = received - failures;
  if (served < received / 2) throw new Error(`${failures} requests have failed: ${failure}`);
  return { requestsPerSecond, processorTime: (contestant.processorTime() - before) / served };
}
