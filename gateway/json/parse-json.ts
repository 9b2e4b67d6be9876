// JSON of clients and services, parsed so that every number in it can be written again as it came.
import { isNestedBeyond } from './json-values.ts';
import { parseLossless } from './lossless-parser.ts';

/**
 * Numbers that a JavaScript number may not give back: with 16 digits or more, an exponent, a zero at the end of a fraction,
 * six zeros after the point, or negative zero. Strings that look alike inside cost time, and change nothing.
 */
const suspicious = /[:,[]\s*(?:-0|-?\d(?:[\d.]{15}|\d*(?:[eE]|\.(?:\d*[0eE]|0{6}))))/g;

const number = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/**
 * As `JSON.parse`, but a number that a JavaScript number does not give back as it is written is a `NumberText`. The result may
 * be nested to any depth.
 * @throws SyntaxError where the text is no JSON.
 */
export function parseJson(text: string): unknown {
  return hasInexactNumber(text) ? parseLossless(text) : JSON.parse(text);
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

function hasInexactNumber(text: string): boolean {
  // A number that is the whole text has nothing before it.
  if (/^\s*-?\d/.test(text)) return true;
  suspicious.lastIndex = 0;
  for (let match = suspicious.exec(text); match; match = suspicious.exec(text)) {
    number.lastIndex = suspicious.lastIndex - match[0].length + match[0].search(/[-\d]/);
    const written = number.exec(text)?.[0] ?? '';
    if (String(Number(written)) !== written) return true;
    suspicious.lastIndex = number.lastIndex;
  }
  return false;
}
