// Puts the house together: subgraph clients, the graph, the server. The only place that knows every station.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ComposeError } from './compose/compose-error.ts';
import { composeGraph, type Graph, type Source } from './compose/graph.ts';
import { type CheckedConfig, type GatewayConfig, milliseconds, type SubgraphConfig } from './config/config.ts';
import { checkConfig } from './config/load.ts';
import { createStockExecutor } from './execute/stock-executor.ts';
import { HttpServer } from './server/http-server.ts';
import { createGatewayYoga } from './server/yoga.ts';
import { createLog, type Logger } from './telemetry/log.ts';
import { SubgraphClient } from './transport/subgraph-client.ts';

export interface Gateway {
  readonly graph: Graph;
  readonly log: Logger;
  /**
   * Starts listening; returns the address, such as "http://127.0.0.1:4000".
   * @throws ListenError if the port cannot be had.
   */
  start(): Promise<string>;
  /** Stops accepting, finishes what runs within the configured grace; returns how many requests were cut short. */
  stop(): Promise<number>;
}

/**
 * A gateway over the configured services. Nothing listens and nothing is asked before `start`.
 *
 * @param folder where relative paths in the configuration start from.
 * @throws ConfigError, ComposeError
 */
export function createGateway(written: GatewayConfig, folder: string = process.cwd()): Gateway {
  const config = checkConfig(written);
  const log = createLog(config.log);
  const clients = Object.entries(config.subgraphs).map(([name, subgraph]) => createClient(name, subgraph, config));
  const graph = composeGraph(readSources(config, folder, clients));
  const yoga = createGatewayYoga(graph, config, log);
  const server = new HttpServer({
    host: config.host,
    port: config.port,
    handle: (request, response, context) => yoga.handle(request, response, { gateway: context }) as Promise<void>,
    log,
  });
  return {
    graph,
    log,
    start: () => server.listen(),
    stop: async () => {
      const cut = await server.close(milliseconds(config.shutdownGrace));
      await Promise.all(clients.map((client) => client.close()));
      return cut;
    },
  };
}

/**
 * What the graph is composed from: each subgraph's SDL, from its file unless `sdls` has it, and the gateway's own fields.
 * @throws ComposeError for a file that cannot be read.
 */
export function readSources(
  config: CheckedConfig,
  folder: string,
  clients: readonly SubgraphClient[],
  sdls: ReadonlyMap<string, string> = new Map(),
): Source[] {
  const remote = Object.entries(config.subgraphs).map(([name, subgraph], index) => ({
    name,
    sdl: sdls.get(name) ?? readSdl(resolve(folder, subgraph.schema), `subgraphs.${name}.schema`),
    executor: createStockExecutor(clients[index] as SubgraphClient, config.subgraphErrors),
  }));
  if (!config.fields) return remote;
  const sdl = readSdl(resolve(folder, config.fields.schema), 'fields.schema');
  return [...remote, { name: 'gateway', sdl, resolvers: config.fields.resolvers }];
}

export function createClient(name: string, subgraph: SubgraphConfig, config: CheckedConfig): SubgraphClient {
  return new SubgraphClient({
    name,
    urls: [subgraph.url].flat(),
    timeout: milliseconds(subgraph.timeout ?? config.timeout),
    connections: subgraph.connections ?? 100,
    maxAnswerBytes: subgraph.maxAnswerBytes ?? 33_554_432,
  });
}

function readSdl(file: string, option: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : `cannot be read (${error})`;
    throw new ComposeError([`${option}: ${file} ${reason}`]);
  }
}
