// What resolvers, policies and plugins of a configuration may know about the request they serve.
import type { ExecutionResult } from 'graphql';

/** Who is asking. */
export interface Identity {
  /** Differs between any two identities, whoever vouches for them: what limits and private answers are kept under. */
  key: string;
  /** The user's (or machine's) id, as whoever vouches for it says it, and as the services know it. */
  subject: string;
  /** Who vouches: the issuer of a token, or `api-key`, or `header`. */
  issuer: string;
  scopes: readonly string[];
  roles: readonly string[];
  /** All that a token says; empty for others. */
  claims: Readonly<Record<string, unknown>>;
  /** The rate plan of an API key that has one of its own: a name in `rateLimits.plans`. */
  ratePlan?: string;
}

export interface GatewayContext {
  /** From `x-request-id`, or made by the gateway; goes to the subgraphs, the log, and back to the client. */
  requestId: string;
  /** Null when nobody has signed in. */
  identity: Identity | null;
  /** Aborted when the client has gone or the gateway gives up. */
  signal: AbortSignal;
}

/** What the resolvers of the gateway's own fields get, and of clients' own fields. */
export interface ResolverContext extends GatewayContext {
  /**
   * Executes a query or mutation on the whole graph, in the graph's names and for the caller of the gateway, whose rights
   * hold. Equal queries with equal variables are executed once in an operation. Its result is frozen: it is shared.
   *
   * @example
   * const { data, errors } = await context.graph('query ($id: ID!) { order(id: $id) { total } }', { id });
   */
  graph(query: string, variables?: Record<string, unknown>): Promise<ExecutionResult>;
  /**
   * Loads an entity by its id, for the caller of the gateway, whose rights hold. What resolvers load of one type with one
   * selection at the same time is one nested operation, and an id is loaded once in an operation.
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
