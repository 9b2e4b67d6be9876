// Request context of the configuration's resolvers, policies and plugins.
import type { ExecutionResult } from 'graphql';

/** The authenticated caller of a request. */
export interface Identity {
  /** Unique among all identities of all issuers; rate limits and private responses are keyed by it. */
  key: string;
  /** Id of the user or machine, as the issuer names it and as the services know it. */
  subject: string;
  /** The issuer of the token, or `api-key`, or `header`. */
  issuer: string;
  scopes: readonly string[];
  roles: readonly string[];
  /** All claims of the token; empty for other credentials. */
  claims: Readonly<Record<string, unknown>>;
  /** The rate plan of an API key that has one of its own: a name in `rateLimits.plans`. */
  ratePlan?: string;
}

export interface GatewayContext {
  /** From `x-request-id`, or generated; sent to the subgraphs, logged, and returned to the client. */
  requestId: string;
  /** Null for anonymous requests. */
  identity: Identity | null;
  /** Aborted when the client disconnects or the gateway gives up. */
  signal: AbortSignal;
}

/** Context of resolvers: of the gateway's own fields, and of clients' own fields. */
export interface ResolverContext extends GatewayContext {
  /**
   * Executes a query or mutation on the whole graph, in the graph's names and with the rights of the gateway's caller.
   * Equal queries with equal variables are executed once in an operation. The result is frozen, because it is shared.
   *
   * @example
   * const { data, errors } = await context.graph('query ($id: ID!) { order(id: $id) { total } }', { id });
   */
  graph(query: string, variables?: Record<string, unknown>): Promise<ExecutionResult>;
  /**
   * Loads an entity by its id, with the rights of the gateway's caller. Loads of one type with one selection at the
   * same time become one nested operation, and an id is loaded once in an operation.
   *
   * @param type an object type of the graph that services find by one field, such as `@merge(keyField: "id")`.
   * @param id the value of that field.
   * @param selection fields in the graph's names, such as `'name price { amount }'`.
   * @returns the entity, frozen; null where no service has it.
   * @throws GraphQLError with a code where anything of this entity has failed; other ids are not affected.
   *
   * @example
   * Product: { label: async ({ id }, _args, context) => (await context.load('Product', id, 'name'))?.name }
   */
  load<Entity = Record<string, unknown>>(
    type: string,
    id: unknown,
    selection: string,
  ): Promise<Readonly<Entity> | null>;
}
