// `concierge dev`: runs the gateway with the services beside it, and restarts what changes.
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { watch } from 'chokidar';
import { type Client, loadClients } from '../../client-views/load-clients.ts';
import { type LoadedConfig, loadConfig, type Overrides } from '../../config/load.ts';
import { schemaFiles } from '../../service-schema.ts';
import { Child } from './child.ts';
import { ClientServers } from './client-servers.ts';
import { panel } from './panel.ts';
import { untilResponding } from './ready.ts';

export interface DevOptions extends Overrides {
  verbose?: boolean;
  /** Allows signing in from GraphiQL on other machines as well. */
  allowRemoteSignIn?: boolean;
}

/**
 * Delay of a restart in milliseconds: editors write a file in several steps, and one restart is enough for all of them.
 */
const RESTART_DELAY = 100;

export async function dev(options: DevOptions): Promise<void> {
  const loaded = await loadConfig(options);
  const clients = await loadClients(resolve(loaded.folder, loaded.config.clients.folder));
  await new DevSession(loaded, [...clients.values()], options).run();
}

class DevSession {
  readonly #loaded: LoadedConfig;
  readonly #services: { child: Child; url: string; watched: string[] }[];
  readonly #gateway: Child;
  readonly #clients: readonly Client[];
  readonly #clientServers: ClientServers;
  readonly #started = performance.now();
  readonly #tokenCommand: string[];
  #work: Promise<void> = Promise.resolve();
  #stopping = false;

  constructor(loaded: LoadedConfig, clients: readonly Client[], options: DevOptions) {
    const { config, folder } = loaded;
    const verbose = options.verbose ?? false;
    this.#loaded = loaded;
    this.#clients = clients;
    this.#clientServers = new ClientServers(clients, verbose, (service) => this.#startService(service));
    this.#tokenCommand = [...ownCommand(), 'token', ...configArguments(loaded, options)];
    this.#services = Object.entries(config.subgraphs).flatMap(([name, { dev, url }]) =>
      dev
        ? [
            {
              child: new Child({ name, command: dev.command, folder, verbose }),
              url: [url].flat()[0] as string,
              watched: (dev.watch ?? []).map((path) => resolve(folder, path)),
            },
          ]
        : [],
    );
    this.#gateway = new Child({
      name: 'gateway',
      command: ['node', ...gatewayArguments(loaded, options)],
      folder,
      verbose,
      inherit: true,
    });
  }

  async run(): Promise<void> {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => this.#end(0));
    if (this.#services.length > 0) {
      console.log(`Starting ${this.#services.map(({ child }) => child.name).join(', ')} …`);
    }
    const ready = await Promise.all(this.#services.map((service) => this.#startService(service)));
    const url = ready.every(Boolean) && (await this.#startGateway());
    if (this.#stopping) return;
    if (!url) return this.#end(1);
    const pages = await this.#clientServers.start(url);
    if (this.#stopping) return;
    // Before the panel is printed, so that every change made after it is seen.
    await this.#watch();
    const seconds = (performance.now() - this.#started) / 1000;
    console.log(panel(url, this.#loaded.config, seconds, this.#tokenCommand, pages));
  }

  /** True when the service responds; false, after reporting the reason, when it ended instead. */
  async #startService({ child, url }: { child: Child; url: string }): Promise<boolean> {
    // A process that is started while stopping, after a restart, would not be stopped.
    if (this.#stopping) return false;
    const giveUp = new AbortController();
    child.start((code) => {
      giveUp.abort();
      if (this.#stopping) return;
      console.error(`${child.name} ended (exit code ${code}). Its last output:\n${child.lastOutput}`);
    });
    return untilResponding(url, giveUp.signal, (seconds) => console.log(`Waiting for ${child.name} (${seconds} s) …`));
  }

  /** The gateway's URL, or undefined when it ended instead, after reporting the reason itself. */
  #startGateway(): Promise<string | undefined> {
    return new Promise((settled) => {
      if (this.#stopping) {
        settled(undefined);
        return;
      }
      this.#gateway.start(
        () => settled(undefined),
        (message) => settled((message as { url: string }).url),
      );
    });
  }

  async #watch(): Promise<void> {
    const services = this.#services.map(({ child, url, watched }) =>
      this.#onChange(watched, async (file) => {
        console.log(`${file} changed: restarting ${child.name}`);
        await child.stop();
        await this.#startService({ child, url });
      }),
    );
    const gateway = this.#onChange(this.#gatewayFiles(), async (file) => {
      console.log(`${file} changed: restarting the gateway`);
      await this.#gateway.stop();
      const url = await this.#startGateway();
      if (url) await this.#clientServers.start(url);
      console.log(url ? `Ready at ${url}/graphql` : 'The gateway is down; the next change starts it again.');
    });
    await Promise.all([...services, gateway]);
  }

  /** Resolves when changes are being watched. */
  async #onChange(paths: string[], restart: (file: string) => Promise<void>): Promise<void> {
    if (paths.length === 0) return;
    let timer: NodeJS.Timeout | undefined;
    const watcher = watch(paths, {
      ignoreInitial: true,
      ignored: /node_modules|[/\\]\.git[/\\]|\.new$|\.test\.ts$/,
    });
    watcher.on('all', (_event, path) => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        const file = relative(this.#loaded.folder, path);
        // One restart at a time: two would compete for the ports.
        this.#work = this.#work.then(() => (this.#stopping ? undefined : restart(file)));
      }, RESTART_DELAY);
    });
    await once(watcher, 'ready');
  }

  #gatewayFiles(): string[] {
    const { config, folder, file } = this.#loaded;
    const schemas = Object.entries(config.subgraphs).flatMap(([name, { schema }]) =>
      schema ? schemaFiles(schema, folder, `subgraphs.${name}.schema`) : [],
    );
    const own = config.fields ? [resolve(folder, config.fields.schema)] : [];
    // In the gateway's own repository its sources run; the published package is JavaScript and does not change.
    const sources = import.meta.url.endsWith('.ts') ? [fileURLToPath(new URL('../..', import.meta.url))] : [];
    const clients = this.#clients.flatMap((client) => [
      ...globSync('client.{ts,mts,js,mjs}', { cwd: client.folder }).map((name) => resolve(client.folder, name)),
      resolve(client.folder, 'operations'),
    ]);
    return [...(file === null ? [] : [file]), ...schemas, ...own, ...clients, ...sources];
  }

  async #end(code: number): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    await Promise.all([this.#gateway.stop(), this.#clientServers.stop()]);
    await Promise.all(this.#services.map(({ child }) => child.stop()));
    process.exit(code);
  }
}

function gatewayArguments(loaded: LoadedConfig, options: DevOptions): string[] {
  const cli = fileURLToPath(new URL(`../../cli.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url));
  return [
    cli,
    'start',
    '--development',
    ...(options.allowRemoteSignIn ? ['--allow-remote-sign-in'] : []),
    ...(loaded.file === null ? [] : ['--config', loaded.file]),
    ...(options.port === undefined ? [] : ['--port', options.port]),
    ...(options.host === undefined ? [] : ['--host', options.host]),
  ];
}

/** The terminal command for Concierge: in its own repository `npx` would not find it. */
function ownCommand(): string[] {
  return import.meta.url.endsWith('.ts') ? ['npm', 'run', '-s', 'concierge', '--'] : ['npx', 'concierge'];
}

/** The key of development tokens is stored beside the configuration: a named configuration has to be named again. */
function configArguments({ file }: LoadedConfig, { config }: DevOptions): string[] {
  return file !== null && config !== undefined ? ['--config', file] : [];
}
