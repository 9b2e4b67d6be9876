// Texts in the lines of the log, in which nothing stands that a terminal obeys.

/**
 * Characters that JSON does not escape and terminals obey: a client's `User-Agent` may have them. U+009B begins a control
 * sequence; U+2028 and U+2029 end a line.
 */
const controls = /[\u007f-\u009f\u2028\u2029]/g;

/** A text with a character that needs more than quotation marks around it, or may need it. */
const isUnusual = /[^ !#-[\]-~]/;

/** @param lines JSON, in which these characters stand only in texts. */
export function withoutControls(lines: string): string {
  if (lines.search(controls) === -1) return lines;
  return lines.replace(controls, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** JSON of a text, as it may stand in a line. */
export function quoted(text: string): string {
  return isUnusual.test(text) ? withoutControls(JSON.stringify(text)) : `"${text}"`;
}

const inTerminal = /\p{Cc}(?:\[[\d;]*m)?|[\u2028\u2029]/gu;

/** Readable lines without what a terminal obeys, but for ends of lines, tabs and colours. */
export function forTerminal(lines: string): string {
  return lines.replace(inTerminal, (found) => {
    const [character = ''] = found;
    if (character === '\n' || character === '\t' || (character === '\u001b' && found.length > 1)) return found;
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}${found.slice(1)}`;
  });
}
