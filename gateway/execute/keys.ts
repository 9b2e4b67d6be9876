// Makes the keys by which a look-up finds its objects: each distinct key once.
import type { EntryPoint } from './entry-point.ts';
import type { KeyField, Lookup } from './plan.ts';
import type { AnswerObject } from './positions.ts';

/** Objects of one look-up and the keys they are found by. */
export interface CollectedKeys {
  objects: AnswerObject[];
  /** For each object, which key finds it. */
  keyOf: number[];
  keys: unknown[];
  /** For each key, an object it was made from, as a single look-up's arguments are made from it. */
  originals: AnswerObject[];
  /** Objects that lack a part of their key, and which part. */
  keyless: { object: AnswerObject; missing: KeyField }[];
}

export type KeyCollector = (objectsAt: readonly AnswerObject[][]) => CollectedKeys;

export function compileKeyCollector(lookup: Lookup, entryPoint: EntryPoint): KeyCollector {
  const { type, sources } = lookup;
  return (objectsAt) => {
    const collected: CollectedKeys = { objects: [], keyOf: [], keys: [], originals: [], keyless: [] };
    const known = new Map<unknown, number>();
    for (const { position, key } of sources) {
      const only = singleLeaf(key);
      for (const object of objectsAt[position] as AnswerObject[]) {
        const value = only ? propertyOf(object, only) : undefined;
        const simple = typeof value === 'string' || typeof value === 'number';
        const seen = simple ? known.get(value) : undefined;
        if (seen !== undefined) {
          collected.objects.push(object);
          collected.keyOf.push(seen);
          continue;
        }
        const original = keyObject(object, key, type);
        if ('missing' in original) {
          collected.keyless.push({ object, missing: original.missing });
          continue;
        }
        const made = entryPoint.key ? entryPoint.key(original.object) : original.object;
        const identity = simple ? value : typeof made === 'object' ? JSON.stringify(made) : made;
        let index = known.get(identity);
        if (index === undefined) {
          index = collected.keys.length;
          known.set(identity, index);
          collected.keys.push(made);
          collected.originals.push(original.object);
        }
        collected.objects.push(object);
        collected.keyOf.push(index);
      }
    }
    return collected;
  };
}

/** Most keys are one field with a plain value: it tells objects apart before any key is made. */
function singleLeaf(key: readonly KeyField[]): KeyField | undefined {
  const [first] = key;
  return key.length === 1 && first && !first.fields ? first : undefined;
}

function propertyOf(object: AnswerObject, field: KeyField): unknown {
  const holder = field.slot === null ? object : (object[`$${field.slot}`] as AnswerObject | null | undefined);
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
