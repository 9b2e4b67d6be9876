// Tags say what a kept answer is about, and what a change makes out of date. Whoever writes and whoever invalidates get them
// here, so that they agree. A type's name has neither ":" nor "*": no tag can be mistaken for another.

/** A change: of one object, or, without an id, of any of the type. */
export interface Change {
  type: string;
  id?: string | undefined;
}

/** Beyond as many objects of one type an answer is about the type as a whole: tags are read with the answer every time. */
const MAX_OBJECTS = 200;

/** The tags of one entity. Without an id it is out of date with every change of its type. */
export function tagsForEntity(type: string, id?: string): string[] {
  return id === undefined ? [tagOfAny(type)] : [type, tagOf(type, id)];
}

/**
 * The tags of an answer, from the ids of the objects it holds, by type.
 * @param held null in place of ids where some are unknown, or where the list's very members are what may change.
 */
export function tagsForResponse(held: ReadonlyMap<string, ReadonlySet<string> | null>): string[] {
  return [...held].flatMap(([type, ids]) => {
    if (ids === null || ids.size > MAX_OBJECTS) return [tagOfAny(type)];
    return [type, ...[...ids].map((id) => tagOf(type, id))];
  });
}

/** The tags that a change stamps. */
export function tagsForChange({ type, id }: Change): string[] {
  return [id === undefined ? type : tagOf(type, id), tagOfAny(type)];
}

function tagOf(type: string, id: string): string {
  return `${type}:${id}`;
}

/** Of what holds an object of the type that could be any. */
function tagOfAny(type: string): string {
  return `${type}*`;
}
