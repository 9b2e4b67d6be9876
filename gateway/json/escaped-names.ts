// Names with an escape in JSON texts, which `JSON.parse` of V8 13 (Node 24) misreads: once an object had the name `a\`, the
// name `a` with a line feed, at the same place of another object, becomes `a\` too. GraphQL's own names have no escapes;
// those in custom scalars may have, and a client chooses which there were before.

const BACKSLASH = 0x5c;
const COLON = 0x3a;

/** A name that ends with a backslash. */
const endsWithBackslash = /(?:\\\\|\\u005c)"[ \t\r\n]*:/i;

/** Whether this process has parsed such a name: nothing is misread before. */
let isMisreadPossible = false;

/** Whether `JSON.parse` may misread a name of the text. Texts without escapes, and strings without them, are skipped. */
export function mayMisreadNames(text: string): boolean {
  const first = text.indexOf('\\');
  if (first === -1) return false;
  isMisreadPossible ||= mayEndWithBackslash(text) && endsWithBackslash.test(text);
  return isMisreadPossible && hasEscapedName(text, first);
}

function mayEndWithBackslash(text: string): boolean {
  return text.includes('\\\\"') || text.includes('5c"') || text.includes('5C"');
}

/** @param first position of the first escape. */
function hasEscapedName(text: string, first: number): boolean {
  for (let at = first; at !== -1; at = text.indexOf('\\', at)) {
    at = endOfString(text, at) + 1;
    if (at === 0) return false;
    let code = text.charCodeAt(at);
    while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) code = text.charCodeAt(++at);
    if (code === COLON) return true;
  }
  return false;
}

/** Position of the quote that ends the string; -1 without one. @param from of an escape in it. */
function endOfString(text: string, from: number): number {
  for (let end = text.indexOf('"', from); end !== -1; end = text.indexOf('"', end + 1)) {
    let start = end;
    while (start > from && text.charCodeAt(start - 1) === BACKSLASH) start -= 1;
    if ((end - start) % 2 === 0) return end;
  }
  return -1;
}
