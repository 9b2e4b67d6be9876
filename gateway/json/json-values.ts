// JSON values that may contain numbers as text: copies, plain copies for code that computes with values, and nesting
// depth.
import { NumberText } from './number-text.ts';

/** Whether lists and objects are nested deeper than a number of levels. */
export function isNestedBeyond(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return !(value instanceof NumberText);
  for (const below of Object.values(value)) if (isNestedBeyond(below, levels - 1)) return true;
  return false;
}

/** A deep copy. @throws RangeError where the value is nested too deeply for recursion. */
export function copyJson<T>(value: T): T;
export function copyJson(value: unknown): unknown {
  return copyWith(value, (number) => number);
}

/**
 * The value itself if it contains no `NumberText`, else a copy with JavaScript numbers and strings in place of them.
 */
export function toPlainJson<T>(value: T): T;
export function toPlainJson(value: unknown): unknown {
  return holdsNumberText(value) ? copyWith(value, (number) => number.toPlain()) : value;
}

/** Whether a value contains a `NumberText`. */
export function holdsNumberText(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (value instanceof NumberText) return true;
  for (const name in value) if (holdsNumberText((value as Record<string, unknown>)[name])) return true;
  return false;
}

function copyWith(value: unknown, change: (number: NumberText) => unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => copyWith(item, change));
  if (value instanceof NumberText) return change(value);
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(value)) setProperty(copy, name, copyWith((value as typeof copy)[name], change));
  return copy;
}

/** A property of an object from outside; undefined where it is not the object's own. */
export function ownValue(object: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Sets a property as `JSON.parse` does: `__proto__` is a name like any other. */
export function setProperty(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__') {
    Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
  } else object[name] = value;
}
