// Builds the response from executed fetches, as JSON text or as data.
import type { GraphQLError } from 'graphql';
import type { CompiledPlan } from './compiled-plan.ts';
import { type Completed, completeResponse } from './complete.ts';
import type { ExecutionState } from './execution-state.ts';
import type { DegradedFields } from './fallbacks.ts';

/** An execution result with its JSON text. */
export interface GraphQLResponse {
  readonly data: Record<string, unknown> | null;
  readonly errors?: readonly GraphQLError[];
  readonly extensions?: Readonly<Record<string, unknown>>;
  /** The fields that have their fallbacks, since a subgraph is down: such a response is not cached. */
  readonly degraded?: DegradedFields | undefined;
  /** The whole result as JSON text; Yoga calls it in place of JSON.stringify. */
  stringify(): string;
}

export function buildResponse(compiled: CompiledPlan, state: ExecutionState): GraphQLResponse {
  const text = state.clean ? compiled.write?.(state.root, state.escapes) : null;
  if (typeof text === 'string') return new SerializedResponse(text, compiled, state);
  return completedResponse(completeResponse(compiled, state));
}

/** A response of completed data. */
export function completedResponse({ data, errors, degraded }: Completed): GraphQLResponse {
  if (degraded) return new DegradedResponse(data, errors, degraded);
  return errors.length === 0 ? new CompletedResponse(data) : new CompletedResponse(data, errors);
}

/** Whether the response was written as text at once, which is done where nothing in it is missing. */
export function isSerialized(response: object): boolean {
  return response instanceof SerializedResponse;
}

/** Whether any field of a response has its fallback. */
export function isDegraded(response: object): boolean {
  return response instanceof DegradedResponse;
}

/** Whether a response has all that its operation selects: no errors, and no fallbacks. */
export function isWhole(response: { readonly errors?: readonly unknown[] | undefined }): boolean {
  return !response.errors && !isDegraded(response);
}

/** A response without data. */
export function failedResponse(errors: readonly GraphQLError[]): GraphQLResponse {
  return new CompletedResponse(null, errors);
}

/** Text first; the data is built only for a plugin that reads it. */
class SerializedResponse implements GraphQLResponse {
  readonly stringify: () => string;
  readonly #compiled: CompiledPlan;
  readonly #state: ExecutionState;
  #data: Record<string, unknown> | null | undefined;

  constructor(text: string, compiled: CompiledPlan, state: ExecutionState) {
    this.stringify = () => text;
    this.#compiled = compiled;
    this.#state = state;
  }

  get data(): Record<string, unknown> | null {
    if (this.#data === undefined) this.#data = completeResponse(this.#compiled, this.#state).data;
    return this.#data;
  }
}

class CompletedResponse implements GraphQLResponse {
  readonly data: Record<string, unknown> | null;
  declare readonly errors?: readonly GraphQLError[];

  constructor(data: Record<string, unknown> | null, errors?: readonly GraphQLError[]) {
    this.data = data;
    if (errors) this.errors = errors;
  }

  /** On the prototype: a changed copy of the result then gets plain JSON of its own data. */
  stringify(): string {
    return JSON.stringify({ data: this.data, errors: this.errors });
  }
}

class DegradedResponse extends CompletedResponse {
  readonly extensions: Readonly<Record<string, unknown>>;
  readonly #degraded: DegradedFields;

  constructor(data: Record<string, unknown> | null, errors: readonly GraphQLError[], degraded: DegradedFields) {
    super(data, errors.length === 0 ? undefined : errors);
    this.extensions = degraded.extensions;
    this.#degraded = degraded;
  }

  /** Not part of the JSON text. */
  get degraded(): DegradedFields {
    return this.#degraded;
  }

  override stringify(): string {
    return JSON.stringify({ data: this.data, errors: this.errors, extensions: this.extensions });
  }
}
