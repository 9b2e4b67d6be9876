// Processes that `concierge dev` starts for clients, such as the development servers of their pages.
import type { Client } from '../../client-views/load-clients.ts';
import { Child } from './child.ts';

export interface StartedService {
  child: Child;
  /** URL that it responds at. */
  url: string;
}

/** Starts a process; true when it responds; false, after reporting the reason, when it ended instead. */
type StartService = (service: StartedService) => Promise<boolean>;

export class ClientServers {
  readonly #clients: readonly Client[];
  readonly #verbose: boolean;
  readonly #startService: StartService;
  #running: StartedService[] = [];
  #gateway: string | undefined;

  constructor(clients: readonly Client[], verbose: boolean, startService: StartService) {
    this.#clients = clients;
    this.#verbose = verbose;
    this.#startService = startService;
  }

  /**
   * Starts the processes, with the gateway's URL in GATEWAY_URL; starts them again only if that has changed. One that
   * ends is reported, and the others continue without it.
   * @returns the URLs of the clients that respond.
   */
  async start(gateway: string): Promise<{ client: string; url: string }[]> {
    if (gateway === this.#gateway) return this.#responding();
    await this.stop();
    this.#gateway = gateway;
    this.#running = this.#clients.flatMap(({ reference, folder, definition: { dev } }) => {
      if (!dev) return [];
      const options = { command: dev.command, folder, verbose: this.#verbose, environment: { GATEWAY_URL: gateway } };
      return [{ child: new Child({ name: reference, ...options }), url: dev.url }];
    });
    await Promise.all(this.#running.map(this.#startService));
    return this.#responding();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#running.map(({ child }) => child.stop()));
  }

  #responding(): { client: string; url: string }[] {
    return this.#running.filter(({ child }) => child.running).map(({ child, url }) => ({ client: child.name, url }));
  }
}
