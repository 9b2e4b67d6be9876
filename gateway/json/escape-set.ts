// Escape set: the characters that are escaped in a JSON text, known from one search of the whole text. Where its
// strings are written again, each is searched for those alone.

/** Each character once; null for all that JSON escapes. */
export type EscapeSet = string | null;

/** Escapes (RFC 8259, section 7) that stand for a plain character. */
const simpleEscapes: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', n: '\n' };

/** Maximum number of escapes that are examined: beyond it the search would cost more than it saves. */
const MAX_ESCAPES = 10_000;

/**
 * Characters that are escaped in a JSON text; null for anything but one of the above. Most texts have none, or quotes
 * or line feeds only: searching a string for those costs a fraction of a search for everything that JSON escapes.
 */
export function escapesIn(text: string): EscapeSet {
  let found = '';
  let count = 0;
  for (let at = text.indexOf('\\'); at !== -1; at = text.indexOf('\\', at + 2)) {
    const character = simpleEscapes[text[at + 1] as string];
    // With two of them the serializer searches for all.
    if (character === undefined || (found !== '' && found !== character) || count++ > MAX_ESCAPES) return null;
    found = character;
  }
  return found;
}

/** The characters that are escaped in either text. */
export function bothEscapes(some: EscapeSet, more: EscapeSet): EscapeSet {
  if (some === null || more === null) return null;
  let both = some;
  for (const character of more) if (!both.includes(character)) both += character;
  return both;
}
