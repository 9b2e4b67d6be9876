// How objects of a type are found in a subgraph: the functions of the stitching configuration, called as they are.

export interface EntryPoint {
  fieldName: string;
  /** The key of an object: any JSON value. The object itself, where there is no such function. */
  key?: ((object: Record<string, unknown>) => unknown) | undefined;
  /** Arguments that find the objects of all these keys in one call. */
  argsFromKeys?: ((keys: readonly unknown[]) => Record<string, unknown>) | undefined;
  /** Arguments that find one object. */
  args?: ((object: Record<string, unknown>) => Record<string, unknown>) | undefined;
  /** Whether the service takes such a key; for a lookup of one entity, such an object. Any, where there is no such function. */
  accepts?: ((key: unknown) => boolean) | undefined;
  /** Puts what was found beside the keys it was found for, where the subgraph does not. */
  valuesFromResults?: ((results: unknown, keys: readonly unknown[]) => unknown[]) | undefined;
}

/** Finds the entry point that a plan speaks of. */
export type EntryPoints = (subgraph: string, type: string, index: number) => EntryPoint;
