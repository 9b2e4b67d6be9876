// Place of a character of a string value in its SDL: mappings are texts inside of GraphQL's strings.
import { getLocation, type SourceLocation, type StringValueNode } from 'graphql';

/** Line and column, from 1, of the character at an offset of the string's value. */
export function placeInString(node: StringValueNode, offset: number): SourceLocation {
  const { loc } = node;
  if (!loc) return { line: 1, column: 1 };
  const { body } = loc.source;
  const text = body.slice(loc.start, loc.end);
  const inside = node.block ? offsetInBlock(text, node.value, offset) : offsetInQuotes(text, offset);
  return getLocation(loc.source, Math.min(loc.start + inside, loc.end));
}

/** A block string without the lines and the indentation that its value lacks (GraphQL specification, section 2.9.4). */
function offsetInBlock(text: string, value: string, offset: number): number {
  const raw = text.slice(3, -3);
  const lines = raw.split(/\r\n|[\n\r]/);
  const before = value.slice(0, offset).split('\n');
  const isBlank = (line: string) => /^[ \t]*$/.test(line);
  const first = Math.max(
    lines.findIndex((line) => !isBlank(line)),
    0,
  );
  const indents = lines.slice(1).filter((line) => !isBlank(line));
  const indent = Math.min(...indents.map((line) => line.length - line.trimStart().length));
  const index = first + before.length - 1;
  const removed = index === 0 || !Number.isFinite(indent) ? 0 : indent;
  let start = 3;
  for (const [line, lineBreak] of linesWithBreaks(raw).slice(0, index)) start += line.length + lineBreak.length;
  return start + removed + (before.at(-1) ?? '').length;
}

function linesWithBreaks(text: string): [line: string, lineBreak: string][] {
  return [...text.matchAll(/([^\r\n]*)(\r\n|\n|\r|$)/g)].map(([, line = '', lineBreak = '']) => [line, lineBreak]);
}

/** Escapes have several characters in the source. */
function offsetInQuotes(text: string, offset: number): number {
  let index = 1;
  for (let count = 0; count < offset && index < text.length - 1; count += 1) {
    const escaped = /\\(?:u\{[\dA-Fa-f]+\}|u[\dA-Fa-f]{4}|.)/y;
    escaped.lastIndex = index;
    index += escaped.exec(text)?.[0].length ?? 1;
  }
  return index;
}
