// Copies of a response that several runs share: of the objects that a run attaches results to, and of the objects and
// lists that contain them. The rest is read only, and stays shared.
import { NumberText } from '../json/number-text.ts';
import type { EntityPath } from '../query-plan/plan.ts';
import type { ResponseObject } from './hot-path/index.ts';
import { MAX_LISTS } from './nesting.ts';

/** The properties that are written to; objects at the end of a path have nothing below. */
type Written = Map<string, Written>;

/**
 * Returns a function that copies the data of a fetch, where several runs share it.
 * @param hasWholeData whether paths start from the data; else from the entities in it.
 */
export function compileCopier(
  hasWholeData: boolean,
  entityPaths: readonly Pick<EntityPath, 'path'>[],
): (data: ResponseObject) => ResponseObject {
  if (entityPaths.length === 0) return (data) => data;
  let written: Written | undefined;
  return (data) => {
    written ??= writtenBelow(entityPaths);
    if (hasWholeData) return copy(data, written) as ResponseObject;
    // Paths start from the entities, which stand under aliases.
    return Object.fromEntries(Object.entries(data).map(([alias, value]) => [alias, copy(value, written as Written)]));
  };
}

function writtenBelow(entityPaths: readonly Pick<EntityPath, 'path'>[]): Written {
  const root: Written = new Map();
  for (const { path } of entityPaths) {
    let at = root;
    for (const { property } of path) {
      const below = at.get(property) ?? new Map();
      at.set(property, below);
      at = below;
    }
  }
  return root;
}

function copy(value: unknown, written: Written, lists = 0): unknown {
  if (typeof value !== 'object' || value === null || value instanceof NumberText) return value;
  if (Array.isArray(value)) {
    return lists < MAX_LISTS ? value.map((item) => copy(item, written, lists + 1)) : value;
  }
  const own: ResponseObject = { ...value };
  for (const [property, below] of written) {
    if (Object.hasOwn(own, property)) own[property] = copy(own[property], below);
  }
  return own;
}
