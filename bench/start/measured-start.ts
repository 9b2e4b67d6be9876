// A start of the gateway, measured: from the process until it is ready.
import { join } from 'node:path';
import { freePort, start } from '../run/processes.ts';
import { kernelUsage, processTree } from '../run/usage.ts';

/** Milliseconds after which a start has failed. */
const MAX_START = 60_000;

export interface MeasuredStart {
  /** Milliseconds until `/readiness` responds with status 200. */
  ready: number;
  /** Milliseconds of processor time until then, of the supervisor and its worker. */
  processor: number;
  /** Megabytes of both that are resident then. */
  memory: number;
}

/**
 * @param program the file of the command line interface.
 * @param folder with the files of a gateway, whose port is that of the environment.
 * @throws Error with what the process printed, when it ends before or takes more than a minute.
 */
export async function measureStart(program: string, folder: string): Promise<MeasuredStart> {
  const port = await freePort();
  const started = performance.now();
  const command = [process.execPath, program, 'start', '--config', 'gateway.config.mts'];
  const gateway = start(command, { cwd: folder, log: join(folder, 'gateway.log'), env: { PORT: String(port) } });
  try {
    while (!(await isReady(port))) {
      const { exitCode, signalCode } = gateway.child;
      if (exitCode !== null || signalCode !== null || performance.now() - started > MAX_START)
        throw new Error(`it does not start\n${gateway.printed()}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const ready = performance.now() - started;
    const used = processTree(gateway.pid).map(kernelUsage);
    const processor = used.reduce((sum, { cpu }) => sum + cpu / 1000, 0);
    return { ready, processor, memory: used.reduce((sum, { resident }) => sum + resident / 1_048_576, 0) };
  } finally {
    await gateway.stop();
  }
}

async function isReady(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/readiness`).then(
    ({ status }) => status === 200,
    () => false,
  );
}
