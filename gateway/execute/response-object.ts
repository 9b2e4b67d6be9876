// An object as a subgraph answered it. What other subgraphs know of it is hung on it; see `slot.ts`.

export type ResponseObject = Record<string | symbol, unknown>;

/** Property of objects that stand in more than one place: their text is worth keeping while the answer is written. */
export const isShared = Symbol('often');
