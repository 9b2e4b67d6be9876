// Response object: an object of a subgraph's response. Results of entity fetches are attached to it; see `slot.ts`.

export type ResponseObject = Record<string | symbol, unknown>;

/** Property of objects that stand in more than one place: their text is cached while the response is written. */
export const isShared = Symbol('shared');
