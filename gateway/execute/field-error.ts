// Field error: a problem at one place of the response, as plain data. Capturing the stack of a GraphQLError is
// expensive, so one is made only of the errors that clients get.
import { GraphQLError } from 'graphql';
import { operationError, withoutStacks } from '../errors.ts';

export type Key = string | number;
/** A place of the response: the last key of its path, and the place above. */
export type Path = { parent: Path; key: Key } | undefined;
export type Extensions = Readonly<Record<string, unknown>>;

export class FieldError {
  readonly message: string;
  /** With `code`. */
  readonly extensions: Extensions;
  /** Undefined where it belongs to no field. */
  readonly path: readonly Key[] | undefined;
  readonly #origin: FieldError;
  #isReported = false;
  #isDismissed = false;
  #isOutage = false;

  constructor(message: string, extensions: Extensions, path?: readonly Key[], origin?: FieldError) {
    this.message = message;
    this.extensions = extensions;
    this.path = path;
    this.#origin = origin ?? this;
  }

  /** The same error with another path. */
  at(path: readonly Key[] | undefined): FieldError {
    return path === this.path ? this : new FieldError(this.message, this.extensions, path, this.#origin);
  }

  /** Whether the response already contains it, at this or another place. */
  get isReported(): boolean {
    return this.#origin.#isReported;
  }

  markReported(): void {
    this.#origin.#isReported = true;
  }

  /** For a response that is built again. */
  markUnreported(): void {
    this.#origin.#isReported = false;
  }

  /** Whether a subgraph is down: the whole request for the field has failed, and no field in particular. */
  get isOutage(): boolean {
    return this.#origin.#isOutage;
  }

  /** Marks the failure of a subgraph as a whole. */
  asOutage(): this {
    this.#origin.#isOutage = true;
    return this;
  }

  /** Whether it needs no place: it is about something that the client does not select, or a fallback stands for it. */
  get isDismissed(): boolean {
    return this.#origin.#isDismissed;
  }

  dismiss(): void {
    this.#origin.#isDismissed = true;
  }
}

/** Errors in one response, unless the engine's options have another number. */
export const MAX_ERRORS = 100;

/** Collects the errors of one response: the first ones, and the number of those that follow. */
export class ErrorList {
  readonly #max: number;
  readonly #errors: FieldError[] = [];
  #omitted = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get isFull(): boolean {
    return this.#errors.length >= this.#max;
  }

  add(error: FieldError): void {
    if (this.isFull) this.#omitted += 1;
    else this.#errors.push(error);
  }

  /** Counts errors that are not shown. */
  omit(count: number): void {
    this.#omitted += count;
  }

  toGraphQLErrors(): GraphQLError[] {
    const omitted = this.#omitted;
    return withoutStacks(() => {
      const shown = this.#errors.map(toGraphQLError);
      return omitted === 0 ? shown : [...shown, operationError('ERRORS_OMITTED', { details: { omitted } })];
    });
  }
}

/** The first errors of a response, and one that counts the others. */
export function bounded(errors: readonly GraphQLError[], max: number): readonly GraphQLError[] {
  if (errors.length <= max) return errors;
  const omitted = new ErrorList(max);
  omitted.omit(errors.length - max);
  return [...errors.slice(0, max), ...omitted.toGraphQLErrors()];
}

export function toGraphQLError({ message, path, extensions }: FieldError): GraphQLError {
  return new GraphQLError(message, { path, extensions });
}
