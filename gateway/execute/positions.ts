// Finds the objects at a place of an answer, once its fetch is done.
import type { PathStep, Position } from './plan.ts';

export type AnswerObject = Record<string, unknown>;

/** Collects from where the path starts: the answer's data, or the entities a look-up found. */
export type Collector = (starts: readonly unknown[]) => AnswerObject[];

export function compileCollector(position: Position): Collector {
  const { path, type, alike } = position;
  return (starts) => {
    const found = new Found(type, alike);
    for (const start of starts) descend(start, path, 0, found);
    return found.objects;
  };
}

function descend(value: unknown, path: readonly PathStep[], depth: number, found: Found): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const item of value) descend(item, path, depth, found);
    return;
  }
  const step = path[depth];
  const object = value as AnswerObject;
  if (!step) {
    found.add(object);
    return;
  }
  if (step.types && !step.types.includes(object.__typename as string)) return;
  const below = object[step.property];
  if (depth < path.length - 1) descend(below, path, depth + 1, found);
  else if (Array.isArray(below)) replaceItems(below, found);
  else if (typeof below === 'object' && below !== null) object[step.property] = found.add(below as AnswerObject);
}

function replaceItems(items: unknown[], found: Found): void {
  for (let index = 0; index < items.length; index++) {
    const item = items[index];
    if (Array.isArray(item)) replaceItems(item, found);
    else if (typeof item === 'object' && item !== null) items[index] = found.add(item as AnswerObject);
  }
}

class Found {
  readonly objects: AnswerObject[] = [];
  readonly #type: string | null;
  readonly #alike: readonly string[] | null;
  readonly #seen = new Map<unknown, AnswerObject>();

  constructor(type: string | null, alike: readonly string[] | null) {
    this.#type = type;
    this.#alike = alike;
  }

  /** Takes the object in; returns the one that stands for it from now on. */
  add(object: AnswerObject): AnswerObject {
    if (this.#type !== null && object.__typename !== this.#type) return object;
    const key = this.#alike ? likeness(object, this.#alike) : undefined;
    if (key === undefined) {
      this.objects.push(object);
      return object;
    }
    const same = this.#seen.get(key);
    if (same) return same;
    this.#seen.set(key, object);
    this.objects.push(object);
    return object;
  }
}

/** Equal for objects that are alike; undefined for one with a null or a composite value, which stays alone. */
function likeness(object: AnswerObject, properties: readonly string[]): unknown {
  if (properties.length === 1) {
    const value = object[properties[0] as string];
    return typeof value === 'object' ? undefined : value;
  }
  let key = '';
  for (const property of properties) {
    const value = object[property];
    if (typeof value === 'object' || value === undefined) return undefined;
    key += `${JSON.stringify(value)},`;
  }
  return key;
}
