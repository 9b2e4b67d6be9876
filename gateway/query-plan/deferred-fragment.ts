// Deferred fragments: those with `@defer` whose fields may come in later parts of a response. Part of a plan.

/** A fragment with `@defer` at one place of an operation. */
export interface DeferredFragment {
  /** Its index in the plan's list. */
  id: number;
  label: string | null;
  /** The one that it is nested in, seen from its own objects; null where there is none. */
  parent: FragmentPlace | null;
}

/** A deferred fragment as seen from an object. */
export interface FragmentPlace {
  fragment: number;
  /** The number of fields between the object that the fragment stands on and this one; 0 where it is the same. */
  above: number;
}
