// JSON of clients and services, parsed so that numbers in it can be written again as they came.
import { hasInexactNumber } from './inexact-numbers.ts';
import { isNestedBeyond } from './json-values.ts';
import { parseLossless } from './lossless-parser.ts';

/**
 * As `JSON.parse`, but a number that a JavaScript number does not give back as it is written is a `NumberText`. The result may
 * be nested to any depth.
 * @param exponents whether that holds also for numbers with an exponent and without a point, and for negative zero: finding
 *   them takes longer than all the others. Only custom scalars have a use for them.
 * @throws SyntaxError where the text is no JSON.
 */
export function parseJson(text: string, exponents = true): unknown {
  return hasInexactNumber(text, exponents) ? parseLossless(text) : JSON.parse(text);
}

/** Levels of lists and objects in what clients send: more would overflow code that recurses. */
export const MAX_JSON_DEPTH = 1_000;

/** JSON that is nested deeper than `MAX_JSON_DEPTH`. */
export class JsonTooDeep extends SyntaxError {
  override readonly name = 'JsonTooDeep';

  constructor() {
    super(`it is nested deeper than ${MAX_JSON_DEPTH} levels`);
  }
}

/**
 * As `parseJson`, for what clients send.
 * @throws JsonTooDeep
 */
export function parseClientJson(text: string): unknown {
  const value = parseJson(text);
  // Each level takes two characters.
  if (text.length > 2 * MAX_JSON_DEPTH && isNestedBeyond(value, MAX_JSON_DEPTH)) throw new JsonTooDeep();
  return value;
}
