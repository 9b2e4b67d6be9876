// Key ranges: which keys of an entity fetch go up in which request, when there are more than one request may have.

/** Keys of one of a fetch's lookups, by their indices. */
export interface KeyRange {
  /** Index of the lookup in the fetch. */
  entityFetch: number;
  start: number;
  /** Of the first that is no longer in it. */
  end: number;
}

/**
 * Splits the keys into requests. A lookup without keys is in none of them.
 * @param counts of keys, for each lookup.
 * @param max keys in one request, all its lookups together.
 */
export function splitKeys(counts: readonly number[], max: number): KeyRange[][] {
  const requests: KeyRange[][] = [];
  let request: KeyRange[] = [];
  let room = max;
  counts.forEach((count, entityFetch) => {
    for (let start = 0; start < count; ) {
      const end = Math.min(count, start + room);
      request.push({ entityFetch, start, end });
      room -= end - start;
      start = end;
      if (room > 0) continue;
      requests.push(request);
      request = [];
      room = max;
    }
  });
  if (request.length > 0) requests.push(request);
  return requests;
}
