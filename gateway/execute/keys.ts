// Makes the keys by which a look-up finds its objects, each distinct key once, and hangs on every object the find to come.
import type { EntryPoint } from './entry-point.ts';
import type { KeyField, Lookup } from './plan.ts';
import type { AnswerObject } from './positions.ts';
import { type Read, reader, writer } from './properties.ts';
import { Find, findIn, slotProperty } from './slot.ts';

export interface CollectedKeys {
  keys: unknown[];
  /** For each key, what will be found by it. */
  finds: Find[];
  /** For each key, the object it was made from, as a single look-up's arguments are made from it. */
  originals: AnswerObject[];
  /** Objects that lack a part of their key, and which part. */
  keyless: { object: AnswerObject; missing: KeyField; find: Find }[];
}

export type KeyCollector = (objectsAt: readonly AnswerObject[][]) => CollectedKeys;

export function compileKeyCollector(lookup: Lookup, entryPoint: EntryPoint): KeyCollector {
  const { type } = lookup;
  const hang = writer(slotProperty(lookup.id));
  const sources = lookup.sources.map(({ position, key }) => ({ position, key, plainKey: compilePlainKey(key) }));
  return (objectsAt) => {
    const collected: CollectedKeys = { keys: [], finds: [], originals: [], keyless: [] };
    const known = new Map<unknown, Find>();
    for (const { position, key, plainKey } of sources) {
      for (const object of objectsAt[position] as AnswerObject[]) {
        const value = plainKey?.(object);
        const plain = typeof value === 'string' || typeof value === 'number';
        let find = plain ? known.get(value) : undefined;
        if (find) find.often = true;
        else find = addKey(object, key, plain ? value : undefined);
        hang(object, find);
      }
    }
    return collected;

    function addKey(object: AnswerObject, key: readonly KeyField[], plain: unknown): Find {
      const original = keyObject(object, key, type);
      if ('missing' in original) {
        const find = new Find();
        collected.keyless.push({ object, missing: original.missing, find });
        return find;
      }
      const made = entryPoint.key ? entryPoint.key(original.object) : original.object;
      const identity = plain ?? (typeof made === 'object' ? JSON.stringify(made) : made);
      const same = known.get(identity);
      if (same) {
        same.often = true;
        return same;
      }
      const find = new Find();
      known.set(identity, find);
      collected.keys.push(made);
      collected.finds.push(find);
      collected.originals.push(original.object);
      return find;
    }
  };
}

/** Most keys are one field with a plain value: it tells objects apart before any key is made. */
function compilePlainKey(key: readonly KeyField[]): Read | null {
  const [only] = key;
  if (key.length !== 1 || !only || only.fields) return null;
  const read = reader(only.property);
  if (only.slot === null) return read;
  const { slot } = only;
  return (object) => {
    const entity = findIn(object, slot)?.entity;
    return entity ? read(entity) : undefined;
  };
}

function propertyOf(object: AnswerObject, field: KeyField): unknown {
  const holder = field.slot === null ? object : findIn(object, field.slot)?.entity;
  return holder?.[field.property];
}

/** The object that an entry point makes a key from: the key's fields, whichever answers they came in. */
function keyObject(
  object: AnswerObject,
  fields: readonly KeyField[],
  type: string,
): { object: AnswerObject } | { missing: KeyField } {
  const made: AnswerObject = { __typename: type };
  for (const field of fields) {
    const value = propertyOf(object, field);
    if (value === undefined || (value === null && !field.mayBeNull)) return { missing: field };
    if (!field.fields || value === null) {
      made[field.name] = value;
      continue;
    }
    const below = nestedValue(value, field.fields);
    if (below === undefined) return { missing: field };
    made[field.name] = below;
  }
  return { object: made };
}

function nestedValue(value: unknown, fields: readonly KeyField[]): unknown {
  if (value === null) return null;
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const item of value) {
      const made = nestedValue(item, fields);
      if (made === undefined) return undefined;
      items.push(made);
    }
    return items;
  }
  const made: AnswerObject = {};
  for (const field of fields) {
    const below = propertyOf(value as AnswerObject, field);
    if (below === undefined || (below === null && !field.mayBeNull)) return undefined;
    const complete = field.fields ? nestedValue(below, field.fields) : below;
    if (complete === undefined) return undefined;
    made[field.name] = complete;
  }
  return made;
}
