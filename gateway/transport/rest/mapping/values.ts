// JSON values of mappings: how they are compared, shown and written as text. Numbers have their text (`NumberText`)
// where JavaScript would round them.
import { NumberText } from '../../../json/number-text.ts';

/** A value that a mapping cannot be applied to; the message is for operators. */
export class MappingFailure extends Error {
  override readonly name = 'MappingFailure';
}

/** What a mapping has thrown as its failure: values of a service may be nested beyond the stack. Rethrows all else. */
export function asMappingFailure(error: unknown): MappingFailure {
  if (error instanceof MappingFailure) return error;
  if (error instanceof RangeError) return new MappingFailure('the value is nested too deeply');
  throw error;
}

/** A value that a request cannot have; the message is for clients. */
export class InvalidInput extends MappingFailure {}

/** The kind of a value, for messages. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (value instanceof NumberText) return 'a number';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof NumberText);
}

/** The text of a scalar; undefined for lists and objects. Null is the caller's. */
export function scalarText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean' || value instanceof NumberText) return String(value);
  return undefined;
}

/** Equality by value. */
export function areEqual(one: unknown, other: unknown): boolean {
  const left = plain(one);
  const right = plain(other);
  if (left === right) return true;
  if (Array.isArray(left) || Array.isArray(right)) {
    if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return false;
    return left.every((item, index) => areEqual(item, right[index]));
  }
  if (!isObject(left) || !isObject(right)) return false;
  const names = Object.keys(left);
  if (names.length !== Object.keys(right).length) return false;
  return names.every((name) => Object.hasOwn(right, name) && areEqual(left[name], right[name]));
}

function plain(value: unknown): unknown {
  if (value instanceof NumberText) return value.toPlain();
  return value === undefined ? null : value;
}
