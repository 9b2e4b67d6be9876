// Key ranges: the distribution of an entity fetch's keys over requests, where there are more than one request may
// have.

/** A range of the keys of one entity fetch, by their indices. */
export interface KeyRange {
  /** Index of the entity fetch in its fetch, or of the part of it that is requested. */
  entityFetch: number;
  start: number;
  /** Exclusive. */
  end: number;
}

/**
 * Splits the keys into requests. An entity fetch without keys is in none of them.
 * @param counts number of keys, for each entity fetch.
 * @param max keys in one request, all its entity fetches together.
 * @param maxRanges ranges in one request.
 */
export function splitKeys(counts: readonly number[], max: number, maxRanges = Number.POSITIVE_INFINITY): KeyRange[][] {
  const requests: KeyRange[][] = [];
  let request: KeyRange[] = [];
  let room = max;
  counts.forEach((count, entityFetch) => {
    for (let start = 0; start < count; ) {
      const end = Math.min(count, start + room);
      request.push({ entityFetch, start, end });
      room -= end - start;
      start = end;
      if (room > 0 && request.length < maxRanges) continue;
      requests.push(request);
      request = [];
      room = max;
    }
  });
  if (request.length > 0) requests.push(request);
  return requests;
}
