// Services over real HTTP that record their requests and can be held, and a gateway over them.

import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { makeExecutableSchema } from '@graphql-tools/schema';
import type { IResolvers } from '@graphql-tools/utils';
import { type DocumentNode, execute, parse } from 'graphql';
import { request } from 'undici';
import { onTestFinished } from 'vitest';
import type { Client } from '../../gateway/client-views/load-clients.ts';
import { parseSdl } from '../../gateway/compose/sdl.ts';
import { createGateway, type Gateway, type GatewayConfig } from '../../gateway/index.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { listen } from '../harness/listen.ts';
import type { ParsedJson } from '../harness/parsed-json.ts';

type Headers = Record<string, string | string[] | undefined>;

export interface Requested {
  query: string;
  variables: Record<string, unknown>;
  headers: Headers;
}

/** What resolvers receive of a request. */
export interface ServiceContext {
  headers: Headers;
}

export interface ServiceDefinition {
  name: string;
  sdl: string;
  resolvers: IResolvers<ParsedJson, ServiceContext>;
}

export interface Service {
  name: string;
  sdl: string;
  url: string;
  /** Its requests, oldest first. */
  requested: Requested[];
  /** Resolves with the request of that number, past or coming; the first is 1. */
  request(number: number): Promise<Requested>;
  /** From now on responses to such requests are made, but not sent until `release`. */
  hold(which?: (requested: Requested) => boolean): void;
  release(): void;
  /** Further header fields of its responses. */
  headers: Record<string, string | string[]>;
  /** Responds to everything with status 500 while true. */
  broken: boolean;
  stop(): Promise<void>;
}

export async function startService({ name, sdl, resolvers }: ServiceDefinition): Promise<Service> {
  const schema = makeExecutableSchema({ typeDefs: parseSdl(sdl, name), resolvers });
  const documents = new Map<string, DocumentNode>();
  const waiting = new Map<number, PromiseWithResolvers<Requested>>();
  let held: (PromiseWithResolvers<void> & { which(requested: Requested): boolean }) | null = null;
  const server = createServer(async (message, response) => {
    const { query, variables = {} } = JSON.parse(await text(message));
    const requested = { query, variables, headers: message.headers };
    service.requested.push(requested);
    waiting.get(service.requested.length)?.resolve(requested);
    const document = documents.get(query) ?? parse(query, { noLocation: true });
    documents.set(query, document);
    const result = service.broken
      ? null
      : await execute({ schema, document, variableValues: variables, contextValue: { headers: message.headers } });
    // Held with its response at hand: that is as old as the moment of the request.
    if (held?.which(requested)) await held.promise;
    response.writeHead(result ? 200 : 500, { 'content-type': 'application/json', ...service.headers });
    response.end(JSON.stringify(result ?? {}));
  });
  const { origin, stop } = await listen(server);
  const service: Service = {
    name,
    sdl,
    url: `${origin}/graphql`,
    requested: [],
    headers: {},
    broken: false,
    request(number) {
      const already = service.requested[number - 1];
      if (already) return Promise.resolve(already);
      const coming = waiting.get(number) ?? Promise.withResolvers<Requested>();
      waiting.set(number, coming);
      return coming.promise;
    },
    hold(which = () => true) {
      held ??= { ...Promise.withResolvers<void>(), which };
    },
    release() {
      held?.resolve();
      held = null;
    },
    stop() {
      service.release();
      return stop();
    },
  };
  return service;
}

export interface RequestOptions {
  variables?: Record<string, unknown>;
  operationName?: string;
  /** The caller, in the header of the trusted proxy that the test is; anonymous, if not given. */
  user?: string;
  headers?: Record<string, string>;
  /** By GET instead of POST. */
  get?: boolean;
}

export interface Received {
  status: number;
  text: string;
  data: ParsedJson;
  errors: { message: string; extensions: { code: string } }[] | undefined;
  headers: Headers;
  cacheControl: string | null;
}

export interface Usage {
  send(query: string, options?: RequestOptions): Promise<Received>;
}

export interface CachingGateway extends Usage {
  gateway: Gateway;
  origin: string;
  stop(): Promise<unknown>;
}

/** A gateway of a test: on a free port, without a log, with the test as the trusted proxy that names the caller. */
export const quiet = {
  host: '127.0.0.1',
  port: 0,
  overload: false,
  log: { level: 'silent' },
  trustedProxies: ['loopback'],
  authentication: { identityHeader: {} },
} satisfies Partial<GatewayConfig>;

/**
 * Starts a gateway over the services, on a free port.
 * @param later registers what is to be done at the end.
 */
export async function startCachingGateway(
  services: readonly Service[],
  options: Partial<GatewayConfig> = {},
  later: ((undo: () => void) => void) | undefined = undefined,
  clients: readonly Client[] = [],
): Promise<CachingGateway> {
  const folder = temporaryFolder(Object.fromEntries(services.map(({ name, sdl }) => [`${name}.graphql`, sdl])), later);
  const subgraphs = Object.fromEntries(
    services.map(({ name, url }) => [name, { url, schema: `${name}.graphql`, ...options.subgraphs?.[name] }]),
  );
  const gateway = createGateway(
    {
      ...quiet,
      // Services of a test need not lead everywhere.
      unreachable: 'warn',
      ...options,
      limits: { introspection: true, suggestions: true, ...options.limits },
      subgraphs,
    },
    { folder, clients },
  );
  const origin = await gateway.start();
  return { gateway, origin, send: (query, more) => send(origin, query, more), stop: () => gateway.stop() };
}

async function send(origin: string, query: string, options: RequestOptions = {}): Promise<Received> {
  const { variables, operationName, user, headers, get } = options;
  const parameters = { query, ...(variables && { variables }), ...(operationName && { operationName }) };
  const sent = {
    'content-type': 'application/json',
    accept: 'application/json',
    ...(user !== undefined && { 'x-user-id': user }),
    ...headers,
  };
  // Not `fetch`: with a header such as If-None-Match it sends `cache-control: no-cache`.
  const response = get
    ? await request(`${origin}/graphql?${addressOf(parameters)}`, { headers: sent })
    : await request(`${origin}/graphql`, { method: 'POST', headers: sent, body: JSON.stringify(parameters) });
  const body = await response.body.text();
  const parsed = body === '' ? {} : JSON.parse(body);
  return {
    status: response.statusCode,
    text: body,
    data: parsed.data,
    errors: parsed.errors,
    headers: response.headers,
    cacheControl: (response.headers['cache-control'] as string | undefined) ?? null,
  };
}

function addressOf(parameters: Record<string, unknown>): URLSearchParams {
  return new URLSearchParams(
    Object.entries(parameters).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
}

/** Starts the services and a gateway over them, for one test; Redis may take its time. */
export async function openCachingGateway(
  definitions: readonly ServiceDefinition[],
  options: Partial<GatewayConfig> = {},
): Promise<CachingGateway & { services: Service[] }> {
  const services = await Promise.all(definitions.map(startService));
  onTestFinished(async () => {
    await Promise.all(services.map((service) => service.stop()));
  });
  // A busy machine is no outage of Redis.
  const gateway = await startCachingGateway(services, { ...options, cache: { maxWait: 5000, ...options.cache } });
  onTestFinished(async () => {
    await gateway.stop();
  });
  return { ...gateway, services };
}
