// `concierge dev`: runs the gateway with the services beside it. What changes is restarted; what is wrong is reported
// until it is mended, and the last valid state is served meanwhile.
import { relative, resolve, sep } from 'node:path';
import { environmentOfFile, environmentVariable } from '../../config/environment.ts';
import type { Overrides } from '../../config/load.ts';
import { Backoff } from '../../supervisor/backoff.ts';
import { Watcher } from '../../supervisor/watcher.ts';
import { ClientServers } from './client-servers.ts';
import { Gateways } from './gateways.ts';
import { keyHelp, readKeys } from './keys.ts';
import type { Setup } from './messages.ts';
import { openPage } from './open-page.ts';
import { panel } from './panel.ts';
import { ProblemList } from './problem-list.ts';
import { Services } from './services.ts';

export interface DevOptions extends Overrides {
  verbose?: boolean;
  /** Allows signing in from GraphiQL on other machines as well. */
  allowRemoteSignIn?: boolean;
}

const DEFAULT_PORT = 4000;
const DEFAULT_HOST = '127.0.0.1';

export async function dev(options: DevOptions): Promise<void> {
  await new DevSession(options).run();
}

class DevSession {
  readonly #options: DevOptions;
  readonly #started = performance.now();
  readonly #problems = new ProblemList(() => this.#gateways.update());
  readonly #gateways: Gateways;
  readonly #services: Services;
  readonly #clientServers: ClientServers;
  readonly #watcher = new Watcher((files) => this.#onChange(files));
  readonly #backoff = new Backoff();
  /** Files of the gateway, as the last start has reported them. */
  #files = new Set<string>();
  #setup: Setup | undefined;
  #settled: Promise<void> = Promise.resolve();
  #isSettled = false;
  #url: string | undefined;
  #work: Promise<void> = Promise.resolve();
  #isWaiting = false;
  #stopping = false;

