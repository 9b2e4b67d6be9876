// Clients of the configured services, by name: for each the one that speaks its protocol.
import { ComposeError, composeAll } from './compose/compose-error.ts';
import type { ReadRestService } from './compose/connect/rest-service.ts';
import type { Supergraph } from './compose/supergraph.ts';
import type { CheckedConfig } from './config/config.ts';
import { mockSettings } from './config/mocks.ts';
import { isServiceUrl, serviceUrls, urlsOf } from './config/subgraph-urls.ts';
import { nearOrKnown } from './did-you-mean.ts';
import { bindGrpcService, type Descriptors } from './grpc-services.ts';
import type { RestSubgraphs } from './rest-subgraphs.ts';
import { readSchema, type SchemaSource } from './service-schema.ts';
import { createClient, createGrpcClient, createRestClient } from './subgraph-clients.ts';
import type { SubgraphMetrics } from './telemetry/metrics/subgraph-metrics.ts';
import { MockService } from './transport/mocks/mock-service.ts';
import type { ServiceClient } from './transport/service-client.ts';

/** Never connected to. */
const MOCK_URL = 'http://mocked.invalid/graphql';

/** @throws ComposeError for services that no requests can be sent to. */
export function configuredClients(
  config: CheckedConfig,
  folder: string,
  restServices: RestSubgraphs,
  { metrics, descriptors }: { metrics?: SubgraphMetrics | undefined; descriptors: Descriptors },
): Map<string, ServiceClient> {
  return new Map(
    composeAll(
      Object.entries(config.subgraphs),
      ([name, { url, grpc, schema, mocks }], order): [string, ServiceClient] => {
        const settings = mockSettings(name, mocks);
        const own = () => readSchema(schema as SchemaSource, folder, `subgraphs.${name}.schema`);
        const baseUrl = grpc === undefined ? restServices.baseUrl(name) : null;
        if (grpc !== undefined && !settings) {
          const binding = bindGrpcService(name, own(), config, folder, descriptors);
          return [name, createGrpcClient(name, order, config, { folder, binding, metrics })];
        }
        const sdl = () => restServices.read(name, own())?.sdl ?? own();
        const service = settings && new MockService({ sdl, ...settings });
        const addresses = service ? MOCK_URL : (url ?? baseUrl);
        if (addresses === null) throw new ComposeError([`subgraphs.${name}.url: ${serviceUrls}`]);
        const options = { folder, mocked: service, metrics };
        if (baseUrl === null || service) return [name, createClient(name, addresses, order, config, options)];
        const rest = () => (restServices.read(name, own()) as ReadRestService).service;
        // An address that cannot be used is reported where the SDL is composed.
        const usable = urlsOf(addresses).every(isServiceUrl) ? addresses : MOCK_URL;
        return [name, createRestClient(name, usable, order, config, rest, options)];
      },
    ),
  );
}

/** @throws ComposeError for subgraphs that the supergraph does not have, and those without an address. */
export function supergraphClients(
  { members }: Supergraph,
  config: CheckedConfig,
  folder: string,
  metrics?: SubgraphMetrics,
): Map<string, ServiceClient> {
  const unknown = Object.keys(config.subgraphs).filter((name) => !members.some((member) => member.name === name));
  if (unknown.length > 0) {
    const known = members.map((member) => member.name);
    throw new ComposeError(
      unknown.map(
        (name) => `subgraphs.${name}: the supergraph has no subgraph of this name${nearOrKnown(name, known)}`,
      ),
    );
  }
  return new Map(
    members.map(({ name, url }, order) => {
      const addresses = config.subgraphs[name]?.url ?? url;
      if (urlsOf(addresses).some((text) => !isServiceUrl(text))) {
        throw new ComposeError([`${name}: the supergraph has no usable address for it; give subgraphs.${name}.url`]);
      }
      return [name, createClient(name, addresses, order, config, { folder, metrics })];
    }),
  );
}
