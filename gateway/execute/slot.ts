// What hangs on an object in a slot: one find of one look-up, shared by all the objects that have its key.

import type { FieldError } from './field-error.ts';
import type { ResponseObject } from './response-object.ts';

export class EntityResult {
  /** The entity; null where there is none, undefined as long as there is no answer. */
  entity: ResponseObject | null | undefined = undefined;
  /** Why there is no entity, where that is an error of this one key; or what is said of one that is there. */
  errors: readonly FieldError[] | undefined = undefined;
  /** True where there was no key to fetch it by. */
  isKeyless = false;
  /** True when it hangs on more than one object: its text is worth keeping while the answer is written. */
  shared = false;
}

/** By number; all plans share them. */
const symbols: symbol[] = [];

/** The property of a slot: a symbol, which no JSON from outside can hold, and which JSON text never shows. */
export function slotProperty(slot: number): symbol {
  symbols[slot] ??= Symbol(`slot ${slot}`);
  return symbols[slot];
}

export function entityResultIn(object: ResponseObject, slot: number): EntityResult | undefined {
  return object[slotProperty(slot)] as EntityResult | undefined;
}
