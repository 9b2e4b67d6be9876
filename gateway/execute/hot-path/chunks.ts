// Chunks of the response that is being written: its text is collected in one array and joined once. Concatenation with
// `+` makes ropes, thousands of small objects for the garbage collector (see docs/engine.md for the measurements).
import type { EscapeSet } from '../../json/escape-set.ts';

/**
 * Writing is synchronous, so one array serves all plans, and its memory is used again. The serializer releases it in the same
 * turn, whatever happens.
 */
export const chunks: string[] = [];

/** Chunks of most responses: the array has room for as many. */
const USUAL_CHUNKS = 65_536;

/** The last response, which may be private or long, does not stay in memory until the next one is written. */
export function releaseChunks(): void {
  if (chunks.length > USUAL_CHUNKS) chunks.length = 0;
  else chunks.fill('');
}

/**
 * Characters that JSON text cannot hold as they are (RFC 8259, section 7: controls, quotes, backslashes), and lone
 * surrogates: all but these.
 */
const escaped = /[^ !#-[\]-\ud7ff\ue000-\uffff]/;

/** Writes a string as chunks, from this index on, escaped but without its quotes; returns the next index. */
export type WriteString = (text: string, index: number) => number;

const stringWriters: Readonly<Record<string, WriteString>> = {
  '': (text, index) => {
    chunks[index] = text;
    return index + 1;
  },
  '"': writeSplitting('"', '\\"'),
  '\n': writeSplitting('\n', '\\n'),
};

/** @param escapes characters that strings must be searched for. */
export function stringWriterFor(escapes: EscapeSet): WriteString {
  return (escapes === null ? undefined : stringWriters[escapes]) ?? writeEscaped;
}

/** Escapes in one string from which on copying it is cheaper than writing its parts. */
const MAX_CHUNKS = 256;

/** For strings in which only one character has to be escaped: the parts between are written without being copied. */
function writeSplitting(character: string, written: string): WriteString {
  return (text, index) => {
    let next = index;
    let from = 0;
    for (let at = text.indexOf(character); at !== -1; at = text.indexOf(character, from)) {
      if (next - index > MAX_CHUNKS) return writeEscaped(text, index);
      chunks[next++] = text.slice(from, at);
      chunks[next++] = written;
      from = at + 1;
    }
    chunks[next++] = from === 0 ? text : text.slice(from);
    return next;
  };
}

function writeEscaped(text: string, index: number): number {
  chunks[index] = escaped.test(text) ? JSON.stringify(text).slice(1, -1) : text;
  return index + 1;
}
