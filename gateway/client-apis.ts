// APIs of a client besides GraphQL, made of its trusted documents.
import type { ClientView } from './client-views/client-view.ts';
import type { Client } from './client-views/load-clients.ts';
import type { CheckedConfig } from './config/config.ts';
import type { TrustedDocuments } from './persisted-documents/trusted-documents.ts';
import type { Api } from './pipeline/api.ts';
import type { ClientApi } from './pipeline/endpoints.ts';
import type { Pipeline } from './pipeline/pipeline.ts';
import type { BodySender } from './server/compression/body-sender.ts';
import { describeRest } from './server/rest/description.ts';
import { createRestApi } from './server/rest/rest-handler.ts';
import { restRoutes } from './server/rest/rest-route.ts';

interface Served {
  client: Pick<Client, 'reference' | 'version' | 'definition'>;
  view: Pick<ClientView, 'schema'>;
  trusted: TrustedDocuments;
}

interface Settings {
  config: CheckedConfig;
  bodies: BodySender;
  development?: boolean;
}

/** @throws DocumentsError for a path that a variable's type cannot stand in. */
export function createClientApis(
  pipeline: Pipeline,
  { client, view, trusted }: Served,
  { config, bodies, development = false }: Settings,
): Partial<Record<Api, ClientApi>> {
  const { rest, maxBodyBytes } = config;
  const routes = rest ? restRoutes(trusted, view.schema) : [];
  if (!rest || routes.length === 0) return {};
  const isDescribed = rest.openapi ?? development;
  const { reference, version, definition } = client;
  const options = {
    ...{ config, client: reference, version, development },
    base: `${rest.path}/${encodeURIComponent(reference)}`,
    requiresAuthentication: definition.authentication === 'required' || definition.access !== undefined,
  };
  return {
    rest: createRestApi({
      ...{ pipeline, routes, bodies, maxBodyBytes, suggests: isDescribed },
      describe: isDescribed ? describeRest(routes, view.schema, bodies, options) : () => null,
    }),
  };
}

/** Paths of the APIs that are served. */
export function apiPaths({ rest }: Pick<CheckedConfig, 'rest'>): Partial<Record<Api, string>> {
  return rest ? { rest: rest.path } : {};
}
