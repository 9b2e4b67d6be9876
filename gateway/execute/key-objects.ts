// Key objects: the object that an entity key is made from, with the key's fields from whichever responses they came in;
// or the part of the key that is missing or unusable, with the errors that explain it.
import { isNestedBeyond } from '../json/json-values.ts';
import { keyObjectOf } from '../json/key-object.ts';
import { keyNumber } from '../json/key-text.ts';
import { NumberText } from '../json/number-text.ts';
import type { KeyField, KeyLeaf } from '../query-plan/plan.ts';
import type { FieldError } from './field-error.ts';
import { entityResultIn, type ResponseObject, readProperty } from './hot-path/index.ts';
import { MAX_LISTS, MAX_NESTING } from './nesting.ts';

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
export class Unusable {
  readonly field: KeyField;

  constructor(field: KeyField) {
    this.field = field;
  }
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
export function keyObject(
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
    if (field.types && !field.types.includes(object.__typename as string)) continue;
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
    if (field.fields && Object.hasOwn(made, field.name)) {
      const both = withFields(made[field.name], complete);
      if (both === undefined) return new Missing(object, field, reasonsOf(object, fields, nullReasons));
      made[field.name] = both;
    } else made[field.name] = complete instanceof NumberText ? keyValue(complete, field.leaf) : complete;
  }
  return undefined;
}

/**
 * An object, or those of a list, with the fields of another selection of it; undefined where the two selections have
 * different objects.
 */
function withFields(one: unknown, other: unknown): unknown {
  if (one === null || other === null) return one === other ? null : undefined;
  if (!Array.isArray(one) || !Array.isArray(other)) {
    return Array.isArray(one) || Array.isArray(other) ? undefined : mergedObjects(one as object, other as object);
  }
  if (one.length !== other.length) return undefined;
  const items = one.map((item, index) => withFields(item, other[index]));
  return items.includes(undefined) ? undefined : items;
}

function mergedObjects(one: object, other: object): object | undefined {
  const merged: ResponseObject = Object.assign(keyObjectOf(), one);
  for (const [name, value] of Object.entries(other)) {
    const known = merged[name];
    const isObject = typeof known === 'object' && known !== null && !(known instanceof NumberText);
    const both = isObject ? withFields(known, value) : value;
    if (both === undefined) return undefined;
    merged[name] = both;
  }
  return merged;
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
    if (field.types && !field.types.includes(object.__typename as string)) continue;
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
