// Parts of a response as clients put them together, by the rules of each format; a part that breaks them throws.

type Key = string | number;
type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export interface Part {
  data?: Json;
  errors?: PartError[];
  extensions?: Json;
  hasNext?: boolean;
  pending?: { id: string; path: Key[]; label?: string }[];
  incremental?: {
    id?: string;
    subPath?: Key[];
    path?: Key[];
    label?: string;
    data?: Json;
    errors?: PartError[];
    extensions?: Json;
  }[];
  completed?: { id: string; errors?: PartError[] }[];
}

export interface PartError {
  message: string;
  path?: Key[];
  extensions?: { [key: string]: Json };
}

export interface Merged {
  data: Json;
  errors: PartError[];
  /** Paths of the fragments that have failed. */
  failed: Key[][];
}

/** Objects without a prototype: a key of a response may be `__proto__`. */
export function parsePart(text: string): Part {
  return bare(JSON.parse(text)) as Part;
}

export function bare<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(bare) as Value;
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.create(null);
  for (const [key, below] of Object.entries(value)) copy[key] = bare(below);
  return copy;
}

/** The format of the current draft (`incrementalSpec=v0.2`). Nothing may be sent twice. */
export function mergeByIds(parts: readonly Part[]): Merged {
  const merged = begin(parts);
  const pending = new Map<string, Key[]>();
  const used = new Set<string>();
  for (const [index, part] of parts.entries()) {
    for (const { id, path } of part.pending ?? []) {
      if (used.has(id)) throw new Error(`the id ${id} is used twice`);
      pending.set(id, path);
      used.add(id);
    }
    if (index === 0 && (part.incremental || part.completed)) throw new Error('the first part has later data');
    for (const { id = '', subPath = [], data, errors } of part.incremental ?? []) {
      const path = pending.get(id);
      if (!path) throw new Error(`${id} is not pending`);
      if (typeof data !== 'object' || data === null || Array.isArray(data)) throw new Error(`no data for ${id}`);
      const target = objectAt(merged.data, [...path, ...subPath]);
      for (const [key, value] of Object.entries(data)) {
        if (key in target) throw new Error(`${key} is sent twice`);
        target[key] = value;
      }
      merged.errors.push(...(errors ?? []));
    }
    for (const { path } of part.pending ?? []) objectAt(merged.data, path);
    for (const { id, errors } of part.completed ?? []) {
      const path = pending.get(id);
      if (!path) throw new Error(`${id} is completed, but not pending`);
      pending.delete(id);
      if (errors) merged.failed.push(path);
      merged.errors.push(...(errors ?? []));
    }
    if (part.hasNext !== pending.size > 0) throw new Error(`hasNext is ${part.hasNext} with ${pending.size} pending`);
  }
  return merged;
}

/** The format before it (`deferSpec=20220824`): a fragment's data is merged into what is there. */
export function mergeByPaths(parts: readonly Part[]): Merged {
  const merged = begin(parts);
  for (const part of parts.slice(1)) {
    if (!part.incremental?.length) throw new Error('a later part has no data');
    for (const { path, data, errors } of part.incremental) {
      if (!path) throw new Error('no path');
      const target = objectAt(merged.data, path);
      if (data === null) merged.failed.push(path);
      else if (typeof data === 'object' && !Array.isArray(data)) mergeInto(target, data);
      else throw new Error('data is no object');
      merged.errors.push(...(errors ?? []));
    }
  }
  return merged;
}

function begin(parts: readonly Part[]): Merged {
  const [first] = parts;
  if (!first) throw new Error('there are no parts');
  for (const [index, { hasNext }] of parts.entries()) {
    if (hasNext !== index < parts.length - 1)
      throw new Error(`hasNext of part ${index} of ${parts.length} is ${hasNext}`);
  }
  return { data: structured(first.data ?? null), errors: [...(first.errors ?? [])], failed: [] };
}

function structured(value: Json): Json {
  return bare(value);
}

function objectAt(data: Json, path: readonly Key[]): { [key: string]: Json } {
  let value: Json | undefined = data;
  for (const key of path) value = (value as { [key: Key]: Json } | null)?.[key];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`there is no object at ${path.join('.')}`);
  }
  return value;
}

/** What stands in both must be the same. */
function mergeInto(target: { [key: string]: Json }, source: { [key: string]: Json }): void {
  for (const [key, value] of Object.entries(source)) {
    target[key] = key in target ? both(target[key] as Json, value, key) : value;
  }
}

function both(one: Json, other: Json, key: string): Json {
  if (Array.isArray(one) && Array.isArray(other) && one.length === other.length) {
    return one.map((item, index) => both(item, other[index] as Json, key));
  }
  if (isObject(one) && isObject(other)) {
    mergeInto(one, other);
    return one;
  }
  if (JSON.stringify(one) !== JSON.stringify(other)) throw new Error(`${key} is sent twice, with other values`);
  return one;
}

function isObject(value: Json): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
