// Entry point: the functions of the stitching configuration that make the keys and arguments of a lookup field.

export interface EntryPoint {
  fieldName: string;
  /** The key of an object: any JSON value. The object itself, where there is no such function. */
  key?: ((object: Record<string, unknown>) => unknown) | undefined;
  /** Arguments that return the objects of all these keys in one call. */
  argsFromKeys?: ((keys: readonly unknown[]) => Record<string, unknown>) | undefined;
  /** Arguments that return one object. */
  args?: ((object: Record<string, unknown>) => Record<string, unknown>) | undefined;
  /**
   * Whether the service accepts such a key; for a lookup field for one key, such an object. Any, where there is no
   * such function.
   */
  accepts?: ((key: unknown) => boolean) | undefined;
  /** Assigns the results to their keys, where the subgraph does not. */
  valuesFromResults?: ((results: unknown, keys: readonly unknown[]) => unknown[]) | undefined;
}

/** Returns the entry point that a plan refers to. */
export type EntryPoints = (subgraph: string, type: string, index: number) => EntryPoint;
