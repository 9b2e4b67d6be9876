// What resolvers and plugins of a configuration may know about the request they serve.

/** Who is asking. */
export interface Identity {
  /** The user's id, as the services know it. */
  subject: string;
}

export interface GatewayContext {
  /** From `x-request-id`, or made by the gateway; goes to the subgraphs, the log, and back to the client. */
  requestId: string;
  /** Null when nobody has signed in. */
  identity: Identity | null;
  /** Aborted when the client has gone or the gateway gives up. */
  signal: AbortSignal;
}
