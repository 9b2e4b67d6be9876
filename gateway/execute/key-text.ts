// Key text: the form in which entity keys are compared. A key may come as text from one service and as a number from
// another (GraphQL, section 3.5.5: an ID may be serialized as either), so `1` and `"1"` are equal.

import { NumberText } from '../json/number-text.ts';

/** Equal for keys that find the same entity. Keys with several parts are compared part by part, in the order they have. */
export function keyText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null || value instanceof NumberText) return String(value);
  if (Array.isArray(value)) return `[${value.map(partText).join()}]`;
  const parts = Object.entries(value).map(([name, part]) => `${JSON.stringify(name)}:${partText(part)}`);
  return `{${parts.join()}}`;
}

function partText(value: unknown): string {
  const isPlain = typeof value === 'string' || typeof value === 'number' || value instanceof NumberText;
  if (isPlain) return JSON.stringify(String(value));
  return keyText(value);
}

/**
 * A key's value as a number, also where an instance of a class holds the number's text; null for anything else. Plain objects
 * are a service's own: they may have a `valueOf` that is no function.
 */
export function keyNumber(value: unknown): number | null {
  if (typeof value === 'number') return value;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  if (Object.getPrototypeOf(value) === Object.prototype) return null;
  const text = value.valueOf();
  return typeof text === 'string' ? Number(text) : null;
}
