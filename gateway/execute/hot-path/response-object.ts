// Response object: an object of a subgraph's response, with the marks that a run puts on it. Marks are under symbols,
// which JSON from outside cannot contain and which JSON text never shows.
import type { FieldError } from '../field-error.ts';

export type ResponseObject = Record<string | symbol, unknown>;

/** Property of objects that stand in more than one place: their text is cached while the response is written. */
export const isShared = Symbol('shared');

/** The result of an entity fetch for one key, attached to all the objects that have the key, in a slot. */
export class EntityResult {
  /** The entity; null where there is none, undefined while there is no response. */
  entity: ResponseObject | null | undefined = undefined;
  /**
   * The errors because of which there is no entity, where they are about this one key; or those about an entity that
   * is there.
   */
  errors: readonly FieldError[] | undefined = undefined;
  /** True where there was no key to fetch it by. */
  isKeyless = false;
  /** True when it is attached to more than one object: its text is cached while the response is written. */
  shared = false;
}

/** By number; all plans share them. */
const symbols: symbol[] = [];

/** The property of a slot. */
export function slotProperty(slot: number): symbol {
  symbols[slot] ??= Symbol(`slot ${slot}`);
  return symbols[slot];
}

export function entityResultIn(object: ResponseObject, slot: number): EntityResult | undefined {
  return object[slotProperty(slot)] as EntityResult | undefined;
}

/** All results that are attached to an object. */
export function entityResultsOf(object: ResponseObject): EntityResult[] {
  return Object.getOwnPropertySymbols(object)
    .map((slot) => object[slot])
    .filter((value) => value instanceof EntityResult);
}
