// Extended response: a result with extensions of the gateway beside its own.
import type { GraphQLError } from 'graphql';
import type { GraphQLResponse } from '../execute/response.ts';
import type { Result } from './stages.ts';

export class ExtendedResponse implements GraphQLResponse {
  readonly data: Record<string, unknown> | null;
  declare readonly errors?: readonly GraphQLError[];
  readonly extensions: Readonly<Record<string, unknown>>;

  constructor({ data = null, errors, extensions }: Result, added: Readonly<Record<string, unknown>>) {
    this.data = data;
    if (errors) this.errors = errors;
    this.extensions = { ...extensions, ...added };
  }

  stringify(): string {
    return JSON.stringify({ data: this.data, errors: this.errors, extensions: this.extensions });
  }
}
