// The gateway under test: the demo's configuration over the services of a test, in this process or as one of its own.
import { fileURLToPath } from 'node:url';
import { createGateway, type Gateway, type GatewayConfig } from '../../gateway/index.ts';
import type { DevelopmentKey } from '../../gateway/policy/authentication/development-key.ts';
import demo from '../../gateway.config.ts';
import { writePlainSchemas } from './plain-schemas.ts';
import { startProcess, type TestProcess } from './process.ts';
import { closedUrl } from './servers.ts';
import { type SubgraphName, subgraphNames } from './subgraphs.ts';

/** The root of the repository, with a slash at its end. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

type Urls = Partial<Record<SubgraphName, string | string[]>>;

export interface TestGateway {
  /** Of its front door, without a path. */
  origin: string;
  /** Of its GraphQL endpoint. */
  url: string;
  gateway: Gateway;
  stop(): Promise<number>;
}

export interface DemoOptions extends Partial<GatewayConfig> {
  /** Keeps what the demo's SDL says of who may ask for what, how often, and what is kept. Most tests are about other things. */
  rules?: boolean;
  /** Takes tokens of this key as well, as in `concierge dev`. */
  development?: DevelopmentKey;
}

/** The demo's configuration with these addresses; a service without one is down. */
export function demoConfig(urls: Urls, { rules = false, development, ...options }: DemoOptions = {}): GatewayConfig {
  const schemas = rules ? `${root}schema` : writePlainSchemas(`${root}schema`, `${root}test/artefacts/plain-schemas`);
  const subgraphs = Object.fromEntries(
    subgraphNames.map((name) => [
      name,
      {
        ...{ url: urls[name] ?? closedUrl, schema: `${schemas}/subgraphs/${name}.graphql` },
        forward: demo.subgraphs?.[name]?.forward,
      },
    ]),
  );
  return {
    ...demo,
    port: 0,
    log: { level: 'silent' },
    subgraphs,
    ...(demo.fields && { fields: { ...demo.fields, schema: `${schemas}/gateway.graphql` } }),
    // Tests sign in as a proxy in front of the gateway would do it for its users.
    trustedProxies: ['loopback'],
    authentication: { ...demo.authentication, identityHeader: {} },
    ...options,
  };
}

/** Starts the gateway in this process, on a free port. */
export async function startGateway(urls: Urls, options: DemoOptions = {}): Promise<TestGateway> {
  const { development } = options;
  const gateway = createGateway(demoConfig(urls, options), { folder: root, ...(development && { development }) });
  const origin = await gateway.start();
  return { origin, url: `${origin}/graphql`, gateway, stop: () => gateway.stop() };
}

/** Writes what `demoConfig` says as a configuration file's text, for a gateway in a process of its own. */
export function demoConfigFile(urls: Urls, options: DemoOptions = {}): string {
  const { fields, authorization, plugins, ...written } = demoConfig(urls, { log: { level: 'info' }, ...options });
  return [
    `import demo from ${JSON.stringify(`${root}gateway.config.ts`)};`,
    `const fields = { ...demo.fields, schema: ${JSON.stringify(fields?.schema)} };`,
    `export default { ...${JSON.stringify(written)}, fields, authorization: demo.authorization };`,
  ].join('\n');
}

/** What the environment of whoever runs the tests may say about a gateway is no part of a test. */
const plainEnvironment = { PORT: '', HOST: '', LOG_LEVEL: '', CONFIG_PATH: '', FORCE_COLOR: '0' };

/** Runs the `concierge` command. */
export function concierge(args: readonly string[], env: Record<string, string> = {}): TestProcess {
  return startProcess({ script: 'gateway/cli.ts', args, env: { ...plainEnvironment, ...env } });
}

export interface GatewayProcess {
  origin: string;
  url: string;
  process: TestProcess;
}

/** Starts `concierge start` with this configuration file; resolves when it listens. */
export async function startGatewayProcess(configFile: string): Promise<GatewayProcess> {
  const process = concierge(['start', '--config', configFile]);
  const { url } = await process.line(({ msg }) => msg === 'listening');
  return { url: String(url), origin: new URL(String(url)).origin, process };
}
