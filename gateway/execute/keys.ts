// Makes the keys by which a look-up finds its objects, each distinct key once, and hangs on every object the find to come.

import { isNestedBeyond } from '../json/json-values.ts';
import { keyObjectOf } from '../json/key-object.ts';
import { NumberText } from '../json/number-text.ts';
import type { AnswerObject } from './answer-object.ts';
import type { EntryPoint } from './entry-point.ts';
import type { FieldError } from './field-error.ts';
import { keyNumber, keyText } from './key-text.ts';
import { MAX_LISTS, MAX_NESTING } from './nesting.ts';
import type { KeyField, KeyLeaf, Lookup } from './plan.ts';
import { type Read, reader, readProperty, writer } from './properties.ts';
import { Find, findIn, slotProperty } from './slot.ts';

export interface CollectedKeys {
  keys: unknown[];
  /** For each key, what will be found by it. */
  finds: Find[];
  /** For each key, the object it was made from, as a single look-up's arguments are made from it. */
  originals: AnswerObject[];
  /** What is not found because its key lacks a part. */
  keyless: { missing: Missing; find: Find }[];
  /** What is not requested because its key is no value that can be one; the others are all the same. */
  unusable: { field: KeyField; position: number; find: Find }[];
}

/** Those from `start` to before `end`. */
export function sliceKeys(all: CollectedKeys, start: number, end: number): CollectedKeys {
  if (start === 0 && end === all.keys.length) return all;
  const { keys, finds, originals } = all;
  return {
    keys: keys.slice(start, end),
    finds: finds.slice(start, end),
    originals: originals.slice(start, end),
    keyless: [],
    unusable: [],
  };
}

/** A part of a key that is not there, the object that it should be on, and the errors that are known to be the reason. */
export class Missing {
  readonly object: AnswerObject;
  readonly field: KeyField;
  readonly reasons: readonly FieldError[] | undefined;

  constructor(object: AnswerObject, field: KeyField, reasons?: readonly FieldError[]) {
    this.object = object;
    this.field = field;
    this.reasons = reasons;
  }
}

/** The errors because of which a value that may be null is null, or has nulls in it; undefined where there are none. */
export type WhyNull = (object: AnswerObject, field: KeyField, value: unknown) => readonly FieldError[] | undefined;

/** A part of a key that is there and can be none. */
class Unusable {
  readonly field: KeyField;

  constructor(field: KeyField) {
    this.field = field;
  }
}

/** The last key with a first part: most objects repeat a key, and comparing its parts costs less than the text of all of them. */
interface RecentKey {
  original: AnswerObject;
  /** How many parts it has. */
  fields: number;
  find: Find;
}

/** Whether all parts are equal. False where that takes more than a comparison: parts that are objects, `1` and `"1"`. */
function hasSameParts(object: AnswerObject, { original, fields }: RecentKey, key: readonly KeyField[]): boolean {
  return fields === key.length && key.every(({ name }) => object[name] === original[name]);
}

/** @param whyNull null where the response has no errors yet. */
export type KeyCollector = (objectsAt: readonly AnswerObject[][], whyNull: WhyNull | null) => CollectedKeys;

export function compileKeyCollector(lookup: Lookup, entryPoint: EntryPoint): KeyCollector {
  const { type } = lookup;
  const hang = writer(slotProperty(lookup.id));
  const sources = lookup.sources.map(({ position, key }) => ({ position, key, plainKey: compilePlainKey(key) }));
  return (objectsAt, whyNull) => {
    const collected: CollectedKeys = { keys: [], finds: [], originals: [], keyless: [], unusable: [] };
    const known = new Map<string, Find>();
    const recent = new Map<unknown, RecentKey>();
    for (const { position, key, plainKey } of sources) {
      for (const object of objectsAt[position] as AnswerObject[]) {
        const value = plainKey?.(object);
        const plain = typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;
        let find = plain === undefined ? undefined : known.get(plain);
        if (find) find.often = true;
        else find = addKey(object, key, position, plain);
        hang(object, find);
      }
    }
    return collected;

    function unusable(field: KeyField, position: number): Find {
      const find = new Find();
      collected.unusable.push({ field, position, find });
      return find;
    }

    function addKey(object: AnswerObject, key: readonly KeyField[], position: number, plain: string | undefined): Find {
      const original = keyObject(object, key, type, whyNull);
      if (original instanceof Missing) {
        const find = new Find();
        collected.keyless.push({ missing: original, find });
        return find;
      }
      if (original instanceof Unusable) return unusable(original.field, position);
      const first = original[key[0]?.name ?? '__typename'];
      const last = plain === undefined ? recent.get(first) : undefined;
      if (last && hasSameParts(original, last, key)) {
        last.find.often = true;
        return last.find;
      }
      const made = entryPoint.key ? entryPoint.key(original) : original;
      if (entryPoint.accepts?.(entryPoint.argsFromKeys ? made : original) === false)
        return unusable(key[0] as KeyField, position);
      const [only] = key as [KeyField];
      // A number that keeps its text is the same key as one that does not, and as the text alone.
      const identity = plain ?? keyText(isPlain(key) ? original[only.name] : made);
      const same = known.get(identity);
      const find = same ?? new Find();
      if (plain === undefined) recent.set(first, { original, fields: key.length, find });
      if (same) {
        same.often = true;
        return same;
      }
      known.set(identity, find);
      collected.keys.push(made);
      collected.finds.push(find);
      collected.originals.push(original);
      return find;
    }
  };
}

