// Absent objects: entities that no subgraph has. Where only their ids came from the gateway, they are null.
import type { AnswerObject } from './answer-object.ts';
import type { Found } from './found.ts';
import { Find } from './slot.ts';

/** Puts null in place of each object of the root fields' lists that was not found anywhere, in place. */
export function nullAbsentObjects({ root }: Pick<Found, 'root'>): void {
  for (const { entity } of findsOf(root)) {
    for (const list of Object.values(entity ?? {})) {
      if (!Array.isArray(list)) continue;
      for (const [index, object] of list.entries()) if (isAbsent(object)) list[index] = null;
    }
  }
}

function isAbsent(object: unknown): boolean {
  if (typeof object !== 'object' || object === null) return false;
  const finds = findsOf(object as AnswerObject);
  return finds.length > 0 && finds.every(({ entity, errors }) => entity === null && !errors);
}

/** They are in slots, which are under symbols. */
function findsOf(object: AnswerObject): Find[] {
  return Object.getOwnPropertySymbols(object)
    .map((slot) => object[slot])
    .filter((value) => value instanceof Find);
}
