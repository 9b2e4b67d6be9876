// Overload protection: what is rejected while there is more to do than the process can, and health checks that are served
// meanwhile.
import { type CheckedConfig, milliseconds } from './config/config.ts';
import { LoadShedding } from './pipeline/load-shedding.ts';
import { HealthListener } from './server/health/health-listener.ts';
import type { Logger } from './telemetry/log.ts';

export class OverloadProtection {
  /** Null where nothing is shed. */
  readonly shedding: LoadShedding | null;
  readonly #config: CheckedConfig;
  readonly #log: Logger;
  #running: () => number = () => 0;
  #health: HealthListener | null = null;

  constructor(config: CheckedConfig, log: Logger) {
    const { overload } = config;
    this.#config = config;
    this.#log = log;
    this.shedding =
      overload === false
        ? null
        : new LoadShedding({
            lag: milliseconds(overload.lag),
            retryAfter: Math.ceil(milliseconds(overload.retryAfter) / 1000),
            log,
            running: () => this.#running(),
          });
  }

  /** Whether it has rejected requests for so long that a balancer may send them elsewhere. */
  readonly isOverloaded = (): boolean => this.shedding?.isReady(performance.now()) === false;

  /** @param running the number of requests in flight. */
  start(running: () => number): void {
    this.#running = running;
    this.shedding?.start();
  }

  /** Opens the port of `health`, if there is one. @throws ListenError */
  async listen(isReady: () => boolean): Promise<void> {
    const { health } = this.#config;
    if (!health) return;
    this.#health = new HealthListener(health, isReady);
    this.#log.info({ url: await this.#health.listen() }, 'listening for health');
  }

  /** Says at once that the gateway is not ready any more. */
  drain(): void {
    this.#health?.beat();
  }

  async close(): Promise<void> {
    this.shedding?.stop();
    await this.#health?.close();
  }
}
