// Execution state: what the fetches of a run have brought, and why something is missing.

import type { DeniedFieldsByName } from '../query-plan/plan.ts';
import type { FieldError } from './field-error.ts';
import type { ErrorNames } from './mapped-extensions.ts';
import type { ResponseObject } from './response-object.ts';
import type { UpstreamErrors } from './upstream-errors.ts';

/** What a run has found when all its fetches are done; what is not in it is why. */
export interface ExecutionState {
  /** The root object, with the answers of the root fetches in its slots. */
  root: ResponseObject;
  errors: UpstreamErrors;
  deniedFields: DeniedFieldsByName;
  /** Why a fetch gave nothing, by its id. */
  failures: (FieldError[] | undefined)[];
  /** True when nothing went wrong: the answer can be written without looking for reasons. */
  clean: boolean;
  /** Whether it ended early, since its client has left: the response is not completed. */
  isCancelled: boolean;
  /** The slot of the first root fetch that was not begun, since a mutation before it has lost all data; null otherwise. */
  notBegun: number | null;
  /** Errors in the response; one more counts those beyond. */
  maxErrors: number;
  /** For a client with a view: what the names in errors' extensions are to it. Null for the graph's own names. */
  errorNames: ErrorNames | null;
  /** Characters that strings in the answers must be searched for before they are written; null for all there are. */
  escapes: string | null;
}
