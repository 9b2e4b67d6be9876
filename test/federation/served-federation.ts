// Supergraphs for tests: real subgraph servers behind a gateway with the fast path and one without it. Each query must
// have the same response from both, be compiled, and need the given requests to subgraphs.
import { expect, onTestFinished } from 'vitest';
import { createGateway, type Gateway, type GatewayConfig } from '../../gateway/index.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { reasonUnplanned } from '../harness/planned.ts';
import { send } from '../harness/subgraphs.ts';
import { type FederatedService, type ServedSubgraph, serveSubgraphs } from './federated-services.ts';

export const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external",
  "@requires", "@provides", "@interfaceObject", "@inaccessible", "@override", "@context", "@fromContext", "@tag"])\n`;

export interface ServedFederation<Name extends string> {
  subgraphs: Record<Name, ServedSubgraph>;
  gateways: readonly Gateway[];
  /**
   * Sends a query to both gateways.
   * @returns data, error messages by path, and the number of requests to each subgraph that had some.
   */
  receive(query: string, options?: ReceiveOptions): Promise<Received>;
}

export interface ReceiveOptions {
  variables?: Record<string, unknown>;
  headers?: Record<string, string>;
}

export interface Received {
  data: unknown;
  errors: Record<string, string>;
  requests: Record<string, number>;
}

/**
 * Serves subgraphs through gateways that compose them; or through a supergraph that composition made elsewhere, with
 * `NAME_URL` in place of the subgraphs' addresses.
 */
export async function serveFederation<Name extends string>(
  services: Record<Name, FederatedService>,
  { supergraph, ...config }: Omit<Partial<GatewayConfig>, 'supergraph'> & { supergraph?: string } = {},
): Promise<ServedFederation<Name>> {
  const subgraphs = await serveSubgraphs(services);
  const all = Object.entries<ServedSubgraph>(subgraphs);
  const files = supergraph
    ? { 'supergraph.graphql': supergraph.replaceAll(/\b(\w+)_URL\b/g, (_, name) => subgraphs[name as Name].url) }
    : Object.fromEntries(all.map(([name, { service }]) => [`${name}.graphql`, service.sdl]));
  const folder = temporaryFolder(files);
  const gateways = [true, false].map((fastPath) =>
    createGateway(
      {
        port: 0,
        log: { level: 'silent' },
        overload: false,
        csrf: false,
        unreachable: 'warn',
        subgraphErrors: 'all',
        ...config,
        limits: { introspection: true, ...config.limits },
        fastPath,
        ...(supergraph
          ? { supergraph: 'supergraph.graphql' }
          : {
              subgraphs: Object.fromEntries(all.map(([name, { url }]) => [name, { url, schema: `${name}.graphql` }])),
            }),
      },
      folder,
    ),
  );
  const urls: string[] = [];
  for (const gateway of gateways) {
    onTestFinished(async () => void (await gateway.stop()));
    urls.push(`${await gateway.start()}/graphql`);
  }
  return {
    subgraphs,
    gateways,
    async receive(query, options = {}) {
      const received: Received[] = [];
      for (const url of urls) {
        for (const [, subgraph] of all) subgraph.requests.length = 0;
        const { data, errors = [] } = await send(url, query, options);
        received.push({
          data,
          errors: Object.fromEntries(errors.map(({ path, message }) => [path?.join('.') ?? '', message])),
          requests: Object.fromEntries(
            all.flatMap(([name, { requests }]) => (requests.length ? [[name, requests.length]] : [])),
          ),
        });
      }
      const [first, second] = received as [Received, Received];
      expect(second).toEqual(first);
      for (const { engine } of gateways) expect(reasonUnplanned(engine, query, options.variables)).toBeNull();
      return first;
    },
  };
}
