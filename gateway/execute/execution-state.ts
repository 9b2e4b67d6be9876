// Execution state: the data and errors of a plan's fetches.

import type { EscapeSet } from '../json/escape-set.ts';
import type { DeniedFieldsByName } from '../query-plan/plan.ts';
import type { FieldError } from './field-error.ts';
import type { ResponseObject } from './hot-path/index.ts';
import type { ErrorNames } from './mapped-extensions.ts';
import type { UpstreamErrors } from './upstream-errors.ts';

/** The results of a run when all its fetches are done, with the reasons for missing ones. */
export interface ExecutionState {
  /** The root object, with the responses of the root fetches in its slots. */
  root: ResponseObject;
  errors: UpstreamErrors;
  deniedFields: DeniedFieldsByName;
  /** The errors of fetches that returned nothing, by their ids. */
  failures: (FieldError[] | undefined)[];
  /** True when there was no problem: the response can be written without looking for reasons. */
  clean: boolean;
  /** Whether the run ended early, since its client has disconnected: the response is not completed. */
  isCancelled: boolean;
  /**
   * The slot of the first root fetch that was not begun, since a mutation before it has lost all data; null
   * otherwise.
   */
  notBegun: number | null;
  /** Errors in the response; one more counts those beyond. */
  maxErrors: number;
  /**
   * For a client with a view: maps the names in errors' extensions to those of the view. Null for the graph's own
   * names.
   */
  errorNames: ErrorNames | null;
  /** Characters that strings in the responses must be searched for before they are written. */
  escapes: EscapeSet;
}
