// Which graph a request is for: the whole one, or a client's view of it. A client is named in the address,
// `/graphql/web`, or by the header `graphql-client-name`, with its version in `graphql-client-version`.
import type { IncomingHttpHeaders } from 'node:http';
import type { CheckAccess } from '../policy/client-access.ts';
import type { Cors } from './cors.ts';
import type { GraphqlHandler } from './graphql-handler.ts';
import type { NestedExecution } from './nested-execution.ts';
import type { Pipeline } from './pipeline.ts';
import type { RequestContext } from './request-context.ts';

/** A graph as it is served. */
export interface Endpoint {
  pipeline: Pipeline;
  /** What resolvers execute on it. */
  nested: NestedExecution;
  handle: GraphqlHandler;
  /** The client whose view it is, as the folder is called: `web`, or `web@1`; null for the whole graph. */
  client: string | null;
  /** A name in `rateLimits.plans`. */
  ratePlan: string | null;
  /** Null where every caller may use it. */
  checkAccess: CheckAccess | null;
  /** Whether its page (GraphiQL) opens for callers who may not use it. */
  isPageOpen: boolean;
  /** Pages of other origins that may send requests; null for none. */
  cors: Cors | null;
}

const basePath = '/graphql';

/** In characters. */
const MAX_NAME_LENGTH = 128;

const nameHeaders = ['graphql-client-name', 'x-graphql-client-name', 'apollographql-client-name'];
const versionHeaders = ['graphql-client-version', 'x-graphql-client-version', 'apollographql-client-version'];

export class Endpoints {
  /** The whole graph. */
  readonly graph: Endpoint;
  readonly #clients: ReadonlyMap<string, Endpoint>;
  readonly #clientsOnly: boolean;
  /** Names of clients of which there are several versions. */
  readonly #versionedNames: ReadonlySet<string>;

  /**
   * @param clients by `name` and by `name@version`.
   * @param clientsOnly whether requests that name no client are refused, in place of getting the whole graph.
   */
  constructor(graph: Endpoint, clients: ReadonlyMap<string, Endpoint>, clientsOnly = false) {
    this.graph = graph;
    this.#clients = clients;
    this.#clientsOnly = clientsOnly;
    this.#versionedNames = new Set(
      [...clients].flatMap(([reference, endpoint]) => {
        const [name = ''] = reference.split('@');
        return (clients.get(name) ?? endpoint) === endpoint && clients.has(name) ? [] : [name];
      }),
    );
  }

  /** Whether anything is served at this path, for whatever client. */
  has(path: string): boolean {
    return path === basePath || path.startsWith(`${basePath}/`);
  }

  /** The graph for a request at `path`; a text says why there is none. */
  select(path: string, headers: IncomingHttpHeaders): Endpoint | string {
    if (this.#clients.size === 0 && path === basePath && !this.#clientsOnly) return this.graph;
    const version = textOf(headers, versionHeaders);
    if (path !== basePath) {
      const reference = decode(path.slice(basePath.length + 1));
      return this.#find(reference, version) ?? `There is no client of this name. ${this.#known}`;
    }
    const name = textOf(headers, nameHeaders);
    const named = name === undefined ? undefined : this.#find(name, version);
    if (named) return named;
    if (!this.#clientsOnly) return this.graph;
    return `Say which client this is, by /graphql/<client> or graphql-client-name. ${this.#known}`;
  }

  /** Notes on a request's context what its endpoint says of it, and what its sender calls itself. */
  note(endpoint: Endpoint, headers: IncomingHttpHeaders, context: RequestContext): void {
    context.nestedGraph = this.graph.nested;
    context.client = endpoint.client;
    context.ratePlan = endpoint.ratePlan;
    // Where its page is open, every signed-in caller may use it.
    context.clientAccess = endpoint.isPageOpen ? null : endpoint.checkAccess;
    context.clientName = endpoint.client ?? textOf(headers, nameHeaders)?.slice(0, MAX_NAME_LENGTH) ?? null;
    context.clientVersion = textOf(headers, versionHeaders)?.slice(0, MAX_NAME_LENGTH) ?? null;
  }

  /** Header fields by which `choose` decides at this path: caches on the way must not take one client's answer for another's. */
  selectedBy(path: string): readonly string[] {
    if (this.#clients.size === 0) return [];
    if (path === basePath) return [...nameHeaders, ...versionHeaders];
    return this.#versionedNames.has(decode(path.slice(basePath.length + 1))) ? versionHeaders : [];
  }

  /** A version of its own if there is one: clients also say which release of theirs this is, which is no matter of views. */
  #find(name: string, version: string | undefined): Endpoint | undefined {
    return (version === undefined ? undefined : this.#clients.get(`${name}@${version}`)) ?? this.#clients.get(name);
  }

  get #known(): string {
    const names = [...this.#clients.keys()];
    return names.length === 0 ? 'GraphQL is at /graphql.' : `There are ${names.join(', ')}.`;
  }
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
