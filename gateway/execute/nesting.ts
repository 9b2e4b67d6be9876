// Nesting of JSON values that services return: what is nested too deeply for a recursion is not written.

/** Levels of objects and lists in one value of a custom scalar or of an error's extensions. */
export const MAX_NESTING = 2_000;

/** Lists within lists; no type of a graph has as many, and what does not fit its type is reported where it stands. */
export const MAX_LISTS = 100;

/** Whether lists and objects are nested within a value beyond a number of levels. */
export function isNestedBeyond(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  for (const below of Object.values(value)) if (isNestedBeyond(below, levels - 1)) return true;
  return false;
}
