// What hangs on an object in a slot: one find of one look-up, shared by all the objects that have its key.
import type { AnswerObject } from './answer-object.ts';
import type { FieldError } from './field-error.ts';

export class Find {
  /** The entity; null where there is none, undefined as long as there is no answer. */
  entity: AnswerObject | null | undefined = undefined;
  /** Why there is no entity, where that is an error of this one key; or what is said of one that is there. */
  errors: readonly FieldError[] | undefined = undefined;
  /** True where there was no key to fetch it by. */
  isKeyless = false;
  /** True when it hangs on more than one object: its text is worth keeping while the answer is written. */
  often = false;
}

/** The property under which a slot hangs; no GraphQL name begins with a dollar sign. */
export function slotProperty(slot: number): string {
  return `$${slot}`;
}

export function findIn(object: AnswerObject, slot: number): Find | undefined {
  return object[slotProperty(slot)] as Find | undefined;
}
