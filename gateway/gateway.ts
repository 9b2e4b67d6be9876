// Puts the house together: subgraph clients, the graph, the engine, the server. The only place that knows every station.
import { sendNodeResponse } from '@whatwg-node/server';
import type { GraphQLError } from 'graphql';
import type { Graph } from './compose/graph.ts';
import { openComposition } from './composition.ts';
import { type CheckedConfig, type GatewayConfig, milliseconds } from './config/config.ts';
import { checkConfig } from './config/load.ts';
import { Engine } from './plan/engine.ts';
import { type GraphqlHandler, HttpServer } from './server/http-server.ts';
import { maskError } from './server/mask-error.ts';
import { createShortLane } from './server/short-lane.ts';
import { createGatewayYoga } from './server/yoga.ts';
import { createLog, type Logger } from './telemetry/log.ts';
import type { SubgraphClient } from './transport/subgraph-client.ts';

export interface Gateway {
  readonly graph: Graph;
  readonly engine: Engine;
  readonly log: Logger;
  /**
   * Starts listening; returns the address, such as "http://127.0.0.1:4000".
   * @throws ListenError if the port cannot be had.
   */
  start(): Promise<string>;
  /** Stops accepting, finishes what runs within the configured grace; returns how many requests were cut short. */
  stop(): Promise<number>;
}

/** Of one subgraph's answer; a thousand entities can fail for one reason. */
const mostLoggedErrors = 3;

/**
 * A gateway over the configured services. Nothing listens and nothing is asked before `start`.
 *
 * @param folder where relative paths in the configuration start from.
 * @throws ConfigError, ComposeError
 */
export function createGateway(written: GatewayConfig, folder: string = process.cwd()): Gateway {
  const config = checkConfig(written);
  const log = createLog(config.log);
  const composition = openComposition(config, folder);
  const graph = composition.compose();
  const engine = createEngine(graph, composition.clients, config, log);
  const server = new HttpServer({
    host: config.host,
    port: config.port,
    handle: createHandler(engine, config, log),
    log,
  });
  return {
    graph,
    engine,
    log,
    start: () => server.listen(),
    stop: async () => {
      const cut = await server.close(milliseconds(config.shutdownGrace));
      await composition.close();
      return cut;
    },
  };
}

export function createEngine(
  graph: Graph,
  clients: ReadonlyMap<string, SubgraphClient>,
  config: CheckedConfig,
  log: Logger,
): Engine {
  return new Engine({
    schema: graph.schema,
    subschemas: graph.subschemas,
    ...(graph.external && { external: graph.external }),
    clients,
    shareInFlight: config.shareInFlight,
    errorMode: config.subgraphErrors,
    maxDocuments: config.documents.max,
    maxDocumentBytes: config.documents.maxBytes,
    mask: (error) => maskError(error, log) as GraphQLError,
    onSubgraphErrors: (subgraph, errors, { requestId }) =>
      log.warn({ requestId, subgraph, errors: errors.slice(0, mostLoggedErrors) }, 'subgraph errors'),
    onDeclined: (operation, reason) => log.warn({ operation: operation.name, reason }, 'stock execution'),
  });
}

/** Plugins see what passes through Yoga: with plugins, everything does. */
function createHandler(engine: Engine, config: CheckedConfig, log: Logger): GraphqlHandler {
  const yoga = createGatewayYoga(engine, config, log);
  const otherwise: GraphqlHandler = async (request, response, context) => {
    // Not through Yoga's own listener: it answers what a plugin throws with the stack.
    const serverContext = { req: request, res: response, gateway: context };
    const answer = await yoga.handleNodeRequestAndResponse(request, response, serverContext);
    await sendNodeResponse(answer, response, request, true);
  };
  if (!config.shortLane || config.plugins.length > 0) return otherwise;
  return createShortLane({ engine, maxBodyBytes: config.maxBodyBytes, cors: config.cors !== undefined, otherwise });
}
