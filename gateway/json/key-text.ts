// Key text: the form in which entity keys are compared. A key may come as text from one service and as a number from
// another (GraphQL, section 3.5.5: an ID may be serialized as either), so `1` and `"1"` are equal.

import { NumberText } from './number-text.ts';

/**
 * Equal for keys that find the same entity. Keys with several parts are compared part by part, in the order they have;
 * of one lookup's keys all have parts, or none has.
 */
export function keyText(value: unknown): string {
  if (typeof value === 'string') return value;
  return isComposite(value) ? compositeText(value) : String(value);
}

/** With lengths in place of quotes, which would cost a search of each text. */
function compositeText(value: object): string {
  if (Array.isArray(value)) {
    let text = '[';
    for (const item of value) text += partText(item);
    return `${text}]`;
  }
  let text = '{';
  for (const name in value) text += `${name.length}:${name}${partText((value as Record<string, unknown>)[name])}`;
  return `${text}}`;
}

function partText(value: unknown): string {
  if (isComposite(value)) return compositeText(value);
  // So that null is not the text of that name.
  if (value === null || typeof value === 'boolean') return `=${value}`;
  const text = String(value);
  return `${text.length}:${text}`;
}

function isComposite(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof NumberText);
}

/** A key's value as a number, the nearest one where it has more digits; null for anything else. */
export function keyNumber(value: unknown): number | null {
  if (typeof value === 'number') return value;
  return value instanceof NumberText ? value.toNumber() : null;
}
