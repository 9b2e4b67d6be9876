// Composition: opens a client for each configured service and composes their SDL files into the graph.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ComposeError, composeAll } from './compose/compose-error.ts';
import { misplacedEventFields } from './compose/events/event-fields.ts';
import { composeSubgraphs } from './compose/federation/compose-subgraphs.ts';
import { isFederatedSdl, isStitchedSdl } from './compose/federation/federated-sdl.ts';
import { composeGraph, type Graph } from './compose/graph.ts';
import { withChanges } from './compose/graph-sdl.ts';
import type { LocalSource, RemoteSource, Source } from './compose/subschemas.ts';
import { composeSupergraph, readSupergraph, type Supergraph } from './compose/supergraph.ts';
import type { CheckedConfig } from './config/config.ts';
import { mockSettings } from './config/mocks.ts';
import { isRemote } from './config/remote-supergraph.ts';
import { urlsOf } from './config/subgraph-urls.ts';
import { configuredClients, supergraphClients } from './configured-clients.ts';
import { openEvents } from './event-broker.ts';
import { bindGrpcService, type Descriptors, rejectMethods } from './grpc-services.ts';
import { unplannableProblems } from './planner/unplannable-messages.ts';
import { RestSubgraphs } from './rest-subgraphs.ts';
import { withFile } from './sdl-places.ts';
import { isSdl, readSchema, type SchemaSource } from './service-schema.ts';
import type { Logger } from './telemetry/log.ts';
import type { GatewayMetrics } from './telemetry/metrics/gateway-metrics.ts';
import { sourceTransform } from './transforms/source-transform.ts';
import type { ServiceClient } from './transport/service-client.ts';
import type { SubgraphState } from './transport/subgraph-client.ts';

export interface Composition {
  /** By the subgraph's name. */
  clients: ReadonlyMap<string, ServiceClient>;
  /**
   * Composes the graph, from `sdls` for the subgraphs in it, from the files for the others, and from the sources in
   * `more`.
   * @throws ComposeError
   */
  compose(sdls?: ReadonlyMap<string, string>, more?: readonly Source[]): Graph;
  /** States of the subgraphs' addresses and circuit breakers, for operators. */
  states(): SubgraphState[];
  close(): Promise<void>;
}

/** What requests and events are measured with. */
export type CompositionMetrics = Pick<GatewayMetrics, 'subgraphs' | 'events'>;

export interface CompositionOptions {
  /** What requests and events are measured with. Default: nothing. */
  metrics?: CompositionMetrics | null;
  /**
   * Reads the files of connections at once, and has a line where they change. Default: they are read with the first
   * connection.
   */
  log?: Logger;
  /** Descriptors of services in place of their files. Default: none. */
  descriptors?: Descriptors;
}

/**
 * @param folder base of relative paths in the configuration.
 * @throws ComposeError for a supergraph that cannot be read; ConfigError for files of connections that are not valid.
 */
export function openComposition(
  config: CheckedConfig,
  folder: string,
  { metrics: all, log, descriptors = new Map() }: CompositionOptions = {},
): Composition {
  const metrics = all?.subgraphs;
  const supergraph = config.supergraph === undefined ? null : openSupergraph(config.supergraph, folder);
  const restServices = new RestSubgraphs(config, folder);
  const clients = supergraph
    ? supergraphClients(supergraph, config, folder, metrics)
    : withFiles(config, folder, () => configuredClients(config, folder, restServices, { metrics, descriptors }));
  if (log) for (const client of clients.values()) client.prepare(log);
  const events = openEvents(config, folder, { series: all?.events, log });
  const compose: Composition['compose'] = (sdls = new Map(), given = []) => {
    const more = given.map((source) => ('resolvers' in source ? { ...source, broker: events } : source));
    const own = ownFields(config, folder).map((source) => ({ ...source, broker: events }));
    if (supergraph) return withOthers(composeSupergraph(supergraph), [...more, ...own], config.unreachable);
    const remote = composeAll(
      Object.entries(config.subgraphs),
      ([name, { url, grpc, schema, directives, transforms }]): ConfiguredSource => {
        const sdl = sdls.get(name) ?? readSchema(schema as SchemaSource, folder, `subgraphs.${name}.schema`);
        const rest = grpc === undefined ? restServices.read(name, sdl) : null;
        return {
          name,
          url: grpc === undefined ? (urlsOf(url)[0] ?? '') : ([grpc].flat()[0] as string),
          speaksGraphQL: grpc === undefined && !rest,
          directives,
          transform: transforms && sourceTransform(name, transforms),
          sdl: rest?.sdl ?? sdl,
        };
      },
    );
    const misplaced = remote.flatMap(({ name, sdl, directives }) => misplacedEventFields(sdl, name, directives));
    if (misplaced.length > 0) throw new ComposeError(misplaced);
    checkGrpc(remote, config, folder, sdls, descriptors);
    if (remote.some(({ sdl }) => isFederatedSdl(sdl))) {
      const { graph, stitched } = composeFederated(remote);
      return withOthers(graph, [...more, ...own, ...stitched], config.unreachable);
    }
    return checked(composeGraph([...more, ...remote, ...own]), config.unreachable);
  };
  return {
    clients,
    compose: (sdls, more) => (sdls?.size ? compose(sdls, more) : withFiles(config, folder, () => compose(sdls, more))),
    states: () => [...clients.values()].map((client) => client.state()),
    close: async () => {
      await Promise.all([events?.close(), ...[...clients.values()].map((client) => client.close())]);
    },
  };
}

