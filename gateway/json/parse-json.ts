// JSON parsing for clients and services that preserves the text of every number.
import { mayMisreadNames } from './escaped-names.ts';
import { hasInexactNumber } from './inexact-numbers.ts';
import { isNestedBeyond, toPlainJson } from './json-values.ts';
import { parseLossless } from './lossless-parser.ts';

/**
 * Like `JSON.parse`, but a number that JavaScript does not write back unchanged becomes a `NumberText`. The result may
 * be nested to any depth.
 * @param exponents whether that includes negative zero and numbers with an exponent and without a point: finding them
 * takes
 *   longer than all the others, and only custom scalars can contain them.
 * @throws SyntaxError for invalid JSON.
 */
export function parseJson(text: string, exponents = true): unknown {
  return hasInexactNumber(text, exponents) || mayMisreadNames(text) ? parseLossless(text) : JSON.parse(text);
}

/** Maximum nesting depth of clients' JSON: more would overflow the stack of recursive code. */
export const MAX_JSON_DEPTH = 1_000;

/** JSON nested deeper than `MAX_JSON_DEPTH`. */
export class JsonTooDeep extends SyntaxError {
  override readonly name = 'JsonTooDeep';

  constructor() {
    super(`it is nested deeper than ${MAX_JSON_DEPTH} levels`);
  }
}

/**
 * Like `parseJson`, for clients' JSON.
 * @throws SyntaxError for invalid JSON; JsonTooDeep.
 */
export function parseClientJson(text: string): unknown {
  const value = parseJson(text);
  // Each level takes two characters.
  if (text.length > 2 * MAX_JSON_DEPTH && isNestedBeyond(value, MAX_JSON_DEPTH)) throw new JsonTooDeep();
  return value;
}

/**
 * Like `parseClientJson`, for code that computes with values: a number that JavaScript would round becomes a string
 * with its text.
 * @throws SyntaxError for invalid JSON; JsonTooDeep.
 */
export function parsePlainJson(text: string): unknown {
  return toPlainJson(parseClientJson(text));
}
