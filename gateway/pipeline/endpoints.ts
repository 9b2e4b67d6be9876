// Endpoints of the gateway: the whole graph, and one for each client's view. A request names the client in its path,
// `/graphql/web`, or by the header `graphql-client-name`, with the version in `graphql-client-version`. Names of clients
// are listed to others in development alone.
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { ClientDirectory } from '../client-views/client-directory.ts';
import type { Priority } from '../config/overload.ts';
import type { CheckAccess } from '../policy/client-access.ts';
import { deadlineHeader, requestedTime } from '../transport/deadline.ts';
import type { Api } from './api.ts';
import type { Cors } from './cors.ts';
import type { NestedExecution } from './nested-execution.ts';
import type { Pipeline } from './pipeline.ts';
import type { RequestContext } from './request-context.ts';
import type { UnknownClients } from './unknown-clients.ts';

/** Serves an admitted request for a graph. Any exception is a defect. */
export type GraphqlHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  context: RequestContext,
) => Promise<void> | void;

/** What an API has at one path, which may be an error. */
export interface ApiResource {
  /** The value of `Allow`. */
  allow: string;
  /** Whether it is served to callers that may not use the client: a page without data. */
  isOpen: boolean;
  handle: GraphqlHandler;
}

/** An API of one client. */
export interface ClientApi {
  /** @param path below that of the client: empty, or it begins with a slash. */
  at(path: string): ApiResource;
}

/** A graph as it is served. */
export interface Endpoint {
  pipeline: Pipeline;
  /** Nested execution, for operations of resolvers. */
  nested: NestedExecution;
  handle: GraphqlHandler;
  /** Client of the view, by the name of its folder: `web`, or `web@1`; null for the whole graph. */
  client: string | null;
  /** A name in `rateLimits.plans`. */
  ratePlan: string | null;
  /** Of its authenticated callers; null where it gives none. */
  priority: Priority | null;
  /** Null where every caller is allowed. */
  checkAccess: CheckAccess | null;
  /** Whether its page (GraphiQL) is served also to callers without access. */
  isPageOpen: boolean;
  /** Other origins whose pages may send requests; null for none. */
  cors: Cors | null;
  /** Its APIs besides GraphQL. */
  apis?: Readonly<Partial<Record<Api, ClientApi>>>;
}

/** In characters. */
const MAX_NAME_LENGTH = 128;

const nameHeaders = ['graphql-client-name', 'x-graphql-client-name', 'apollographql-client-name'];
const versionHeaders = ['graphql-client-version', 'x-graphql-client-version', 'apollographql-client-version'];

export interface EndpointsOptions {
  /** Path of the whole graph, such as "/graphql". */
  path: string;
  clients: ClientDirectory<Endpoint>;
  /** Whether requests that name no client are rejected; else they get the whole graph. */
  clientsOnly: boolean;
  /** Whether messages about a client that does not exist name those that do. */
  listsClients: boolean;
  /** Milliseconds for a request. Default: without a deadline. */
  deadline?: number;
  /** Counts names that are no client's; without it they are not counted. */
  unknown?: UnknownClients;
  /** Paths of APIs, such as "/rest", which clients' names follow. Default: none. */
  apiPaths?: Readonly<Partial<Record<Api, string>>>;
}

/** A path of an API in its parts: `/rest/web/products/p1`. */
interface ApiPath {
  api: Api;
  /** Of the API: `/rest`. */
  base: string;
  /** The client as it is written: `web`. */
  client: string;
  /** `/products/p1`. */
  rest: string;
}

export class Endpoints {
  /** The whole graph. */
  readonly graph: Endpoint;
  readonly #options: EndpointsOptions;
  readonly #apis: readonly (readonly [api: Api, base: string])[];

  constructor(graph: Endpoint, options: EndpointsOptions) {
    this.graph = graph;
    this.#options = options;
    this.#apis = Object.entries(options.apiPaths ?? {}) as [Api, string][];
  }

  /** Path of the whole graph; those of clients begin with it. */
  get path(): string {
    return this.#options.path;
  }

  /** Whether the path is that of an endpoint, for any client. */
  has(requested: string): boolean {
    return this.#hasGraph(canonical(requested)) || this.#apiPath(requested) !== null;
  }

