// Cache tags: the data that an entry depends on, and that a change makes stale. Writes and invalidations both use
// these functions, so that they agree. Type names contain neither ":" nor "*": tags cannot collide.

/** A change: of one object, or, without an id, of any of the type. */
export interface Change {
  type: string;
  id?: string | undefined;
}

/**
 * A response with more objects of one type depends on the whole type: its tag versions are read with it every time.
 */
const MAX_OBJECTS = 200;

/** The tags of one entity. Without an id it is stale after every change of its type. */
export function tagsForEntity(type: string, id?: string): string[] {
  return id === undefined ? [tagOfAny(type)] : [type, tagOf(type, id)];
}

/**
 * The tags of a response, from the ids of the objects in it, by type.
 * @param held null in place of ids where some are unknown, or where a change can alter the members of a list.
 */
export function tagsForResponse(held: ReadonlyMap<string, ReadonlySet<string> | null>): string[] {
  return [...held].flatMap(([type, ids]) => {
    if (ids === null || ids.size > MAX_OBJECTS) return [tagOfAny(type)];
    return [type, ...[...ids].map((id) => tagOf(type, id))];
  });
}

/** The tags that a change invalidates. */
export function tagsForChange({ type, id }: Change): string[] {
  return [id === undefined ? type : tagOf(type, id), tagOfAny(type)];
}

function tagOf(type: string, id: string): string {
  return `${type}:${id}`;
}

/** The tag of data that depends on any object of the type. */
function tagOfAny(type: string): string {
  return `${type}*`;
}