  constructor(given: DevOptions) {
    const { envFile } = given;
    const options = envFile === undefined ? given : { ...given, envFile: resolve(envFile) };
    this.#options = options;
    const environment = () => (envFile === undefined ? {} : environmentOfFile(resolve(envFile)));
    const variable = (name: string) => environmentVariable(name) || environment()[name];
    const service = { verbose: options.verbose ?? false, environment, problems: this.#problems };
    this.#services = new Services({ ...service, onRecovery: () => this.#onRecovery() });
    this.#clientServers = new ClientServers(service);
    this.#gateways = new Gateways({
      command: gatewayArguments(options),
      address: {
        host: options.host ?? variable('HOST') ?? DEFAULT_HOST,
        port: Number(options.port ?? variable('PORT')) || DEFAULT_PORT,
      },
      state: () => ({ problems: this.#problems.current, isSettled: this.#isSettled }),
      onFiles: (files) => {
        for (const file of files) this.#files.add(file);
      },
      onSetup: (setup) => {
        this.#setup = setup;
        if (!this.#stopping) this.#settled = this.#configureServices(setup);
      },
      onEnd: (code) => this.#onGatewayEnd(code),
    });
  }

  async run(): Promise<void> {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => this.#end(0));
    readKeys(process.stdin, {
      restart: () => this.#restart('Restarting the gateway'),
      open: () =>
        this.#url ? openPage(`${this.#url}${this.#setup?.card.paths[0] ?? ''}`) : console.log('There is no page yet.'),
      quit: () => this.#end(0),
      services: () => this.#services.all,
    });
    await this.#replaceGateway();
    // Without a configuration file there is nothing to wait for.
    if (this.#files.size === 0) await this.#end(1);
  }

  async #configureServices({ services }: Setup): Promise<void> {
    this.#isSettled = false;
    await this.#services.configure(services);
    this.#isSettled = true;
    this.#gateways.update();
  }

  /** A gateway may have failed because a service did not respond, whose schema it fetches. */
  #onRecovery(): void {
    if (!this.#stopping && this.#hasFailed) this.#restart('Starting the gateway again');
  }

  get #hasFailed(): boolean {
    return this.#problems.current.some(({ subject }) => subject === 'gateway');
  }

  /** One at a time: a file that is saved meanwhile has one more restart, however often it is saved. */
  #restart(reason: string): void {
    console.log(reason);
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    this.#work = this.#work.then(() => {
      this.#isWaiting = false;
      return this.#replaceGateway();
    });
  }

  async #replaceGateway(): Promise<void> {
    if (this.#stopping) return;
    this.#backoff.begin();
    const isMended = this.#hasFailed;
    const before = this.#files;
    this.#files = new Set();
    const outcome = await this.#gateways.replace();
    if (this.#stopping) return;
    // A start that has failed early does not know all files.
    if ('failure' in outcome) for (const file of before) this.#files.add(file);
    // Before it is printed, so that every change made after it is seen.
    await this.#watch();
    if ('failure' in outcome) this.#reportFailure(outcome.failure);
    else await this.#reportReady(outcome.url, isMended);
  }

  #reportFailure(failure: string): void {
    if (this.#files.size === 0) {
      console.error(failure);
      return;
    }
    const next = this.#gateways.isServing
      ? 'The last valid state is served on; the next change is tried.'
      : 'Nothing can be served yet; the next change is tried.';
    this.#problems.begin('gateway', `${failure}\n\n${next}`);
  }

  async #reportReady(url: string, isMended: boolean): Promise<void> {
    const isFirst = this.#url === undefined;
    this.#url = url;
    if (isMended) this.#problems.end('gateway');
    const { pages, card } = this.#setup as Setup;
    // The page's server may wait for the gateway, and the gateway for nothing: a slow service delays only the card.
    await Promise.all([isFirst ? this.#settled : undefined, this.#clientServers.start(url, pages)]);
    if (this.#stopping) return;
    if (!isFirst) {
      console.log(`Ready at ${url}${card.paths[0]}`);
      return;
    }
    const seconds = (performance.now() - this.#started) / 1000;
    console.log(panel(url, card, seconds, this.#tokenCommand(), pages));
    if (process.stdin.isTTY) console.log(`  ${keyHelp}\n`);
  }

  #watch(): Promise<void> {
    const services = this.#services.all.flatMap(({ setup }) => setup.watch);
    const { envFile = [] } = this.#options;
    return this.#watcher.watch([...this.#files, ...services, ...[envFile].flat()]);
  }

  #onChange(files: readonly string[]): void {
    if (this.#stopping) return;
    const { envFile } = this.#options;
    const others = new Set(files);
    for (const service of this.#services.all) {
      const own = files.filter((file) => isIn(file, service.setup.watch));
      for (const file of own) others.delete(file);
      const [changed] = envFile !== undefined && files.includes(envFile) ? [envFile] : own;
      if (!service.isOn || changed === undefined) continue;
      console.log(`${shownPath(changed)} changed: restarting ${service.setup.name}`);
      service.restart();
    }
    const changed = files.find((file) => others.has(file) || isIn(file, [...this.#files]));
    if (changed !== undefined) this.#restart(`${shownPath(changed)} changed: restarting the gateway`);
  }

  #onGatewayEnd(code: number | null): void {
    if (this.#stopping) return;
    const delay = this.#backoff.next();
    const reason = code === null ? 'by a signal' : `exit code ${code}`;
    this.#problems.begin('gateway', `The gateway ended (${reason}) and starts again in ${delay / 1000} s.`);
    setTimeout(() => this.#restart('Starting the gateway again'), delay);
  }

  /** The key of development tokens is stored beside the configuration: a named configuration has to be named again. */
  #tokenCommand(): string[] {
    // In the gateway's own repository `npx` would not find it.
    const own = import.meta.url.endsWith('.ts') ? ['npm', 'run', '-s', 'concierge', '--'] : ['npx', 'concierge'];
    const { config } = this.#options;
    return [...own, 'token', ...(config ? ['--config', resolve(config)] : [])];
  }

  async #end(code: number): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    for (const service of this.#services.all) service.expectEnd();
    await Promise.all([this.#gateways.stop(), this.#clientServers.stop()]);
    await this.#services.stop();
    process.exit(code);
  }
}

function shownPath(file: string): string {
  return relative(process.cwd(), file);
}

function isIn(file: string, paths: readonly string[]): boolean {
  return paths.some((path) => file === path || file.startsWith(path.endsWith(sep) ? path : path + sep));
}

function gatewayArguments({ allowRemoteSignIn, config, envFile, port, host }: DevOptions): string[] {
  return [
    'start',
    '--development',
    ...(allowRemoteSignIn ? ['--allow-remote-sign-in'] : []),
    ...(config ? ['--config', config] : []),
    ...(envFile === undefined ? [] : ['--env-file', envFile]),
    ...(port === undefined ? [] : ['--port', port]),
    ...(host === undefined ? [] : ['--host', host]),
  ];
}
