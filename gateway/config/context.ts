// What resolvers, policies and plugins of a configuration may know about the request they serve.

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
