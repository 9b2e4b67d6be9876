// APIs of a client besides GraphQL, made of its trusted documents.
import type { ClientView } from './client-views/client-view.ts';
import type { Client } from './client-views/load-clients.ts';
import type { CheckedConfig } from './config/config.ts';
import type { TrustedDocuments } from './persisted-documents/trusted-documents.ts';
import type { Api } from './pipeline/api.ts';
import type { ClientApi } from './pipeline/endpoints.ts';
import type { Pipeline } from './pipeline/pipeline.ts';
import type { BodySender } from './server/compression/body-sender.ts';
import { requireLibrary } from './server/mcp/library.ts';
import { createMcpApi } from './server/mcp/mcp-handler.ts';
import { toolsOf } from './server/mcp/tools.ts';
import { describeRest } from './server/rest/description.ts';
import { createRestApi } from './server/rest/rest-handler.ts';
import { restRoutes } from './server/rest/rest-route.ts';
import type { Logger } from './telemetry/log.ts';

interface Served {
  client: Pick<Client, 'reference' | 'version' | 'definition'>;
  view: Pick<ClientView, 'schema'>;
  trusted: TrustedDocuments;
}

interface Settings {
  config: CheckedConfig;
  bodies: BodySender;
  log: Logger;
  development?: boolean;
}

/**
 * @throws DocumentsError for a path that a variable's type cannot stand in, ConfigError for tools without the library for
 * them.
 */
export function createClientApis(
  pipeline: Pipeline,
  served: Served,
  settings: Settings,
): Partial<Record<Api, ClientApi>> {
  const rest = createRest(pipeline, served, settings);
  const mcp = createMcp(pipeline, served, settings);
  return { ...(rest && { rest }), ...(mcp && { mcp }) };
}

function createRest(
  pipeline: Pipeline,
  { client, view, trusted }: Served,
  { config, bodies, development = false }: Settings,
): ClientApi | null {
  const { rest, maxBodyBytes } = config;
  const routes = rest ? restRoutes(trusted, view.schema) : [];
  if (!rest || routes.length === 0) return null;
  const isDescribed = rest.openapi ?? development;
  const { reference, version, definition } = client;
  const options = {
    ...{ config, client: reference, version, development },
    base: `${rest.path}/${encodeURIComponent(reference)}`,
    requiresAuthentication: definition.authentication === 'required' || definition.access !== undefined,
  };
  return createRestApi({
    ...{ pipeline, routes, bodies, maxBodyBytes, suggests: isDescribed },
    describe: isDescribed ? describeRest(routes, view.schema, bodies, options) : () => null,
  });
}

function createMcp(
  pipeline: Pipeline,
  { client: { reference: client }, view: { schema }, trusted }: Served,
  { config: { mcp, maxBodyBytes }, log }: Settings,
): ClientApi | null {
  const tools = mcp ? toolsOf(trusted, mcp) : new Map();
  if (tools.size === 0) return null;
  requireLibrary(client);
  return createMcpApi({ pipeline, tools, schema, client, maxBodyBytes, log });
}

/** Paths of the APIs that are served. */
export function apiPaths({ rest, mcp }: Pick<CheckedConfig, 'rest' | 'mcp'>): Partial<Record<Api, string>> {
  return { ...(rest && { rest: rest.path }), ...(mcp && { mcp: mcp.path }) };
}
