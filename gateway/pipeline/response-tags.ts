// Cache tags of responses, by the objects in them.
import { tagsForResponse } from '../cache/tags.ts';
import type { ResponseObjects } from '../execute/objects-in-response.ts';
import type { RequestContext } from './request-context.ts';

/** Those of a response's own objects. */
export function tagsOfObjects({ ids, typesWithoutId, absent }: ResponseObjects): string[] {
  const held = new Map<string, ReadonlySet<string> | null>([
    ...ids,
    ...[...typesWithoutId, ...absent].map((type) => [type, null] as const),
  ]);
  return tagsForResponse(held);
}

/** Those of a response, including those of nested operations. */
export function tagsOf(objects: ResponseObjects, { cacheability }: RequestContext): string[] {
  const tags = tagsOfObjects(objects);
  return cacheability.tags ? [...new Set([...tags, ...cacheability.tags])] : tags;
}
