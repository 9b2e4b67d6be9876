// Nesting of JSON values that services return: what is nested too deeply for a recursion is not written.

/** Levels of objects and lists in one value of a custom scalar or of an error's extensions. */
export const MAX_NESTING = 2_000;

/** Lists within lists; no type of a graph has as many, and what does not fit its type is reported where it stands. */
export const MAX_LISTS = 100;
