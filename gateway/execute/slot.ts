// What hangs on an object in a slot: one find of one look-up, shared by all the objects that have its key.
import type { GraphQLError } from 'graphql';
import type { AnswerObject } from './answer-object.ts';

export class Find {
  /** The entity; null where there is none, undefined as long as there is no answer. */
  entity: AnswerObject | null | undefined = undefined;
  /** Why there is no entity, where that is an error of this one key. */
  errors: readonly GraphQLError[] | undefined = undefined;
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
