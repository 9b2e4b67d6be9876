// Object collector: the objects at a path of a response, collected once its fetch is done.

import type { EntityPath, PathStep } from '../../query-plan/plan.ts';
import { MAX_LISTS } from '../nesting.ts';
import { type Read, reader, type Write, writer } from './properties.ts';
import { isShared, type ResponseObject } from './response-object.ts';

/** Collects from where the path starts: the response's data, or the entities of an entity fetch. */
export type Collector = (starts: readonly unknown[]) => ResponseObject[];

export function compileCollector({ path, type, identityFields }: EntityPath): Collector {
  const steps = path.map(({ property, types }): Step => ({ types, read: reader(property), write: writer(property) }));
  const identity = identityFields && compileIdentity(identityFields);
  return (starts) => {
    const collected = new ObjectCollector(type, identity);
    for (const start of starts) descend(start, steps, 0, collected);
    return collected.objects;
  };
}

interface Step {
  types: PathStep['types'];
  read: Read;
  write: Write;
}

function descend(value: unknown, path: readonly Step[], depth: number, collected: ObjectCollector, lists = 0): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    if (lists < MAX_LISTS) for (const item of value) descend(item, path, depth, collected, lists + 1);
    return;
  }
  const step = path[depth];
  const object = value as ResponseObject;
  if (!step) {
    collected.add(object);
    return;
  }
  if (step.types && !step.types.includes(object.__typename as string)) return;
  const below = step.read(object);
  if (depth < path.length - 1) descend(below, path, depth + 1, collected);
  else if (Array.isArray(below)) replaceItems(below, collected);
  else if (typeof below === 'object' && below !== null) {
    const representative = collected.add(below as ResponseObject);
    if (representative !== below) step.write(object, representative);
  }
}

function replaceItems(items: unknown[], collected: ObjectCollector, lists = 1): void {
  if (lists > MAX_LISTS) return;
  for (let index = 0; index < items.length; index++) {
    const item = items[index];
    if (Array.isArray(item)) replaceItems(item, collected, lists + 1);
    else if (typeof item === 'object' && item !== null) {
      const representative = collected.add(item as ResponseObject);
      if (representative !== item) items[index] = representative;
    }
  }
}

class ObjectCollector {
  readonly objects: ResponseObject[] = [];
  readonly #type: string | null;
  readonly #identity: Read | null;
  readonly #seen = new Map<unknown, ResponseObject>();

  constructor(type: string | null, identity: Read | null) {
    this.#type = type;
    this.#identity = identity;
  }

  /** Adds the object; returns its representative, which is used in its place from now on. */
  add(object: ResponseObject): ResponseObject {
    if (this.#type !== null && object.__typename !== this.#type) return object;
    const key = this.#identity?.(object);
    if (key === undefined) {
      this.objects.push(object);
      return object;
    }
    const same = this.#seen.get(key);
    if (same) {
      same[isShared] = true;
      return same;
    }
    this.#seen.set(key, object);
    this.objects.push(object);
    return object;
  }
}

/** Equal for objects with the same identity; undefined for one with a null or a composite value, which has none. */
function compileIdentity(properties: readonly string[]): Read {
  const reads = properties.map(reader);
  const [only] = reads;
  if (reads.length === 1 && only) {
    return (object) => {
      const value = only(object);
      return typeof value === 'object' ? undefined : value;
    };
  }
  return (object) => {
    let key = '';
    for (const read of reads) {
      const value = read(object);
      if (typeof value === 'object' || value === undefined) return undefined;
      key += `${JSON.stringify(value)},`;
    }
    return key;
  };
}
