// Gateways of `concierge dev`: the one that serves, the one that may replace it, and those that finish their requests.
// Where none can serve, a placeholder responds with what is wrong.
import { fileURLToPath } from 'node:url';
import { GatewayProcess } from './gateway-process.ts';
import type { FromGateway, Setup, ToGateway } from './messages.ts';

export interface GatewaysOptions {
  /** Arguments of `concierge` that start a gateway. */
  command: readonly string[];
  /** Address of the placeholder as long as no configuration is known. */
  address: { host: string; port: number };
  onFiles(files: readonly string[]): void;
  onSetup(setup: Setup): void;
  /** The gateway that served has ended by itself. */
  onEnd(code: number | null): void;
  state(): ToGateway;
}

type Outcome = { url: string } | { failure: string };

/** Replaced gateways that may still run their requests; the oldest ends before there are more. */
const MAX_DRAINING = 3;
const DEFAULT_GRACE = 30_000;

const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const cli = fileURLToPath(new URL(`../../cli.${ending}`, import.meta.url));
const placeholder = fileURLToPath(new URL(`./placeholder.${ending}`, import.meta.url));

export class Gateways {
  readonly #options: GatewaysOptions;
  #current: GatewayProcess | undefined;
  #placeholder: GatewayProcess | undefined;
  #starting: GatewayProcess | undefined;
  #draining: GatewayProcess[] = [];
  #address: { host: string; port: number };
  #grace = DEFAULT_GRACE;
  #isStopped = false;

  constructor(options: GatewaysOptions) {
    this.#options = options;
    this.#address = options.address;
  }

  get isServing(): boolean {
    return this.#current !== undefined;
  }

  /** Starts a gateway; if it can serve, it replaces the current one, which finishes its requests. */
  async replace(): Promise<Outcome> {
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    const next = new GatewayProcess([cli, ...this.#options.command], (message) => this.#receive(message, resolve));
    this.#starting = next;
    next.send(this.#options.state());
    next.ended.then((code) => resolve({ failure: `The gateway ended while it started (exit code ${code}).` }));
    const outcome = await promise;
    this.#starting = undefined;
    if (this.#isStopped || 'failure' in outcome) await next.stop();
    else await this.#serve(next);
    return outcome;
  }

  /** Passes the state on to the gateways; where none serves, its problems are the response. */
  update(): void {
    const state = this.#options.state();
    const { problems } = state;
    this.#current?.send(state);
    this.#starting?.send(state);
    if (this.#current || this.#isStopped || !problems.some(({ subject }) => subject === 'gateway')) return;
    this.#placeholder ??= this.#startPlaceholder();
    this.#placeholder.send({ problems, ...this.#address });
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    const running = [this.#current, this.#starting, this.#placeholder, ...this.#draining];
    this.#current = undefined;
    await Promise.all(running.map((process) => process?.stop()));
  }

  #receive(message: FromGateway, settle: (outcome: Outcome) => void): void {
    if (message.kind === 'files') this.#options.onFiles(message.files);
    else if (message.kind === 'configured') {
      const { host, port, shutdownGrace } = message.setup;
      this.#address = { host, port };
      this.#grace = shutdownGrace;
      this.#options.onSetup(message.setup);
    } else if (message.kind === 'ready') settle({ url: message.url });
    else if (message.kind === 'failed') {
      const { host = this.#address.host, port = this.#address.port } = message;
      this.#address = { host, port };
      settle({ failure: message.message });
    }
  }

  async #serve(next: GatewayProcess): Promise<void> {
    const [previous, waiting] = [this.#current, this.#placeholder];
    this.#current = next;
    this.#placeholder = undefined;
    next.send(this.#options.state());
    next.ended.then((code) => {
      this.#draining = this.#draining.filter((process) => process !== next);
      if (this.#current !== next) return;
      this.#current = undefined;
      this.#options.onEnd(code);
    });
    await waiting?.stop();
    if (!previous) return;
    this.#draining.push(previous);
    if (this.#draining.length > MAX_DRAINING) this.#draining.shift()?.stop();
    await previous.drain(this.#grace);
  }

  #startPlaceholder(): GatewayProcess {
    const process = new GatewayProcess([placeholder], () => {});
    process.ended.then(() => {
      if (this.#placeholder === process) this.#placeholder = undefined;
    });
    return process;
  }
}
