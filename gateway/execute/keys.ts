// Key collection: collects distinct entity keys for a fetch and attaches a pending result to every object.

import { keyText } from '../json/key-text.ts';
import type { EntryPoint } from '../query-plan/entry-point.ts';
import type { EntityFetch, KeyField } from '../query-plan/plan.ts';
import {
  EntityResult,
  entityResultIn,
  type Read,
  type ResponseObject,
  reader,
  slotProperty,
  writer,
} from './hot-path/index.ts';
import { keyObject, Missing, type NullReasons, Unusable } from './key-objects.ts';

export interface CollectedKeys {
  keys: unknown[];
  /** For each key, its pending result. */
  results: EntityResult[];
  /**
   * For each key, the object it was made from; the arguments of a lookup field that takes one key are made from it.
   */
  originals: ResponseObject[];
  /** Results that are not requested because their key lacks a part. */
  keyless: { missing: Missing; result: EntityResult }[];
  /** Results that are not requested because their key cannot be one; the others are not affected. */
  unusable: { field: KeyField; entityPath: number; result: EntityResult }[];
}

/** The keys from `start` to before `end`. */
export function sliceKeys(all: CollectedKeys, start: number, end: number): CollectedKeys {
  if (start === 0 && end === all.keys.length) return all;
  const { keys, results, originals } = all;
  return {
    keys: keys.slice(start, end),
    results: results.slice(start, end),
    originals: originals.slice(start, end),
    keyless: [],
    unusable: [],
  };
}

/**
 * The last key with a first part: most objects repeat a key, and comparing its parts costs less than the text of all
 * of them.
 */
interface RecentKey {
  original: ResponseObject;
  /** Number of its parts. */
  fields: number;
  result: EntityResult;
}

/**
 * Whether all parts are equal. False where that takes more than a comparison: parts that are objects, `1` and `"1"`.
 */
function hasSameParts(object: ResponseObject, { original, fields }: RecentKey, key: readonly KeyField[]): boolean {
  return fields === key.length && key.every(({ name }) => object[name] === original[name]);
}

/** @param nullReasons null where the response has no errors yet. */
export type KeyCollector = (objectsAt: readonly ResponseObject[][], nullReasons: NullReasons | null) => CollectedKeys;

export function compileKeyCollector(entityFetch: EntityFetch, entryPoint: EntryPoint): KeyCollector {
  const type = entityFetch.lookedUpAs ?? entityFetch.type;
  const attach = writer(slotProperty(entityFetch.id));
  const sources = entityFetch.sources.map(({ entityPath, key, only }) => ({
    entityPath,
    key,
    only,
    plainKey: compilePlainKey(key),
  }));
  return (objectsAt, nullReasons) => {
    const collected: CollectedKeys = { keys: [], results: [], originals: [], keyless: [], unusable: [] };
    const known = new Map<string, EntityResult>();
    const recent = new Map<unknown, RecentKey>();
    for (const { entityPath, key, plainKey, only } of sources) {
      for (const object of objectsAt[entityPath] as ResponseObject[]) {
        if (only && entityResultIn(object, only.slot)?.entity?.__typename !== only.type) continue;
        const value = plainKey?.(object);
        const plain = typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;
        let result = plain === undefined ? undefined : known.get(plain);
        if (result) result.shared = true;
        else result = addKey(object, key, entityPath, plain);
        attach(object, result);
      }
    }
    return collected;

    function unusable(field: KeyField, entityPath: number): EntityResult {
      const result = new EntityResult();
      collected.unusable.push({ field, entityPath, result });
      return result;
    }

    function addKey(
      object: ResponseObject,
      key: readonly KeyField[],
      entityPath: number,
      plain: string | undefined,
    ): EntityResult {
      const original = keyObject(object, key, type, nullReasons);
      if (original instanceof Missing) {
        const result = new EntityResult();
        collected.keyless.push({ missing: original, result });
        return result;
      }
      if (original instanceof Unusable) return unusable(original.field, entityPath);
      const first = original[key[0]?.name ?? '__typename'];
      const last = plain === undefined ? recent.get(first) : undefined;
      if (last && hasSameParts(original, last, key)) {
        last.result.shared = true;
        return last.result;
      }
      const made = entryPoint.key ? entryPoint.key(original) : original;
      if (entryPoint.accepts?.(entryPoint.argsFromKeys ? made : original) === false)
        return unusable(key[0] as KeyField, entityPath);
      const [only] = key as [KeyField];
      // A number with its original text is the same key as one without, and as the text alone.
      const identity = plain ?? keyText(isPlain(key) ? original[only.name] : made);
      const same = known.get(identity);
      const entityResult = same ?? new EntityResult();
      if (plain === undefined) recent.set(first, { original, fields: key.length, result: entityResult });
      if (same) {
        same.shared = true;
        return same;
      }
      known.set(identity, entityResult);
      collected.keys.push(made);
      collected.results.push(entityResult);
      collected.originals.push(original);
      return entityResult;
    }
  };
}

function isPlain(key: readonly KeyField[]): boolean {
  return key.length === 1 && !key[0]?.fields;
}

/** Most keys are one field with a plain value, which identifies objects before any key is made. */
function compilePlainKey(key: readonly KeyField[]): Read | null {
  const [only] = key as [KeyField];
  if (!isPlain(key)) return null;
  const read = reader(only.property);
  if (only.slot === null) return read;
  const { slot } = only;
  return (object) => {
    const entity = entityResultIn(object, slot)?.entity;
    return entity ? read(entity) : undefined;
  };
}
