// Services beside the gateway in development, as the configuration has them at the moment.
import type { ProcessSetup } from './messages.ts';
import { Service, type ServiceOptions } from './service.ts';

export class Services {
  readonly #options: ServiceOptions;
  #services: Service[] = [];

  constructor(options: ServiceOptions) {
    this.#options = options;
  }

  get all(): readonly Service[] {
    return this.#services;
  }

  /** Starts what is new or different, and stops what is no longer there; resolves when all respond or have ended. */
  async configure(setups: readonly ProcessSetup[]): Promise<void> {
    const wanted = new Map(setups.map((setup) => [JSON.stringify(setup), setup]));
    const [same, gone] = [
      this.#services.filter(({ setup }) => wanted.delete(JSON.stringify(setup))),
      this.#services.filter(({ setup }) => !setups.some((other) => JSON.stringify(other) === JSON.stringify(setup))),
    ];
    const added = [...wanted.values()].map((setup) => new Service(setup, this.#options));
    this.#services = [...same, ...added];
    // The port of one may be that of another that is gone.
    await Promise.all(gone.map((service) => service.stop()));
    if (added.length > 0) console.log(`Starting ${added.map(({ setup }) => setup.name).join(', ')} …`);
    await Promise.all(added.map((service) => service.start()));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#services.map((service) => service.stop()));
  }
}