function isPlain(key: readonly KeyField[]): boolean {
  return key.length === 1 && !key[0]?.fields;
}

/** Most keys are one field with a plain value: it tells objects apart before any key is made. */
function compilePlainKey(key: readonly KeyField[]): Read | null {
  const [only] = key as [KeyField];
  if (!isPlain(key)) return null;
  const read = reader(only.property);
  if (only.slot === null) return read;
  const { slot } = only;
  return (object) => {
    const entity = findIn(object, slot)?.entity;
    return entity ? read(entity) : undefined;
  };
}

/** Undefined where the property is not known; null too where it is known that there is no object to have it. */
function propertyOf(object: AnswerObject, field: KeyField): unknown {
  if (field.slot === null) return readProperty(object, field.property);
  const find = findIn(object, field.slot);
  if (find?.entity === null && !find.errors) return null;
  return find?.entity ? readProperty(find.entity, field.property) : undefined;
}

function isUsable(value: unknown, leaf: KeyLeaf): boolean {
  if (value === null) return true;
  return leaf === 'boolean' ? typeof value === 'boolean' : typeof value === 'string' || keyNumber(value) !== null;
}

/** The number as the position of a key takes it: as it is written, unless the specification defines the type. */
function keyValue(number: NumberText, leaf: KeyLeaf | null): unknown {
  if (leaf === 'number') return number.toNumber();
  // Services that read JSON numbers as doubles would find the neighbour.
  return leaf === 'id' ? String(number) : number;
}

/** The object that an entry point makes a key from: the key's fields, whichever answers they came in. */
function keyObject(
  object: AnswerObject,
  fields: readonly KeyField[],
  type: string,
  whyNull: WhyNull | null,
): AnswerObject | Missing | Unusable {
  const made = keyObjectOf(type);
  return addFields(made, object, fields, whyNull) ?? made;
}

/** Puts these fields of an object on the one that is made; what is missing, if something is. */
function addFields(
  made: AnswerObject,
  object: AnswerObject,
  fields: readonly KeyField[],
  whyNull: WhyNull | null,
): Missing | Unusable | undefined {
  for (const field of fields) {
    const value = propertyOf(object, field);
    if (value === undefined || (value === null && !field.mayBeNull)) return new Missing(object, field);
    // A service would compute from a null that is none.
    if (field.mayBeNull && whyNull?.(object, field, value)) {
      return new Missing(object, field, reasonsOf(object, fields, whyNull));
    }
    if (field.leaf && !isUsable(value, field.leaf)) return new Unusable(field);
    const complete = field.fields ? nestedValue(value, field, field.fields, whyNull) : value;
    // What is nested too deeply could not be compared, and not be sent.
    if (!field.fields && isNestedBeyond(value, MAX_NESTING)) return new Unusable(field);
    if (complete instanceof Missing || complete instanceof Unusable) return complete;
    made[field.name] = complete instanceof NumberText ? keyValue(complete, field.leaf) : complete;
  }
  return undefined;
}

/** The errors of all these fields: none is left over that its place explains. */
function reasonsOf(object: AnswerObject, fields: readonly KeyField[], whyNull: WhyNull): readonly FieldError[] {
  return fields.flatMap((field) => (field.mayBeNull && whyNull(object, field, propertyOf(object, field))) || []);
}

function nestedValue(
  value: unknown,
  field: KeyField,
  fields: readonly KeyField[],
  whyNull: WhyNull | null,
  lists = 0,
): unknown {
  if (value === null) return null;
  if (Array.isArray(value)) {
    if (lists >= MAX_LISTS) return new Unusable(field);
    const items: unknown[] = [];
    for (const item of value) {
      const made = nestedValue(item, field, fields, whyNull, lists + 1);
      if (made instanceof Missing || made instanceof Unusable) return made;
      items.push(made);
    }
    return items;
  }
  if (typeof value !== 'object' || value instanceof NumberText) return new Unusable(field);
  const made = keyObjectOf();
  return addFields(made, value as AnswerObject, fields, whyNull) ?? made;
}
