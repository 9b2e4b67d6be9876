// Processes of a run: started, and ended by their own ids, and none outlives the run.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { kernelUsage, type Usage } from './usage.ts';

export type Running = {
  pid: number;
  child: ChildProcess;
  /** What the process has used so far, by its own account or the kernel's; rejects when it ends before it replies. */
  usage(): Promise<Usage>;
  /** The last lines of what it printed, for the report of a failure. */
  printed(): string;
  stop(): Promise<void>;
};

/**
 * Starts a command with its output in `log`; `taskset` runs the command in its own place, so the id is the command's.
 * `usage()` needs Node with `usageProbe` among its arguments, unless the command becomes a native program.
 */
export function start(
  command: readonly string[],
  options: { cwd: string; log: string; env?: NodeJS.ProcessEnv; isNative?: boolean },
): Running {
  const [file, ...args] = command;
  const output = openSync(options.log, 'w');
  const child = spawn(file!, args, {
    cwd: options.cwd,
    env: { ...process.env, NODE_ENV: 'production', ...options.env },
    stdio: ['ignore', output, output, 'ipc'],
  });
  closeSync(output);
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  return {
    pid: child.pid!,
    child,
    usage: () => (options.isNative ? Promise.resolve(kernelUsage(child.pid!)) : usageOf(child)),
    printed: () => readFileSync(options.log, 'utf8').split('\n').slice(-15).join('\n'),
    async stop() {
      process.off('exit', end);
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      // A gateway may wait for idle keep-alive connections before it ends; the run does not wait for that.
      const impatience = setTimeout(() => child.kill('SIGKILL'), 2000);
      await gone;
      clearTimeout(impatience);
    },
  };
}

/** Node arguments that load the probe which `usage()` queries. */
export const usageProbe: readonly string[] = ['--import', new URL('./usage-probe.ts', import.meta.url).href];

function usageOf(child: ChildProcess): Promise<Usage> {
  return new Promise((resolve, reject) => {
    const ended = () => reject(new Error('the process ended during the measurement'));
    // Other messages are the process's own, such as the address that `concierge start` reports.
    const received = (message: Partial<Usage>) => {
      if (message.cpu === undefined || message.resident === undefined) return;
      child.off('message', received).off('exit', ended);
      resolve({ cpu: message.cpu, resident: message.resident });
    };
    child.on('message', received).once('exit', ended);
    child.send('usage', (error) => error && reject(error));
  });
}

/** Lets a run that gets a signal end its processes: a signal alone would end it without its `exit` listeners. */
export function endOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
}

/**
 * Resolves when the process responds to a GraphQL request; rejects when it ends before, or after `patience`
 * milliseconds.
 */
export async function ready(running: Running, url: string, patience = 30_000): Promise<void> {
  const deadline = Date.now() + patience;
  while (Date.now() < deadline) {
    const { child } = running;
    if (child.exitCode !== null || child.signalCode !== null) break;
    const status = await probe(url);
    if (status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`it does not start\n${running.printed()}`);
}

async function probe(url: string): Promise<number> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ __typename }"}',
    });
    await response.arrayBuffer();
    return response.status;
  } catch {
    // Not listening yet; the deadline of the caller decides how long that is fine.
    return 0;
  }
}

/** A port of the loopback interface that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (!address || typeof address === 'string') throw new Error('The system gave no port.');
  return address.port;
}
