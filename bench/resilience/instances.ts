// Services of a scenario, each with some instances in processes of their own, and the load as another one.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Samples } from '../load/open-loop.ts';
import type { OpenLoopTask } from '../load/open-loop-generator.ts';
import type { Cores } from '../run/cores.ts';
import type { Ready } from './service.ts';

export type Instance = Ready & {
  signal(signal: NodeJS.Signals): void;
  /** @param status of all responses from now on; 0 to serve again. */
  fail(status: number): Promise<void>;
  /** Requests since it has started. */
  requests(): Promise<number>;
  /** Starts it again at the same port. */
  restart(): Promise<void>;
  stop(): void;
};

const service = fileURLToPath(new URL('./service.ts', import.meta.url));
const generator = fileURLToPath(new URL('../load/open-loop-generator.ts', import.meta.url));

/** Ends with this process, also by a signal. */
function spawnOwn(command: readonly string[], stdio: 'pipe' | 'ipc'): ChildProcess {
  const [file, ...args] = command;
  const child = spawn(file!, args, {
    stdio: stdio === 'ipc' ? ['ignore', 'inherit', 'inherit', 'ipc'] : ['ignore', 'pipe', 'inherit'],
    serialization: 'advanced',
  });
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
  return child;
}

export async function startInstance(sdl: string, cores: Cores): Promise<Instance> {
  async function run(port: number): Promise<{ child: ChildProcess; ready: Ready }> {
    const options = ['--port', String(port), '--sdl', sdl];
    const child = spawnOwn([...cores.others, process.execPath, service, ...options], 'pipe');
    const [line] = await once(createInterface({ input: child.stdout! }), 'line');
    return { child, ready: JSON.parse(line) };
  }
  let { child, ready } = await run(0);
  return {
    ...ready,
    signal: (signal) => child.kill(signal),
    async fail(status) {
      await (await fetch(`${ready.control}/${status}`, { method: 'POST' })).arrayBuffer();
    },
    requests: async () => ((await (await fetch(ready.control)).json()) as { requests: number }).requests,
    async restart() {
      ({ child, ready } = await run(ready.port));
    },
    stop: () => child.kill('SIGKILL'),
  };
}

/** Resolves with the samples; `onStart` is called when it begins. */
export async function runLoad(task: OpenLoopTask, cores: Cores, onStart: () => void): Promise<Samples> {
  const child = spawnOwn([...cores.others, process.execPath, generator], 'ipc');
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`The load ended with ${code}.`);
  });
  // It ends after the samples, too.
  ended.catch(() => {});
  child.send(task);
  await Promise.race([once(child, 'message'), ended]);
  onStart();
  const [samples] = await Promise.race([once(child, 'message'), ended]);
  return samples as Samples;
}
