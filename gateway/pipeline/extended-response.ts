// Extended response: a result with extensions of the gateway beside its own.
import type { GraphQLError } from 'graphql';
import type { DegradedFields } from '../execute/fallbacks.ts';
import type { GraphQLResponse } from '../execute/response.ts';
import type { Result } from './stages.ts';

export class ExtendedResponse implements GraphQLResponse {
  readonly data: Record<string, unknown> | null;
  declare readonly errors?: readonly GraphQLError[];
  readonly extensions: Readonly<Record<string, unknown>>;
  readonly #degraded: DegradedFields | undefined;

  constructor(result: Result, added: Readonly<Record<string, unknown>>) {
    const { data = null, errors, extensions } = result;
    this.data = data;
    if (errors) this.errors = errors;
    this.extensions = { ...extensions, ...added };
    this.#degraded = 'degraded' in result ? result.degraded : undefined;
  }

  get degraded(): DegradedFields | undefined {
    return this.#degraded;
  }

  stringify(): string {
    return JSON.stringify({ data: this.data, errors: this.errors, extensions: this.extensions });
  }
}
