// The gateway under test: the demo's configuration over the services of a test, in this process or as one of its own.
import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createGateway, type Gateway, type GatewayConfig } from '../../gateway/index.ts';
import demo from '../../gateway.config.ts';
import { developmentKey, keyFolder } from './demo-users.ts';
import { startProcess, type TestProcess } from './process.ts';
import { closedUrl } from './servers.ts';
import {
  type ServiceName,
  type SubgraphName,
  subgraphNames,
  type TestServices,
  type TestSubgraphs,
} from './subgraphs.ts';

/** The root of the repository, with a slash at its end. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

export type Urls = Partial<Record<SubgraphName, string | string[]>> & Partial<Record<ServiceName, string>>;

/** The addresses of services. */
export function urlsOf(services: TestSubgraphs | TestServices): Urls {
  const { settled, clear, stop, ...all } = services;
  return Object.fromEntries(Object.values(all).map(({ name, url }) => [name, url]));
}

export interface TestGateway {
  /** Its origin, without a path. */
  origin: string;
  /** Of its GraphQL endpoint. */
  url: string;
  gateway: Gateway;
  stop(): Promise<number>;
}

/** The demo's configuration with these addresses; a service without one is down. */
export function demoConfig(urls: Urls, options: Partial<GatewayConfig> = {}): GatewayConfig {
  const subgraphs = Object.fromEntries(
    subgraphNames.map((name) => [
      name,
      {
        ...{ url: urls[name] ?? closedUrl, schema: `${root}schema/subgraphs/${name}.graphql` },
        forward: demo.subgraphs?.[name]?.forward,
      },
    ]),
  );
  const payments = {
    ...{ grpc: urls.payments ?? new URL(closedUrl).host, descriptors: `${root}schema/payments.binpb` },
    ...{ schema: `${root}schema/subgraphs/payments.graphql`, forward: demo.subgraphs?.payments?.forward },
  };
  const notifications = {
    ...{ url: urls.notifications ?? new URL(closedUrl).origin, forward: demo.subgraphs?.notifications?.forward },
    schema: `${root}schema/subgraphs/notifications.graphql`,
  };
  return {
    ...demo,
    port: 0,
    log: { level: 'silent' },
    // A busy machine would set it off.
    overload: false,
    subgraphs: { ...subgraphs, notifications, payments },
    ...(demo.fields && { fields: { ...demo.fields, schema: `${root}schema/gateway.graphql` } }),
    ...options,
  };
}

/**
 * Starts the gateway in this process, on a free port. It accepts tokens of the demo's users, as `concierge dev` does.
 */
export async function startGateway(urls: Urls, options: Partial<GatewayConfig> = {}): Promise<TestGateway> {
  const gateway = createGateway(demoConfig(urls, options), { folder: root, development: developmentKey });
  const origin = await gateway.start();
  return { origin, url: `${origin}/graphql`, gateway, stop: () => gateway.stop() };
}

/** Writes `demoConfig` as a configuration file's text, for a gateway in a process of its own. */
export function demoConfigFile(urls: Urls, options: Partial<GatewayConfig> = {}): string {
  const { fields, authorization, plugins, ...written } = demoConfig(urls, { log: { level: 'info' }, ...options });
  return [
    `import demo from ${JSON.stringify(`${root}gateway.config.ts`)};`,
    `const fields = { ...demo.fields, schema: ${JSON.stringify(fields?.schema)} };`,
    `export default { ...${JSON.stringify(written)}, fields, authorization: demo.authorization };`,
  ].join('\n');
}

/** Environment variables of the shell that configure a gateway: removed for tests. */
export const plainEnvironment = { PORT: '', HOST: '', WORKERS: '', LOG_LEVEL: '', CONFIG_PATH: '', FORCE_COLOR: '0' };

/** Runs the `concierge` command. */
export function concierge(args: readonly string[], env: Record<string, string> = {}): TestProcess {
  return startProcess({ script: 'gateway/cli.ts', args, env: { ...plainEnvironment, ...env } });
}

export interface GatewayProcess {
  origin: string;
  url: string;
  process: TestProcess;
}

/**
 * Starts `concierge start` with this configuration file; resolves when it listens.
 * @param development whether it accepts tokens of the demo's users.
 * @param isSingle whether the process that is started serves itself: its signals and what it uses are the gateway's.
 */
export async function startGatewayProcess(
  configFile: string,
  { development = false, isSingle = false }: { development?: boolean; isSingle?: boolean } = {},
): Promise<GatewayProcess> {
  if (development) {
    const file = join('.concierge', 'development-key.json');
    mkdirSync(join(dirname(configFile), '.concierge'), { recursive: true });
    copyFileSync(join(keyFolder, file), join(dirname(configFile), file));
  }
  const flags = [...(development ? ['--development'] : []), ...(isSingle ? ['--single-process'] : [])];
  const process = concierge(['start', '--config', configFile, ...flags]);
  const { url } = await process.line(({ msg }) => msg === 'listening');
  return { url: String(url), origin: new URL(String(url)).origin, process };
}
