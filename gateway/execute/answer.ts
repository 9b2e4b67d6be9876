// The end of the way: what was found becomes the answer, as JSON text or as plain data, whichever is asked for.
import type { GraphQLError } from 'graphql';
import type { CompiledPlan } from './compiled-plan.ts';
import { completeAnswer } from './complete.ts';
import type { Found } from './found.ts';

/** An execution result that knows its JSON text. */
export interface Answer {
  readonly data: Record<string, unknown> | null;
  readonly errors?: readonly GraphQLError[];
  /** The whole result as JSON text; Yoga calls it in place of JSON.stringify. */
  stringify(): string;
}

export function toAnswer(compiled: CompiledPlan, found: Found): Answer {
  const text = found.clean ? compiled.write?.(found.root, found.escapes) : null;
  if (typeof text === 'string') return new WrittenAnswer(text, compiled, found);
  const { data, errors } = completeAnswer(compiled, found);
  return errors.length === 0 ? new CompletedAnswer(data) : new CompletedAnswer(data, errors);
}

/** An answer without data. */
export function failedAnswer(errors: readonly GraphQLError[]): Answer {
  return new CompletedAnswer(null, errors);
}

/** Text first; the data is made only for a plugin that asks. */
class WrittenAnswer implements Answer {
  readonly stringify: () => string;
  readonly #compiled: CompiledPlan;
  readonly #found: Found;
  #data: Record<string, unknown> | null | undefined;

  constructor(text: string, compiled: CompiledPlan, found: Found) {
    this.stringify = () => text;
    this.#compiled = compiled;
    this.#found = found;
  }

  get data(): Record<string, unknown> | null {
    if (this.#data === undefined) this.#data = completeAnswer(this.#compiled, this.#found).data;
    return this.#data;
  }
}

class CompletedAnswer implements Answer {
  readonly data: Record<string, unknown> | null;
  declare readonly errors?: readonly GraphQLError[];

  constructor(data: Record<string, unknown> | null, errors?: readonly GraphQLError[]) {
    this.data = data;
    if (errors) this.errors = errors;
  }

  /** On the prototype: whoever copies the result and changes it gets plain JSON of what it is then. */
  stringify(): string {
    return JSON.stringify({ data: this.data, errors: this.errors });
  }
}
