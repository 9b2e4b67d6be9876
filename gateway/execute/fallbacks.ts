// Fallbacks in a response: the fields that have their fallback in place of an error, since a subgraph is down.
import type { FieldShape } from '../query-plan/shape.ts';
import type { FieldError, Key, Path } from './field-error.ts';

/** A field of a response that has its fallback. */
export interface DegradedField {
  /** Response keys and indices of lists. */
  path: readonly Key[];
  /** `Type.field` in the client's names. */
  field: string;
  /** The subgraph that is down: its own, or one that the field needs a value of. */
  subgraph: string;
  /** Of the error that it stands for. */
  code: string;
}

/** Paths in one response; one more counts those beyond. */
const MAX_PATHS = 1_000;

/** The fields of one response that have their fallbacks. */
export class DegradedFields {
  /** The first ones. */
  readonly fields: DegradedField[] = [];
  /** Numbers of all of them, by subgraph. */
  readonly bySubgraph = new Map<string, number>();
  #omitted = 0;

  add(path: Path, { shown, coordinate }: FieldShape, errors: readonly FieldError[]): void {
    for (const error of errors) error.dismiss();
    const { subgraph, code } = (errors[0] as FieldError).extensions;
    const name = String(subgraph);
    this.bySubgraph.set(name, (this.bySubgraph.get(name) ?? 0) + 1);
    if (this.fields.length >= MAX_PATHS) {
      this.#omitted += 1;
      return;
    }
    const keys: Key[] = [];
    for (let step = path; step; step = step.parent) keys.push(step.key);
    this.fields.push({ path: keys.reverse(), field: shown ?? coordinate, subgraph: name, code: String(code) });
  }

  /** The response's `extensions`: the paths, and the number of those beyond. */
  get extensions(): Readonly<Record<string, unknown>> {
    const degraded = this.fields.map(({ path }) => path);
    return this.#omitted === 0 ? { degraded } : { degraded, degradedOmitted: this.#omitted };
  }
}

/** Whether a field has its fallback for these errors: all of them are failures of a subgraph as a whole. */
export function isOutage(errors: readonly FieldError[] | undefined): errors is readonly FieldError[] {
  return errors !== undefined && errors.length > 0 && errors.every((error) => error.isOutage);
}
