// Scans of JSON texts for numbers that JavaScript does not write back unchanged. They are optimized for texts without
// any: most of a text is skipped. A string that contains such a number may be taken for one, which costs time and
// changes nothing.

/**
 * Shorter numbers are written back unchanged, unless they have an exponent, or a fraction with zeros at its end or
 * start.
 */
const LONG = 16;

/** Number of long digit runs in strings above which a regular expression is faster than checking each of them. */
const MANY_IN_STRINGS = 16;

const E = 0x65;
const QUOTE = 0x22;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;

/** Matches all other inexact numbers but those of `exponent`. */
const anyOther = /[:,[]\s*-?\d(?:[\d.]{15}|\d*\.(?:\d*[0eE]|0{6}))/g;

const number = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/**
 * As many number characters in a row as a long number has. Written out rather than as `{16}`: V8 then checks one of
 * eight characters of a text without them, in a quarter of the time of a loop.
 */
const longRun = new RegExp('[\\d.]'.repeat(LONG));

/** Numbers with an exponent and without a point, such as 1e2, and negative zero. */
const exponent = /[:,[]\s*(?:-0(?![\d.])|-?\d+[eE])/;

/**
 * @param exponents whether to search also for negative zero and numbers with an exponent and no point: the slowest
 * search.
 */
export function hasInexactNumber(text: string, exponents: boolean): boolean {
  // A number that is the whole text has no character before it.
  if (!text.startsWith('{') && /^\s*-?\d/.test(text)) return true;
  const hasLong = longRun.test(text) && hasLongNumber(text);
  const has = hasLong === null ? hasAnyOther(text) : hasLong || hasInexactDecimal(text);
  return has || (exponents && exponent.test(text));
}

/**
 * Whether there is a number of 16 characters or more, such as 9007199254740993; null where finding out takes too long.
 * One character out of 16 is checked.
 */
function hasLongNumber(text: string): boolean | null {
  let inStrings = 0;
  for (let at = LONG - 1; at < text.length; at += LONG) {
    if (!isNumeric(text.charCodeAt(at))) continue;
    let start = at;
    while (isNumeric(text.charCodeAt(start - 1))) start -= 1;
    let end = at + 1;
    while (isNumeric(text.charCodeAt(end))) end += 1;
    if (end - start >= LONG) {
      if (!startsNumber(text, start)) inStrings += 1;
      else if (!isWrittenUnchanged(text, start)) return true;
      if (inStrings > MANY_IN_STRINGS) return null;
    }
    at = end - 1;
  }
  return false;
}

function hasAnyOther(text: string): boolean {
  anyOther.lastIndex = 0;
  for (let match = anyOther.exec(text); match; match = anyOther.exec(text)) {
    if (!isWrittenUnchanged(text, match.index + match[0].search(/\d/))) return true;
  }
  return false;
}

/** Fractions that end with zeros, or start with many, such as 10.50. */
function hasInexactDecimal(text: string): boolean {
  for (let at = text.indexOf('.'); at !== -1; at = text.indexOf('.', at + 1)) {
    if (!isDigit(text.charCodeAt(at + 1)) || !isDigit(text.charCodeAt(at - 1))) continue;
    let end = at + 2;
    while (isDigit(text.charCodeAt(end))) end += 1;
    const isInexact =
      text.charCodeAt(end - 1) === ZERO ||
      // Upper or lower case.
      (text.charCodeAt(end) | 0x20) === E ||
      (text.charCodeAt(at + 1) === ZERO && text.startsWith('000000', at + 1));
    if (isInexact) {
      let start = at - 1;
      while (isDigit(text.charCodeAt(start - 1))) start -= 1;
      if (startsNumber(text, start) && !isWrittenUnchanged(text, start)) return true;
    }
    at = end - 1;
  }
  return false;
}

/** Whether the digits at this position can be a number of the text: after a colon, a comma or a bracket. */
function startsNumber(text: string, start: number): boolean {
  let at = start - 1;
  if (text.charCodeAt(at) === MINUS) at -= 1;
  let code = text.charCodeAt(at);
  if (code === QUOTE) return false;
  while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) code = text.charCodeAt(--at);
  return code === 0x3a || code === 0x2c || code === 0x5b;
}

/** @param start position of the first digit: the sign makes no difference. */
function isWrittenUnchanged(text: string, start: number): boolean {
  number.lastIndex = start;
  const written = number.exec(text)?.[0] ?? '';
  return String(Number(written)) === written;
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= 0x39;
}

function isNumeric(code: number): boolean {
  return isDigit(code) || code === POINT;
}
