// Graph for tests of values: services that return what a test gives them, byte for byte, behind a gateway with the fast
// path and one without it.

import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished } from 'vitest';
import type { ClientDefinition } from '../../gateway/client-views/definition.ts';
import { checkClient } from '../../gateway/client-views/load-clients.ts';
import { createGateway, type Gateway, type GatewayConfig } from '../../gateway/index.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { listen } from '../harness/listen.ts';
import type { ParsedJson } from '../harness/parsed-json.ts';

/** Every SDL of a test may use these, and the gateway's own stitching directives. */
const directives = `
  directive @cacheControl(maxAge: Int, scope: CacheControlScope) on FIELD_DEFINITION | OBJECT
  enum CacheControlScope { PUBLIC PRIVATE }
  directive @authenticated on FIELD_DEFINITION | OBJECT
`;

export interface ServiceRequest {
  query: string;
  variables: Record<string, unknown>;
  headers: IncomingHttpHeaders;
  /** The JSON text, in which numbers stand as they were sent. */
  body: string;
  /** Resolves when the gateway gives it up. */
  cancelled?: Promise<void>;
}

/** A response body, as JSON unless it is text; or a whole response. */
export type ServiceResponse =
  | unknown
  | { status: number; headers?: Record<string, string>; body?: string | Uint8Array };

export interface Service {
  url: string;
  requests: ServiceRequest[];
  /** What the service returns from now on. */
  returns: (request: ServiceRequest) => ServiceResponse;
}

/** Starts a service that ends with the test. */
export async function startService(returns: Service['returns'] = () => ({ data: null })): Promise<Service> {
  const requests: ServiceRequest[] = [];
  const service: Service = { url: '', requests, returns };
  const server = createServer(async (message, response) => {
    const body = await text(message);
    const { query, variables = {} } = JSON.parse(body);
    const cancelled = new Promise<void>((resolve) => {
      response.once('close', () => {
        if (!response.writableEnded) resolve();
      });
    });
    const request = { query, variables, headers: message.headers, body, cancelled };
    requests.push(request);
    respond(response, await service.returns(request));
  });
  const { origin, stop } = await listen(server);
  onTestFinished(stop);
  service.url = `${origin}/graphql`;
  return service;
}

function respond(response: ServerResponse, returned: ServiceResponse): void {
  const isWhole = typeof returned === 'object' && returned !== null && 'status' in returned;
  const { status, headers, body } = (isWhole ? returned : { status: 200, body: returned }) as {
    status: number;
    headers?: Record<string, string>;
    body?: unknown;
  };
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  const isSent = body === undefined || typeof body === 'string' || body instanceof Uint8Array;
  response.end(isSent ? body : JSON.stringify(body));
}

export interface ServedGraphOptions {
  /** SDL of each service. */
  services: Record<string, string>;
  /**
   * A supergraph's SDL, with `NAME_URL` in place of the services' addresses; the services' own SDLs are not read then.
   */
  supergraph?: string;
  /** The gateway's own fields. */
  fields?: { schema: string; resolvers: NonNullable<GatewayConfig['fields']>['resolvers'] };
  /** A client's view, served at /graphql/web. */
  view?: ClientDefinition;
  /** Of single services, besides their addresses and schemas. */
  settings?: Record<string, Omit<NonNullable<GatewayConfig['subgraphs']>[string], 'url' | 'schema'>>;
  config?: Partial<GatewayConfig>;
  /** Called with the log of each of the gateways. */
  withLog?: (log: Gateway['log']) => void;
}

export interface Received {
  status: number;
  headers: Headers;
  text: string;
  data: unknown;
  errors: ParsedJson[] | undefined;
}

export interface ServedGraph {
  services: Record<string, Service>;
  /** Of the gateway with the fast path, and of the one without. */
  origins: readonly string[];
  /** Sends a query to both gateways, and expects the same of both. */
  query(query: string, request?: QueryOptions): Promise<Received>;
}

export interface QueryOptions {
  /** JSON text where it is a string. */
  variables?: Record<string, unknown> | string;
  headers?: Record<string, string>;
  /** /graphql, unless given. */
  path?: string;
}

export async function serveGraph(options: ServedGraphOptions): Promise<ServedGraph> {
  const { services: sdls, supergraph, fields, view, settings = {}, config = {} } = options;
  const services: Record<string, Service> = {};
  for (const name of Object.keys(sdls)) services[name] = await startService();
  const withUrls = supergraph?.replaceAll(/\b(\w+)_URL\b/g, (_, name) => (services[name] as Service).url);
  const folder = temporaryFolder({
    ...Object.fromEntries(Object.entries(sdls).map(([name, sdl]) => [`${name}.graphql`, sdl + directives])),
    ...(fields && { 'fields.graphql': fields.schema }),
    ...(withUrls !== undefined && { 'supergraph.graphql': withUrls }),
  });
  const subgraphs = Object.fromEntries(
    Object.entries(services).map(([name, { url }]) => [
      name,
      { url, ...(supergraph === undefined && { schema: `${name}.graphql` }), ...settings[name] },
    ]),
  );
  const origins: string[] = [];
  for (const fastPath of [true, false]) {
    const gateway = createGateway(
      {
        port: 0,
        log: { level: 'silent' },
        csrf: false,
        // Services of a test need not lead everywhere.
        unreachable: 'warn',
        // Tests share the event loop with their services and clients.
        overload: false,
        subgraphs,
        ...(supergraph !== undefined && { supergraph: 'supergraph.graphql' }),
        ...(fields && { fields: { schema: 'fields.graphql', resolvers: fields.resolvers } }),
        ...config,
        limits: { introspection: true, suggestions: true, ...config.limits },
        fastPath,
      },
      { folder, clients: view ? [clientOf(view, folder)] : [] },
    );
    options.withLog?.(gateway.log);
    origins.push(await gateway.start());
    onTestFinished(async () => {
      await gateway.stop();
    });
  }
  return {
    services,
    origins,
    async query(query, request = {}) {
      const responses: Received[] = [];
      for (const origin of origins) responses.push(await post(origin, query, request));
      const [first, other] = responses as [Received, Received];
      expect(withoutReferences(other.text)).toBe(withoutReferences(first.text));
      expect(other.status).toBe(first.status);
      expect(other.headers.get('cache-control')).toBe(first.headers.get('cache-control'));
      return first;
    },
  };
}

function clientOf(view: ClientDefinition, folder: string) {
  return { reference: 'web', name: 'web', version: null, folder, definition: checkClient(view) };
}

/** Sends a query to one gateway. */
export async function post(
  origin: string,
  query: string,
  { variables, headers, path }: QueryOptions = {},
): Promise<Received> {
  const response = await fetch(`${origin}${path ?? '/graphql'}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body:
      typeof variables === 'string'
        ? `{"query":${JSON.stringify(query)},"variables":${variables}}`
        : JSON.stringify({ query, variables }),
  });
  const body = await response.text();
  const { data, errors } = JSON.parse(body);
  return { status: response.status, headers: response.headers, text: body, data, errors };
}

/** The gateway gives a reference into its log where something was unexpected. */
function withoutReferences(body: string): string {
  return body.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'reference');
}
