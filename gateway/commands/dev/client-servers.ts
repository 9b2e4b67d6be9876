// Servers of clients' pages that `concierge dev` starts, with the gateway's URL in GATEWAY_URL.
import type { ProcessSetup } from './messages.ts';
import type { ServiceOptions } from './service.ts';
import { Services } from './services.ts';

export class ClientServers {
  readonly #options: ServiceOptions;
  #services: Services | undefined;
  #gateway: string | undefined;

  constructor(options: ServiceOptions) {
    this.#options = options;
  }

  /** Starts the processes, again where the gateway's URL has changed; resolves when they respond or have ended. */
  async start(gateway: string, setups: readonly ProcessSetup[]): Promise<void> {
    if (gateway !== this.#gateway) {
      await this.#services?.stop();
      this.#gateway = gateway;
      const environment = () => ({ ...this.#options.environment(), GATEWAY_URL: gateway });
      this.#services = new Services({ ...this.#options, environment });
    }
    await this.#services?.configure(setups);
  }

  async stop(): Promise<void> {
    await this.#services?.stop();
  }
}
