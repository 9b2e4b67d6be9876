// Key text: the form in which entity keys are compared. A key may be text in one service and a number in another
// (GraphQL, section 3.5.5: an ID may be serialized as either), so `1` and `"1"` are equal.

import { NumberText } from './number-text.ts';

/**
 * Equal for keys of the same entity. Composite keys are compared part by part, in order; the keys of one lookup field
 * are all composite, or none of them is.
 */
export function keyText(value: unknown): string {
  if (typeof value === 'string') return value;
  return isComposite(value) ? compositeText(value) : String(value);
}

/** With lengths instead of quotes, because escaping would scan each text. */
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
  // Differs from the text "null".
  if (value === null || typeof value === 'boolean') return `=${value}`;
  const text = String(value);
  return `${text.length}:${text}`;
}

function isComposite(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof NumberText);
}

/** A key's value as a number, rounded to the nearest one if it has more digits; null for anything else. */
export function keyNumber(value: unknown): number | null {
  if (typeof value === 'number') return value;
  return value instanceof NumberText ? value.toNumber() : null;
}
