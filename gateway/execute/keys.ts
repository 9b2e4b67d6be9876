// Key collection: collects distinct entity keys for a fetch and attaches a pending result to every object.

import { isNestedBeyond } from '../json/json-values.ts';
import { keyObjectOf } from '../json/key-object.ts';
import { keyNumber, keyText } from '../json/key-text.ts';
import { NumberText } from '../json/number-text.ts';
import type { EntryPoint } from '../query-plan/entry-point.ts';
import type { EntityFetch, KeyField, KeyLeaf } from '../query-plan/plan.ts';
import type { FieldError } from './field-error.ts';
import {
  EntityResult,
  entityResultIn,
  type Read,
  type ResponseObject,
  reader,
  readProperty,
  slotProperty,
  writer,
} from './hot-path/index.ts';
import { MAX_LISTS, MAX_NESTING } from './nesting.ts';

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

/** A missing part of a key: the object that should have it, and the errors that are known to be the reason. */
export class Missing {
  readonly object: ResponseObject;
  readonly field: KeyField;
  readonly reasons: readonly FieldError[] | undefined;

  constructor(object: ResponseObject, field: KeyField, reasons?: readonly FieldError[]) {
    this.object = object;
    this.field = field;
    this.reasons = reasons;
  }
}

/** The errors because of which a value is missing, is null, or contains nulls; undefined where there are none. */
export type NullReasons = (
  object: ResponseObject,
  field: KeyField,
  value: unknown,
) => readonly FieldError[] | undefined;

/** A part of a key whose value cannot be one. */
class Unusable {
  readonly field: KeyField;

  constructor(field: KeyField) {
    this.field = field;
  }
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
  const { type } = entityFetch;
  const attach = writer(slotProperty(entityFetch.id));
  const sources = entityFetch.sources.map(({ entityPath, key }) => ({
    entityPath,
    key,
    plainKey: compilePlainKey(key),
  }));
  return (objectsAt, nullReasons) => {
    const collected: CollectedKeys = { keys: [], results: [], originals: [], keyless: [], unusable: [] };
    const known = new Map<string, EntityResult>();
    const recent = new Map<unknown, RecentKey>();
    for (const { entityPath, key, plainKey } of sources) {
      for (const object of objectsAt[entityPath] as ResponseObject[]) {
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

/** Undefined where the property is not known; null too where the object that would have it is known to be absent. */
function propertyOf(object: ResponseObject, field: KeyField): unknown {
  if (field.slot === null) return readProperty(object, field.property);
  const result = entityResultIn(object, field.slot);
  if (result?.entity === null && !result.errors) return null;
  return result?.entity ? readProperty(result.entity, field.property) : undefined;
}

function isUsable(value: unknown, leaf: KeyLeaf): boolean {
  if (value === null) return true;
  return leaf === 'boolean' ? typeof value === 'boolean' : typeof value === 'string' || keyNumber(value) !== null;
}

/**
 * The number in the form that the key's position takes: as it is written, unless the specification defines the type.
 */
function keyValue(number: NumberText, leaf: KeyLeaf | null): unknown {
  if (leaf === 'number') return number.toNumber();
  // Services that read JSON numbers as doubles would find a neighbouring key.
  return leaf === 'id' ? String(number) : number;
}

/** The object that an entry point makes a key from: the key's fields, whichever responses they came in. */
function keyObject(
  object: ResponseObject,
  fields: readonly KeyField[],
  type: string,
  nullReasons: NullReasons | null,
): ResponseObject | Missing | Unusable {
  const made = keyObjectOf(type);
  return addFields(made, object, fields, nullReasons) ?? made;
}

/** Adds these fields of an object to the new one; returns the missing or unusable part, if there is one. */
function addFields(
  made: ResponseObject,
  object: ResponseObject,
  fields: readonly KeyField[],
  nullReasons: NullReasons | null,
): Missing | Unusable | undefined {
  for (const field of fields) {
    const value = propertyOf(object, field);
    const isMissing = value === undefined || (value === null && !field.mayBeNull);
    // A service would compute a wrong value from a null that stands for an error.
    if (isMissing || (field.mayBeNull && nullReasons?.(object, field, value))) {
      return new Missing(object, field, reasonsOf(object, fields, nullReasons));
    }
    if (field.leaf && !isUsable(value, field.leaf)) return new Unusable(field);
    const complete = field.fields ? nestedValue(value, field, field.fields, nullReasons) : value;
    // A value that is nested too deeply could be neither compared nor sent.
    if (!field.fields && isNestedBeyond(value, MAX_NESTING)) return new Unusable(field);
    if (complete instanceof Missing) {
      return new Missing(complete.object, complete.field, reasonsOf(object, fields, nullReasons));
    }
    if (complete instanceof Unusable) return complete;
    made[field.name] = complete instanceof NumberText ? keyValue(complete, field.leaf) : complete;
  }
  return undefined;
}

/**
 * The errors of all these fields, also of those in nested objects, each once: each is reported at the place that it
 * explains.
 * Undefined where there are none.
 */
function reasonsOf(
  object: ResponseObject,
  fields: readonly KeyField[],
  nullReasons: NullReasons | null,
): readonly FieldError[] | undefined {
  if (!nullReasons) return undefined;
  const reasons = new Set<FieldError>();
  addReasons(reasons, object, fields, nullReasons);
  return reasons.size > 0 ? [...reasons] : undefined;
}

function addReasons(
  reasons: Set<FieldError>,
  object: ResponseObject,
  fields: readonly KeyField[],
  nullReasons: NullReasons,
): void {
  for (const field of fields) {
    const value = propertyOf(object, field);
    const errors = nullReasons(object, field, value);
    if (errors) for (const error of errors) reasons.add(error);
    else if (field.fields) addNestedReasons(reasons, value, field.fields, nullReasons);
  }
}

function addNestedReasons(
  reasons: Set<FieldError>,
  value: unknown,
  fields: readonly KeyField[],
  nullReasons: NullReasons,
  lists = 0,
): void {
  if (Array.isArray(value)) {
    if (lists < MAX_LISTS) for (const item of value) addNestedReasons(reasons, item, fields, nullReasons, lists + 1);
  } else if (typeof value === 'object' && value !== null) {
    addReasons(reasons, value as ResponseObject, fields, nullReasons);
  }
}

function nestedValue(
  value: unknown,
  field: KeyField,
  fields: readonly KeyField[],
  nullReasons: NullReasons | null,
  lists = 0,
): unknown {
  if (value === null) return null;
  if (Array.isArray(value)) {
    if (lists >= MAX_LISTS) return new Unusable(field);
    const items: unknown[] = [];
    for (const item of value) {
      const made = nestedValue(item, field, fields, nullReasons, lists + 1);
      if (made instanceof Missing || made instanceof Unusable) return made;
      items.push(made);
    }
    return items;
  }
  if (typeof value !== 'object' || value instanceof NumberText) return new Unusable(field);
  const made = keyObjectOf();
  return addFields(made, value as ResponseObject, fields, nullReasons) ?? made;
}