/** @throws ComposeError with the places of its reasons in the files of the configuration. */
function withFiles<Result>(config: CheckedConfig, folder: string, compose: () => Result): Result {
  try {
    return compose();
  } catch (error) {
    if (!(error instanceof ComposeError)) throw error;
    throw new ComposeError(error.reasons.map((reason) => withFile(reason, config, folder)));
  }
}

/**
 * Checks schemas that are composed in place of the files, which services of gRPC are bound to when they are opened; and that
 * no other service has methods of gRPC.
 */
function checkGrpc(
  remote: readonly ConfiguredSource[],
  config: CheckedConfig,
  folder: string,
  changed: ReadonlyMap<string, string>,
  descriptors: Descriptors,
): void {
  composeAll(remote, ({ name, sdl }) => {
    const { grpc, mocks } = config.subgraphs[name] ?? {};
    if (mockSettings(name, mocks)) return;
    if (grpc === undefined) rejectMethods(sdl, name);
    else if (changed.has(name)) bindGrpcService(name, sdl, config, folder, descriptors);
  });
}

type ConfiguredSource = RemoteSource & { url: string; speaksGraphQL: boolean };

/**
 * Composes the Federation subgraphs, with the services that have no directives for merging types at all.
 * @returns the graph, and the services with stitching directives, which are not in it yet.
 * @throws ComposeError
 */
function composeFederated(remote: readonly ConfiguredSource[]): {
  graph: Graph;
  stitched: readonly ConfiguredSource[];
} {
  // Composition of Federation knows services of GraphQL alone.
  const { stitched = [], federated = [] } = Object.groupBy(remote, ({ sdl, speaksGraphQL }) =>
    speaksGraphQL && !isStitchedSdl(sdl) ? 'federated' : 'stitched',
  );
  const renamed = federated.filter(({ transform }) => transform);
  if (renamed.length > 0) {
    throw new ComposeError(
      renamed.map(({ name }) => `subgraphs.${name}.transforms: Federation subgraphs keep their names; remove this`),
    );
  }
  const { supergraph, warnings } = composeSubgraphs(federated);
  const graph = composeSupergraph(readSupergraph(supergraph, 'the supergraph of the subgraphs'));
  return { graph: withChanges(graph, { supergraph, warnings: [...graph.warnings, ...warnings] }), stitched };
}

/** The graph of Federation subgraphs, joined with the other sources. */
function withOthers(graph: Graph, others: readonly Source[], unreachable: CheckedConfig['unreachable']): Graph {
  if (others.length === 0) return checked(graph, unreachable);
  const name = [...new Set(graph.subschemas.map((subschema) => subschema.name))].sort().join(', ');
  const { supergraph } = graph;
  const joined = composeGraph(others, { name, graph });
  return checked(supergraph === undefined ? joined : withChanges(joined, { supergraph }), unreachable);
}

/**
 * The graph, if each field can be fetched from every place where clients can select it.
 * @throws ComposeError naming the fields that cannot, and what to add.
 */
function checked(graph: Graph, unreachable: CheckedConfig['unreachable']): Graph {
  if (unreachable === 'warn') return graph;
  const problems = unplannableProblems(graph);
  if (problems.length > 0) throw new ComposeError(problems);
  return graph;
}

function ownFields(config: CheckedConfig, folder: string): LocalSource[] {
  if (!config.fields) return [];
  const sdl = readSdl(resolve(folder, config.fields.schema), 'fields.schema');
  return [{ name: 'gateway', sdl, resolvers: config.fields.resolvers ?? {} }];
}

/** A file, or what has been fetched. */
function openSupergraph(supergraph: NonNullable<CheckedConfig['supergraph']>, folder: string): Supergraph {
  if (isRemote(supergraph)) {
    throw new ComposeError([
      'supergraph: it has not been fetched: createGateway(await introspectSchemas(config)) fetches it first',
    ]);
  }
  if (isSdl(supergraph)) return readSupergraph(supergraph, 'the supergraph that was fetched');
  const file = resolve(folder, supergraph);
  return readSupergraph(readSdl(file, 'supergraph'), file);
}

function readSdl(file: string, option: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : `cannot be read (${error})`;
    throw new ComposeError([`${option}: ${file} ${reason}`]);
  }
}