  #hasGraph(path: string): boolean {
    return path === this.path || path.startsWith(`${this.path}/`);
  }

  /** Pattern of the path of an endpoint, such as "/graphql/:client"; undefined for other paths. */
  routeOf(requested: string): string | undefined {
    const path = canonical(requested);
    if (this.#hasGraph(path)) return path === this.path ? this.path : `${this.path}/:client`;
    const base = this.#apiPath(requested)?.base;
    return base && `${base}/:client`;
  }

  /** The API that a path belongs to; null for GraphQL. */
  apiAt(requested: string): Api | null {
    if (this.#apis.length === 0 || this.#hasGraph(canonical(requested))) return null;
    return this.#apiPath(requested)?.api ?? null;
  }

  /** What an endpoint has at the path of an API. @throws Error for a path of no API of the endpoint. */
  resourceAt(requested: string, { apis }: Endpoint): ApiResource {
    const path = this.#apiPath(requested);
    const api = path && apis?.[path.api];
    if (!api) throw new Error('The path was selected for an endpoint that does not have it.');
    return api.at(path.rest);
  }

  #apiPath(path: string): ApiPath | null {
    for (const [api, base] of this.#apis) {
      if (!path.startsWith(base) || path[base.length] !== '/') continue;
      const start = base.length + 1;
      const slash = path.indexOf('/', start);
      const end = slash === -1 ? path.length : slash;
      return { api, base, client: path.slice(start, end), rest: path.slice(end) };
    }
    return null;
  }

  /** The endpoint for a request at `path`; or the message for a request without one. */
  select(requested: string, headers: IncomingHttpHeaders): Endpoint | string {
    const path = canonical(requested);
    if (!this.#hasGraph(path)) return this.#selectApi(requested, headers);
    const { clients, clientsOnly, unknown } = this.#options;
    if (clients.isEmpty && path === this.path && !clientsOnly) return this.graph;
    const version = textOf(headers, versionHeaders);
    if (path !== this.path) {
      const called = decode(path.slice(this.path.length + 1));
      return clients.find(called, version) ?? this.#noClient(called);
    }
    const name = textOf(headers, nameHeaders)?.slice(0, MAX_NAME_LENGTH);
    if (name === undefined) {
      return clientsOnly ? this.#unnamed : this.graph;
    }
    const named = clients.find(name, version);
    if (named) return named;
    if (clientsOnly) return this.#noClient(name);
    unknown?.note(name, () => clients.suggestion(name));
    return this.graph;
  }

  #selectApi(requested: string, headers: IncomingHttpHeaders): Endpoint | string {
    const path = this.#apiPath(requested);
    const called = decode(path?.client ?? '');
    const endpoint = this.#options.clients.find(called, textOf(headers, versionHeaders));
    if (!endpoint) return this.#noClient(called);
    return path && endpoint.apis?.[path.api] ? endpoint : `There is nothing at ${path?.base}/ for this client.`;
  }

  /** Records the endpoint's settings, and the client's name and version, on the context of a request. */
  note(endpoint: Endpoint, headers: IncomingHttpHeaders, context: RequestContext): void {
    context.nestedGraph = this.graph.nested;
    const { deadline = Number.POSITIVE_INFINITY } = this.#options;
    context.timeLimit = Math.min(deadline, requestedTime(headers[deadlineHeader]));
    context.deadline = context.started + context.timeLimit;
    context.client = endpoint.client;
    context.ratePlan = endpoint.ratePlan;
    context.priority = endpoint.priority;
    // An endpoint with an open page allows every authenticated caller.
    context.clientAccess = endpoint.isPageOpen ? null : endpoint.checkAccess;
    context.clientName = endpoint.client ?? textOf(headers, nameHeaders)?.slice(0, MAX_NAME_LENGTH) ?? null;
    context.clientVersion = textOf(headers, versionHeaders)?.slice(0, MAX_NAME_LENGTH) ?? null;
  }

  /**
   * Header fields that select the endpoint at this path, for `Vary`: downstream caches must not mix the clients'
   * responses.
   */
  selectedBy(requested: string): readonly string[] {
    const { clients } = this.#options;
    if (clients.isEmpty) return [];
    const path = canonical(requested);
    if (path === this.path) return [...nameHeaders, ...versionHeaders];
    const called = this.#hasGraph(path) ? path.slice(this.path.length + 1) : this.#apiPath(requested)?.client;
    return clients.isVersioned(decode(called ?? '')) ? versionHeaders : [];
  }

  get #unnamed(): string {
    return `Name the client, by ${this.path}/<client> or graphql-client-name.${this.#known}`;
  }

  #noClient(called: string): string {
    const { clients, listsClients } = this.#options;
    const suggestion = listsClients ? clients.suggestion(called) : '';
    return `There is no client of this name${suggestion || '.'}${this.#known}`;
  }

  /** What there is besides, after the end of a sentence. */
  get #known(): string {
    const { clients, clientsOnly, listsClients } = this.#options;
    if (listsClients && clients.names.length > 0) return ` Known clients: ${clients.names.join(', ')}.`;
    return clientsOnly ? '' : ` GraphQL is at ${this.path}.`;
  }
}

/** Without the slash that some clients and proxies write at the end of a path. */
function canonical(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path;
}

function textOf(headers: IncomingHttpHeaders, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = headers[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
