// Health listener: a port for health checks on a thread of its own, which serves them while the main thread has more to
// do than it can, and reports that it hangs.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { HealthConfig } from '../../config/overload.ts';
import { listenError } from '../listen-error.ts';
import type { HealthThreadData, HealthThreadMessage } from './health-thread.ts';
import { createPulse, Heartbeat } from './heartbeat.ts';

export class HealthListener {
  readonly #config: HealthConfig;
  readonly #isReady: () => boolean;
  #running: { worker: Worker; heartbeat: Heartbeat } | null = null;

  /** @param isReady whether the gateway takes requests now. */
  constructor(config: HealthConfig, isReady: () => boolean) {
    this.#config = config;
    this.#isReady = isReady;
  }

  /** Starts listening; returns the URL. @throws ListenError */
  async listen(): Promise<string> {
    const { host, port } = this.#config;
    const pulse = createPulse();
    const heartbeat = new Heartbeat(pulse, this.#isReady);
    // The source itself in development, and what the build makes of it elsewhere.
    const thread = new URL(`./health-thread${import.meta.url.slice(-3)}`, import.meta.url);
    const workerData: HealthThreadData = { pulse, host, port };
    const worker = new Worker(thread, { workerData });
    this.#running = { worker, heartbeat };
    const [message] = (await once(worker, 'message')) as [HealthThreadMessage];
    if ('message' in message) {
      await this.close();
      throw listenError(Object.assign(new Error(message.message), { code: message.code }), host, port, 'health');
    }
    return `http://${host.includes(':') ? `[${host}]` : host}:${message.port}`;
  }

  /** Says at once what has changed. */
  beat(): void {
    this.#running?.heartbeat.beat();
  }

  async close(): Promise<void> {
    const running = this.#running;
    this.#running = null;
    running?.heartbeat.stop();
    await running?.worker.terminate();
  }
}
