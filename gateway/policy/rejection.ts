// Rejection: why a request or an operation is not executed. A value and no exception: each stage of the pipeline hands it on.
import type { GraphQLError } from 'graphql';
import type { HeaderField } from './rate-limits/header-fields.ts';

/**
 * What is rejected: a document that is not executed (unknown, invalid, or without such an operation), a request (too large, too
 * many), or an operation that was checked. Transports word the first as their protocol has it; the last has a result.
 */
export type RejectedPart = 'document' | 'request' | 'operation';

export interface RejectionOptions {
  /** `operation` by default. */
  part?: RejectedPart;
  /** HTTP status; by default that of the first error (`extensions.http.status`), or 200. */
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

  /** The result that clients get in place of one of the operation. */
  get result(): { data?: null; errors: readonly GraphQLError[] } {
    return this.#hasData ? { data: null, errors: this.errors } : { errors: this.errors };
  }
}

function statusOf(error: GraphQLError | undefined): number | undefined {
  return (error?.extensions.http as { status?: number } | undefined)?.status;
}
