// Rejection of a request or an operation, with the reason. A value, not an exception: each stage of the pipeline
// returns it.
import type { GraphQLError } from 'graphql';
import type { HeaderField } from './rate-limits/header-fields.ts';

/**
 * The rejected part: a document that is not executed (unknown, invalid, or without such an operation), a request (too
 * large, too many), or an operation that was checked. Transports report the first as their protocol requires; the last
 * has a result.
 */
export type RejectedPart = 'document' | 'request' | 'operation';

export interface RejectionOptions {
  /** Default: `operation`. */
  part?: RejectedPart;
  /** HTTP status; default: that of the first error (`extensions.http.status`), or 200. */
  status?: number;
  /** Header fields of the response. */
  headers?: readonly HeaderField[];
  /** Whether the response has `data: null`: the operation was valid, and a null has reached its root. */
  hasData?: boolean;
}

export class Rejection {
  readonly errors: readonly GraphQLError[];
  readonly part: RejectedPart;
  readonly status: number;
  readonly headers: readonly HeaderField[];
  readonly #hasData: boolean;

  constructor(
    errors: readonly GraphQLError[],
    { part = 'operation', status, headers = [], hasData = false }: RejectionOptions = {},
  ) {
    this.errors = errors;
    this.part = part;
    this.status = status ?? statusOf(errors[0]) ?? 200;
    this.headers = headers;
    this.#hasData = hasData;
  }

  /** Result that clients get in place of the operation's. */
  get result(): { data?: null; errors: readonly GraphQLError[] } {
    return this.#hasData ? { data: null, errors: this.errors } : { errors: this.errors };
  }
}

function statusOf(error: GraphQLError | undefined): number | undefined {
  return (error?.extensions.http as { status?: number } | undefined)?.status;
}
