// Resolver context, for resolvers of the gateway's own fields: reading the caller's identity makes the response
// private.
import type { Identity, ResolverContext } from '../config/context.ts';
import type { Cacheability } from '../transport/cacheability.ts';
import type { RequestLoads } from './request-loads.ts';

/** Part of a request context that resolvers can use. */
interface ResolverSource {
  readonly requestId: string;
  readonly identity: Identity | null;
  readonly signal: AbortSignal;
  readonly cacheability: Cacheability;
  readonly loads: Pick<RequestLoads<never>, 'graph' | 'load'>;
}

/** Own and enumerable accessors: destructuring and copying the context read it too. */
export function createResolverContext(context: ResolverSource): ResolverContext {
  return {
    requestId: context.requestId,
    get identity() {
      context.cacheability.makePrivate();
      return context.identity;
    },
    get signal() {
      return context.signal;
    },
    graph: (query, variables = {}) => context.loads.graph(query, variables),
    load: <Entity>(type: string, id: unknown, selection: string) =>
      context.loads.load(type, id, selection) as Promise<Readonly<Entity> | null>,
  };
}
