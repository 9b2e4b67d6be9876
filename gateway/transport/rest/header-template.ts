// Header fields of a connector's requests: `{ name, value }` with expressions in braces, and `{ name, from }` with the
// value of a field of the client's request.
import { compileExpression, type Evaluate, type Variables } from './mapping/compile.ts';
import { parseExpressionAt } from './mapping/parser.ts';
import { type Expression, MappingError } from './mapping/syntax.ts';
import { MappingFailure } from './mapping/values.ts';
import { textOf } from './url-template.ts';

/** Values of field lines (RFC 9110, section 5.5). */
const fieldValue = /^[\t\x20-\x7e\x80-\xff]*$/;

export interface HeaderTemplate {
  /** In lower case. */
  name: string;
  /** Texts and expressions; or the name of a field of the client's request, in lower case. */
  value: readonly (string | Expression)[] | { from: string };
}

/** @throws MappingError */
export function parseHeaderValue(text: string): (string | Expression)[] {
  const parts: (string | Expression)[] = [];
  let fixed = '';
  for (let offset = 0; offset < text.length; ) {
    const character = text[offset] as string;
    if (character !== '{') {
      if (!fieldValue.test(character)) {
        throw new MappingError(`${JSON.stringify(character)} cannot be in a header field`, offset);
      }
      fixed += character;
      offset += 1;
      continue;
    }
    const { expression, end } = parseExpressionAt(text, offset + 1);
    if (text[end] !== '}') throw new MappingError('a "}" is missing after the expression', end);
    if (fixed !== '') parts.push(fixed);
    fixed = '';
    parts.push(expression);
    offset = end + 1;
  }
  if (fixed !== '') parts.push(fixed);
  return parts;
}

/** The fields of a request, names and values in turn. @throws MappingFailure for a value that no field can have. */
export type HeaderFields = (variables: Variables, received: (name: string) => string | undefined) => readonly string[];

const none: readonly string[] = [];

export function compileHeaders(templates: readonly HeaderTemplate[]): HeaderFields {
  if (templates.length === 0) return () => none;
  const compiled = templates.map(({ name, value }) => ({
    name,
    read: 'from' in value ? value.from : compileValue(value),
  }));
  return (variables, received) => {
    const fields: string[] = [];
    for (const { name, read } of compiled) {
      const text = typeof read === 'string' ? (received(read) ?? null) : read(variables);
      // A field without a value is left out.
      if (text === null) continue;
      if (!fieldValue.test(text))
        throw new MappingFailure(`the value of ${name} has characters that no header can have`);
      fields.push(name, text);
    }
    return fields;
  };
}

function compileValue(parts: readonly (string | Expression)[]): (variables: Variables) => string | null {
  const fills: (string | Evaluate)[] = parts.map((part) => (typeof part === 'string' ? part : compileExpression(part)));
  const [only] = fills;
  if (fills.length === 1 && typeof only === 'function')
    return (variables) => textOf(only(undefined, undefined, variables));
  return (variables) => {
    let text = '';
    for (const fill of fills) {
      text += typeof fill === 'string' ? fill : (textOf(fill(undefined, undefined, variables)) ?? '');
    }
    return text;
  };
}
