// Finds the objects at a place of an answer, once its fetch is done.
import { type AnswerObject, standsOften } from './answer-object.ts';
import { MAX_LISTS } from './nesting.ts';
import type { PathStep, Position } from './plan.ts';
import { type Read, reader, type Write, writer } from './properties.ts';

/** Collects from where the path starts: the answer's data, or the entities a look-up found. */
export type Collector = (starts: readonly unknown[]) => AnswerObject[];

export function compileCollector({ path, type, alike }: Position): Collector {
  const steps = path.map(({ property, types }): Step => ({ types, read: reader(property), write: writer(property) }));
  const likeness = alike && compileLikeness(alike);
  return (starts) => {
    const found = new Found(type, likeness);
    for (const start of starts) descend(start, steps, 0, found);
    return found.objects;
  };
}

interface Step {
  types: PathStep['types'];
  read: Read;
  write: Write;
}

function descend(value: unknown, path: readonly Step[], depth: number, found: Found, lists = 0): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    if (lists < MAX_LISTS) for (const item of value) descend(item, path, depth, found, lists + 1);
    return;
  }
  const step = path[depth];
  const object = value as AnswerObject;
  if (!step) {
    found.add(object);
    return;
  }
  if (step.types && !step.types.includes(object.__typename as string)) return;
  const below = step.read(object);
  if (depth < path.length - 1) descend(below, path, depth + 1, found);
  else if (Array.isArray(below)) replaceItems(below, found);
  else if (typeof below === 'object' && below !== null) {
    const standing = found.add(below as AnswerObject);
    if (standing !== below) step.write(object, standing);
  }
}

function replaceItems(items: unknown[], found: Found, lists = 1): void {
  if (lists > MAX_LISTS) return;
  for (let index = 0; index < items.length; index++) {
    const item = items[index];
    if (Array.isArray(item)) replaceItems(item, found, lists + 1);
    else if (typeof item === 'object' && item !== null) {
      const standing = found.add(item as AnswerObject);
      if (standing !== item) items[index] = standing;
    }
  }
}

class Found {
  readonly objects: AnswerObject[] = [];
  readonly #type: string | null;
  readonly #likeness: Read | null;
  readonly #seen = new Map<unknown, AnswerObject>();

  constructor(type: string | null, likeness: Read | null) {
    this.#type = type;
    this.#likeness = likeness;
  }

  /** Takes the object in; returns the one that stands for it from now on. */
  add(object: AnswerObject): AnswerObject {
    if (this.#type !== null && object.__typename !== this.#type) return object;
    const key = this.#likeness?.(object);
    if (key === undefined) {
      this.objects.push(object);
      return object;
    }
    const same = this.#seen.get(key);
    if (same) {
      same[standsOften] = true;
      return same;
    }
    this.#seen.set(key, object);
    this.objects.push(object);
    return object;
  }
}

/** Equal for objects that are alike; undefined for one with a null or a composite value, which stays alone. */
function compileLikeness(properties: readonly string[]): Read {
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
