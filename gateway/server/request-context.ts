// One request while it is served: who asks, what was called, what will stand in its log line.
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { GraphQLError } from 'graphql';
import type { GatewayContext, Identity } from '../config/context.ts';
import { identify } from '../policy/identity.ts';
import { Cancellation } from '../transport/cancellation.ts';
import type { SubgraphCall, SubgraphScope } from '../transport/subgraph-client.ts';

export class RequestContext implements GatewayContext, SubgraphScope {
  readonly requestId: string;
  readonly identity: Identity | null;
  readonly calls: SubgraphCall[] = [];
  readonly cancellation = new Cancellation();
  readonly started = performance.now();
  /** The operation's name, once it is known. */
  operation: string | undefined;
  /** Codes of the errors in the answer. */
  errorCodes: string[] | undefined;

  constructor(request: IncomingMessage) {
    this.requestId = requestIdOf(request);
    this.identity = identify(request.headers);
  }

  noteErrors(errors: readonly GraphQLError[]): void {
    this.errorCodes = [...new Set(errors.map((error) => String(error.extensions.code ?? 'UNKNOWN')))];
  }

  get signal(): AbortSignal {
    return this.cancellation.signal;
  }
}

/** The caller's `x-request-id` if it is one that can be logged and passed on, else a new one. */
function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:/+=-]{1,128}$/.test(given) ? given : randomUUID();
}
