// Parent of a gateway's process: `concierge dev`, which gets to know the configuration, the start and its failure.
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client } from '../../client-views/load-clients.ts';
import { type CheckedConfig, milliseconds } from '../../config/config.ts';
import { isIntrospected } from '../../config/introspected-schema.ts';
import { configFile, type LoadedConfig, type Overrides, readConfig } from '../../config/load.ts';
import { mockSettings } from '../../config/mocks.ts';
import type { GrpcAddressesConfig } from '../../config/subgraph-grpc.ts';
import { type AddressesConfig, addressTexts, urlsOf } from '../../config/subgraph-urls.ts';
import { RestSubgraphs } from '../../rest-subgraphs.ts';
import type { Problem } from '../../server/problems/problems-handler.ts';
import { describeError } from '../describe-error.ts';
import { configuredFiles, gatewayFolder, LoadedModules } from '../start-files.ts';
import type { FromGateway, ProcessSetup, Protocol, Setup, ToGateway } from './messages.ts';

/** The channel to `concierge dev`, in a process that it has started. */
export class Parent {
  readonly #send: (message: FromGateway) => void;
  readonly #modules = new LoadedModules();
  readonly #settled = Promise.withResolvers<void>();
  #problems: readonly Problem[] = [];

  /** Null in a process that `concierge dev` has not started. */
  static find(): Parent | null {
    return process.send && process.channel ? new Parent(process.send.bind(process)) : null;
  }

  constructor(send: (message: FromGateway) => void) {
    this.#send = send;
    process.on('message', ({ problems, isSettled }: ToGateway) => {
      this.#problems = problems;
      if (isSettled) this.#settled.resolve();
    });
  }

  readonly problems = (): readonly Problem[] => this.#problems;

  /**
   * Resolves when the schemas of services may be fetched.
   * @param clients none where their files have not been read yet: what is beside the gateway starts before.
   */
  async configured(loaded: LoadedConfig, clients: readonly Client[] = []): Promise<void> {
    const { config, folder, file } = loaded;
    this.#send({ kind: 'files', files: [...(file === null ? [] : [file]), ...filesOf(config, folder)] });
    this.#send({ kind: 'configured', setup: setupOf(loaded, clients) });
    const isFetched = Object.values(config.subgraphs).some(({ schema, dev }) => dev && isIntrospected(schema));
    if (isFetched) await this.#settled.promise;
  }

  ready(url: string): void {
    this.#reportModules();
    this.#send({ kind: 'ready', url });
  }

  draining(): void {
    // It has been replaced, or ended itself.
    if (process.connected) this.#send({ kind: 'draining' });
  }

  async failed(error: unknown, overrides: Overrides): Promise<void> {
    const address = await writtenAddress(overrides);
    this.#reportModules();
    // No module, where it is JSON.
    const file = configFile(overrides);
    if (file !== null) this.#send({ kind: 'files', files: [file] });
    this.#send({ kind: 'failed', message: describeError(error), ...address });
  }

  #reportModules(): void {
    this.#send({ kind: 'files', files: this.#modules.take() });
  }
}

/** Host and port of a configuration, as far as they are written and usable. */
async function writtenAddress(overrides: Overrides): Promise<{ host?: string; port?: number }> {
  try {
    const { value } = await readConfig(overrides);
    const { host, port } = value;
    const isPort = typeof port === 'number' && Number.isInteger(port) && port >= 0 && port < 65_536;
    return { ...(typeof host === 'string' && { host }), ...(isPort && { port }) };
  } catch {
    // The file cannot be loaded, which the failure reports.
    return {};
  }
}

function setupOf({ config, folder }: LoadedConfig, clients: readonly Client[]): Setup {
  const { subgraphs, host, port, shutdownGrace, authentication, graphiql } = config;
  const ofClients = config.clients.only ? clients.map(({ reference }) => `${config.path}/${reference}`) : [];
  const [first = config.path, ...others] = ofClients;
  const restServices = new RestSubgraphs(config, folder);
  const configured = Object.entries(subgraphs).map(([name, { url, grpc, dev, mocks }]) => ({
    ...{ name, dev, isMocked: mockSettings(name, mocks) !== null },
    ...addressesOf(url, grpc, restServices.baseUrl(name)),
  }));
  return {
    host,
    port,
    shutdownGrace: milliseconds(shutdownGrace),
    services: configured.flatMap(({ name, dev, isMocked, urls, protocol }): ProcessSetup[] => {
      if (!dev || isMocked) return [];
      const watch = (dev.watch ?? []).map((path) => resolve(folder, path));
      return [{ name, command: dev.command, folder, url: urls[0] ?? '', protocol, watch }];
    }),
    pages: clients.flatMap(({ reference, folder: own, definition: { dev } }) =>
      dev ? [{ name: reference, command: dev.command, folder: own, url: dev.url, protocol: 'graphql', watch: [] }] : [],
    ),
    card: {
      paths: [first, ...others],
      users: authentication.development.users,
      example: (first === config.path && typeof graphiql === 'object' && graphiql.examples[0]) || null,
      subgraphs: configured.map(({ name, texts, protocol, isMocked }) => ({ name, urls: texts, protocol, isMocked })),
    },
  };
}

/** @param baseUrl that of the SDL, of a REST service; null for others. */
function addressesOf(
  url: AddressesConfig | undefined,
  grpc: GrpcAddressesConfig | undefined,
  baseUrl: string | null,
): { urls: string[]; texts: string[]; protocol: Protocol } {
  if (grpc !== undefined) return { urls: [grpc].flat(), texts: [grpc].flat(), protocol: 'grpc' };
  if (baseUrl === null) return { urls: urlsOf(url), texts: addressTexts(url), protocol: 'graphql' };
  const texts = url === undefined ? [baseUrl] : addressTexts(url);
  return { urls: url === undefined ? [baseUrl] : urlsOf(url), texts, protocol: 'rest' };
}

/** What a start reads; in the gateway's own repository its sources run as well, and the published package does not change. */
function filesOf(config: CheckedConfig, folder: string): string[] {
  const own = import.meta.url.endsWith('.ts') ? [fileURLToPath(gatewayFolder)] : [];
  return [...configuredFiles(config, folder), ...own];
}
