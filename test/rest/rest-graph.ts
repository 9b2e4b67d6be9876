// A graph with REST services behind a gateway with the fast path and one without it.
import { expect, onTestFinished } from 'vitest';
import type { ClientDefinition } from '../../gateway/client-views/definition.ts';
import { checkClient } from '../../gateway/client-views/load-clients.ts';
import { createGateway, type GatewayConfig } from '../../gateway/index.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { post, type QueryOptions, type Received } from '../values/served-graph.ts';

export interface RestGraphOptions {
  /** SDL of each service. */
  services: Record<string, string>;
  /** Of single services, such as their addresses. */
  settings?: Record<string, Omit<NonNullable<GatewayConfig['subgraphs']>[string], 'schema'>>;
  /** A client's view, served at /graphql/web. */
  view?: ClientDefinition;
  config?: Partial<GatewayConfig>;
}

export interface RestGraph {
  origins: readonly string[];
  /** Sends a query to both gateways, and expects the same of both. */
  query(query: string, request?: QueryOptions): Promise<Received>;
}

export async function serveRestGraph({
  services,
  settings = {},
  view,
  config = {},
}: RestGraphOptions): Promise<RestGraph> {
  const folder = temporaryFolder(
    Object.fromEntries(Object.entries(services).map(([name, sdl]) => [`${name}.graphql`, sdl])),
  );
  const subgraphs = Object.fromEntries(
    Object.keys(services).map((name) => [name, { schema: `${name}.graphql`, ...settings[name] }]),
  );
  const origins: string[] = [];
  for (const fastPath of [true, false]) {
    const gateway = createGateway(
      {
        ...{ port: 0, log: { level: 'silent' }, csrf: false, overload: false, subgraphs, ...config, fastPath },
        limits: { introspection: true, suggestions: true, ...config.limits },
      },
      {
        folder,
        clients: view ? [{ reference: 'web', name: 'web', version: null, folder, definition: checkClient(view) }] : [],
      },
    );
    origins.push(await gateway.start());
    onTestFinished(async () => {
      await gateway.stop();
    });
  }
  return {
    origins,
    async query(query, request = {}) {
      const responses: Received[] = [];
      for (const origin of origins) responses.push(await post(origin, query, request));
      const [first, other] = responses as [Received, Received];
      expect(other.text).toBe(first.text);
      expect(other.status).toBe(first.status);
      return first;
    },
  };
}
