// Calls for entities: the keys of the objects that lack fields, each once, in as few requests as the service takes.
import { isNestedBeyond } from '../../json/json-values.ts';
import type { Deferred, EntityPlan } from './deferred-fields.ts';
import { FoundObject, keyOf } from './deferred-fields.ts';

/** One call for entities. */
export interface EntityRequest {
  keys: Record<string, unknown>[];
  /** By key: an entity may be in several places. */
  entries: Map<string, Deferred[]>;
}

/** The calls for entities: each key once; objects without a key have no entity. */
export function requestsOf({ connector }: EntityPlan, group: readonly Deferred[]): EntityRequest[] {
  const { keys: names, variable, maxSize } = connector;
  const size = variable === 'batch' ? (maxSize ?? Number.POSITIVE_INFINITY) : 1;
  const all = new Map<string, { key: Record<string, unknown>; group: Deferred[] }>();
  for (const deferred of group) {
    const key = Object.fromEntries(names.map((name) => [name, deferred.values[name] ?? null]));
    if (Object.values(key).includes(null)) continue;
    const text = keyOf(names, key);
    const known = all.get(text);
    if (known) known.group.push(deferred);
    else all.set(text, { key, group: [deferred] });
  }
  const requests: EntityRequest[] = [];
  for (const [text, { key, group: deferred }] of all) {
    let last = requests.at(-1);
    if (!last || last.keys.length >= size) {
      last = { keys: [], entries: new Map() };
      requests.push(last);
    }
    last.keys.push(key);
    last.entries.set(text, deferred);
  }
  return requests;
}

/** The entities in a value, by key. @param only the one key that was requested; null for a batch. */
export function foundIn(value: unknown, only: string | null) {
  const found = new Map<string, FoundObject>();
  /** Keys of several entities that differ. */
  const ambiguous = new Set<string>();
  for (const item of [value].flat()) {
    if (!(item instanceof FoundObject)) continue;
    const key = only ?? item.key;
    if (key === null) continue;
    const known = found.get(key);
    if (known && !isSame(known.value, item.value)) ambiguous.add(key);
    found.set(key, item);
  }
  return { found, ambiguous };
}

/** Maximum depth of entities that are compared. */
const MAX_DEPTH = 100;

function isSame(one: unknown, other: unknown): boolean {
  if (isNestedBeyond(one, MAX_DEPTH) || isNestedBeyond(other, MAX_DEPTH)) return false;
  return JSON.stringify(one) === JSON.stringify(other);
}

export function inLists(names: readonly string[], keys: readonly Record<string, unknown>[]): Record<string, unknown[]> {
  return Object.fromEntries(names.map((name) => [name, keys.map((key) => key[name])]));
}
