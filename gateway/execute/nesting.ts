// Nesting limits of JSON values that services return: values that are nested too deeply for a recursion are not
// written.

/** Levels of objects and lists in one value of a custom scalar or of an error's extensions. */
export const MAX_NESTING = 2_000;

/**
 * Lists within lists; no type of a graph has as many, and a value that does not fit its type is reported at its
 * place.
 */
export const MAX_LISTS = 100;
