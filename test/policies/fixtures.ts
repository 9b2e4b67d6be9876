// Gateways over the guarded graph, and the transports to one: each gives the same response to the same operation.
import type { ExecutionResult } from 'graphql';
import { createGateway, type Gateway, type GatewayConfig } from '../../gateway/index.ts';
import { temporaryFolder } from '../harness/folder.ts';
import {
  ownResolvers,
  ownSdl,
  peopleSdl,
  type RecordingService,
  shopSdl,
  startPeopleAndShop,
  withoutPolicies,
} from './guarded-graph.ts';
import { type Identities, startIdentities } from './identities.ts';

export interface Requested {
  query: string;
  variables?: Record<string, unknown>;
  headers?: Record<string, string>;
}

export interface Received {
  status: number;
  headers: Headers;
  /** The body as text, and the response in it. */
  text: string;
  response: { data?: unknown; errors?: { message: string; path?: (string | number)[]; extensions: ErrorExtensions }[] };
}

interface ErrorExtensions {
  code: string;
  retryAfter?: number;
}

export interface Fixtures {
  services: RecordingService[];
  identities: Identities;
  /** The address of a gateway; with `guarded: false` everything is allowed to every caller. */
  start(options?: Partial<GatewayConfig>, guarded?: boolean): Promise<string>;
  gateways: Map<string, Gateway>;
  /** Documents that the services received since this was last read. */
  requested(): string[];
  stop(): Promise<void>;
}

export async function startFixtures(): Promise<Fixtures> {
  const services = await startPeopleAndShop();
  const identities = await startIdentities();
  const gateways = new Map<string, Gateway>();
  const ends: (() => unknown)[] = [];
  const files = (change: (sdl: string) => string) => ({
    'people.graphql': change(peopleSdl),
    'shop.graphql': change(shopSdl),
    'own.graphql': change(ownSdl),
  });
  const folders = {
    guarded: temporaryFolder(
      files((sdl) => sdl),
      (remove) => ends.push(remove),
    ),
    open: temporaryFolder(files(withoutPolicies), (remove) => ends.push(remove)),
  };
  return {
    services,
    identities,
    gateways,
    async start(options = {}, guarded = true) {
      const gateway = createGateway(configOf(services, identities, options), guarded ? folders.guarded : folders.open);
      const url = `${await gateway.start()}/graphql`;
      gateways.set(url, gateway);
      return url;
    },
    requested: () => services.flatMap(({ requested }) => requested.splice(0)),
    async stop() {
      for (const gateway of gateways.values()) await gateway.stop();
      for (const { stop } of services) await stop();
      await identities.stop();
      for (const end of ends) end();
    },
  };
}

/** The configuration's policies: what the names in the graph stand for. */
export const policies = {
  open: () => true,
  closed: () => false,
  owner: async ({ identity }: { identity: { subject: string } | null }) => identity?.subject === 'u1',
  throwing: () => {
    throw new Error('no such table: secret');
  },
  slow: () => new Promise<boolean>((resolve) => setImmediate(resolve, true)),
};

function configOf(
  services: readonly RecordingService[],
  { issuer, jwks }: Identities,
  { authorization, limits, ...options }: Partial<GatewayConfig>,
): GatewayConfig {
  return {
    port: 0,
    log: { level: 'silent' },
    overload: false,
    subgraphs: Object.fromEntries(services.map(({ name, url }) => [name, { url, schema: `${name}.graphql` }])),
    fields: { schema: 'own.graphql', resolvers: ownResolvers },
    authentication: { jwt: [{ issuer, jwks, audience: 'graph' }] },
    authorization: { policies, ...authorization },
    limits: { introspection: true, ...limits },
    // A subscription is open when its test is over.
    shutdownGrace: '10ms',
    ...options,
  };
}

export async function post(url: string, { query, variables, headers }: Requested, accept?: string): Promise<Received> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(accept && { accept }), ...headers },
    body: JSON.stringify({ query, ...(variables && { variables }) }),
  });
  return read(response, JSON.parse);
}

export async function get(url: string, { query, variables, headers }: Requested): Promise<Received> {
  const parameters = new URLSearchParams({ query, ...(variables && { variables: JSON.stringify(variables) }) });
  const preflight = { 'graphql-client-name': 'test', 'x-graphql-yoga-csrf': '1', 'apollo-require-preflight': '1' };
  const response = await fetch(`${url}?${parameters}`, {
    headers: { accept: 'application/json', ...preflight, ...headers },
  });
  return read(response, JSON.parse);
}

/** Several operations in one request. */
export async function batch(
  url: string,
  operations: readonly Omit<Requested, 'headers'>[],
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: Headers; responses: Received['response'][] }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(operations),
  });
  return { status: response.status, headers: response.headers, responses: await response.json() };
}

/** The first event of a response of server-sent events. */
export async function firstEvent(url: string, requested: Requested): Promise<Received> {
  const abort = new AbortController();
  const { query, variables, headers } = requested;
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
    body: JSON.stringify({ query, ...(variables && { variables }) }),
    signal: abort.signal,
  });
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const event = /event: next\ndata: (.*)\n\n/.exec(text);
    const { value, done } = event ? { value: undefined, done: true } : await reader.read();
    if (event || done) {
      abort.abort();
      const result = JSON.parse(event?.[1] ?? text) as Received['response'];
      return { status: response.status, headers: response.headers, text, response: result };
    }
    text += decoder.decode(value, { stream: true });
  }
}

async function read(response: Response, parse: (text: string) => unknown): Promise<Received> {
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, response: parse(text) as Received['response'] };
}

/** The codes of a response's errors at their paths, sorted: errors of parallel fields have no order. */
export function codesOf({ errors = [] }: Received['response'] | ExecutionResult): string[] {
  return errors.map(({ path, extensions }) => `${path?.join('.')}: ${extensions?.code}`).sort();
}
