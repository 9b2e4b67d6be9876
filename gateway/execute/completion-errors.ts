// Completion errors: every error of a response at its path in the client's operation, under the client's names, and at
// most as many as a response shows.
import type { GraphQLError } from 'graphql';
import { errorExtensions } from '../errors.ts';
import type { FieldShape, ValueType } from '../query-plan/shape.ts';
import type { ExecutionState } from './execution-state.ts';
import { DegradedFields } from './fallbacks.ts';
import { ErrorList, FieldError, type Key, type Path } from './field-error.ts';
import { mapExtensions, unmappable } from './mapped-extensions.ts';

export class CompletionErrors {
  readonly #errors: ErrorList;
  readonly #state: ExecutionState;
  /** The fields that have their fallbacks in place of errors; null where there are none. */
  degraded: DegradedFields | null = null;

  constructor(state: ExecutionState) {
    this.#errors = new ErrorList(state.maxErrors);
    this.#state = state;
  }

  /** @param below the type of a null: the error's path continues below it, as far as the client has selected that. */
  report(error: FieldError, path: Path, field: FieldShape, below?: ValueType): void {
    error.markReported();
    if (this.#errors.isFull) {
      this.#errors.omit(1);
      return;
    }
    const steps = below ? clientPath(below, error.path ?? []) : [];
    const keys = steps.map(({ key }) => key);
    for (let step = path; step; step = step.parent) keys.unshift(step.key);
    const { errorNames } = this.#state;
    if (!errorNames) {
      this.#errors.add(error.at(keys));
      return;
    }
    const { coordinate } = steps.findLast((step) => step.field)?.field ?? field;
    this.#errors.add(new FieldError(error.message, mapExtensions(error.extensions, errorNames(coordinate)), keys));
  }

  /** Records that a field has its fallback in place of these errors. */
  replace(errors: readonly FieldError[], path: Path, field: FieldShape): void {
    this.degraded ??= new DegradedFields();
    this.degraded.add(path, field, errors);
  }

  /** Reports errors about a place that has a value; once, where the value stands in several places. */
  reportOnce(errors: readonly FieldError[] | undefined, path: Path, field: FieldShape): void {
    for (const error of errors ?? []) if (!error.isReported) this.report(error, path, field);
  }

  /** Errors of one part of a response in parts: those that belong to no place come with the last part. */
  ofPart(): GraphQLError[] {
    return this.#errors.toGraphQLErrors();
  }

  /** All errors of the response, once it is completed: those that belong to no place come last. */
  all(): GraphQLError[] {
    const { errors, errorNames } = this.#state;
    for (const error of errors.unreported) {
      const { message, extensions } = error;
      this.#errors.add(errorNames ? new FieldError(message, unmappable(extensions)) : error.at(undefined));
    }
    this.#errors.omit(errors.omitted);
    return this.#errors.toGraphQLErrors();
  }
}

/**
 * An error about an object as an error of one of its fields: the rest of its path, if it is this field that failed.
 */
export function belowField(property: string): (error: FieldError) => FieldError {
  return (error) => error.at(error.path?.[0] === property ? error.path.slice(1) : undefined);
}

/** The error of a field that a request has a fault for. */
export function injectedError({ subgraph }: FieldShape): FieldError {
  return new FieldError('Injected fault.', errorExtensions('SUBGRAPH_ERROR', { subgraph }));
}

/** A key of a path in the client's response; with the field, where it is one. */
interface ClientStep {
  key: Key;
  field?: FieldShape;
}

/** Maps a subgraph's path below a null to response keys of the client, as far as the client has selected it. */
function clientPath(type: ValueType, upstream: readonly Key[]): ClientStep[] {
  const [key, ...rest] = upstream;
  if (key === undefined) return [];
  if (type.kind === 'list') {
    const index = Number(key);
    return Number.isInteger(index) && index >= 0 ? [{ key: index }, ...clientPath(type.of, rest)] : [];
  }
  if (type.kind !== 'object') return [];
  const fields = Object.values(type.shape.types).flat();
  const failed = fields.find((field) => field.slot === null && field.property === key);
  return failed ? [{ key: failed.key, field: failed }, ...clientPath(failed.type, rest)] : [];
}
