// Syntax errors of JSON files that people write: the place, and what to write. `JSON.parse` names a place only sometimes, and
// shows a part of the text, which may be a secret.

import { withoutByteOrderMark } from './utf8.ts';

export interface JsonSyntaxError {
  /** From 1. */
  line: number;
  column: number;
  /** What is wrong, and what to write. */
  reason: string;
}

/**
 * White space, or one token: punctuation, a text, a number or a name. Plain characters of a text are matched in a row:
 * one by one, each would take room on the stack.
 */
const token =
  /[ \t\r\n]*(?:([{}[\],:])|("[ !#-[\]-\uffff]*(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})[ !#-[\]-\uffff]*)*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])|(true|false|null)\b)/y;

interface Token {
  text: string;
  at: number;
}

/** The value of a file's text, which may begin with a byte order mark; or the first error in it. */
export function parseJsonFile(text: string): { value: unknown; error: null } | { value: null; error: JsonSyntaxError } {
  try {
    return { value: JSON.parse(withoutByteOrderMark(text)), error: null };
  } catch (invalid) {
    const error = jsonSyntaxError(text);
    if (error === null) throw invalid;
    return { value: null, error };
  }
}

/** The first error in the text; null for valid JSON. */
export function jsonSyntaxError(text: string): JsonSyntaxError | null {
  const found = new Reader(text).document();
  if (found === null) return null;
  const before = text.slice(0, found.at);
  const line = before.split('\n').length;
  return { line, column: found.at - before.lastIndexOf('\n'), reason: found.reason };
}

interface Found {
  at: number;
  reason: string;
}

/** Not recursive: texts may be nested to any depth. */
class Reader {
  readonly #text: string;
  #at: number;

  constructor(text: string) {
    this.#text = text;
    this.#at = text.startsWith('\ufeff') ? 1 : 0;
  }

  document(): Found | null {
    const open: string[] = [];
    for (;;) {
      const value = this.#next();
      if (value === null) return this.#unreadable();
      if (value.text === '{' || value.text === '[') {
        open.push(value.text);
        if (!this.#skip(value.text === '{' ? '}' : ']')) {
          const problem = value.text === '{' ? this.#name() : null;
          if (problem) return problem;
          continue;
        }
        open.pop();
      } else if (/^[}\],:]$/.test(value.text)) {
        return { at: value.at, reason: `a value is missing before "${value.text}"` };
      }
      const problem = this.#afterValue(open);
      if (problem !== 'another value') return problem;
    }
  }

  /** After a value: closes what ends there, and reads the comma, and the name before the next value. */
  #afterValue(open: string[]): Found | null | 'another value' {
    while (open.length > 0) {
      const container = open.at(-1) as string;
      const end = container === '{' ? '}' : ']';
      const separator = this.#next();
      if (separator === null) return this.#unreadable(`"," or "${end}" is missing`);
      if (separator.text === ',') {
        const next = this.#peek();
        if (next?.text === end) return { at: separator.at, reason: `there is a comma before "${end}": remove it` };
        return (container === '{' ? this.#name() : null) ?? 'another value';
      }
      if (separator.text !== end) return { at: separator.at, reason: `"," or "${end}" is missing` };
      open.pop();
    }
    const rest = this.#peek();
    if (rest === null && /^[ \t\r\n]*$/.test(this.#text.slice(this.#at))) return null;
    return { at: this.#start(), reason: 'there is more after the end: remove it' };
  }

  #name(): Found | null {
    const name = this.#next();
    if (name === null) return this.#unreadable('a name in double quotes is missing');
    if (!name.text.startsWith('"')) return { at: name.at, reason: 'a name in double quotes is missing' };
    const colon = this.#next();
    if (colon?.text === ':') return null;
    return colon === null
      ? this.#unreadable('":" is missing after the name')
      : { at: colon.at, reason: '":" is missing after the name' };
  }

  #skip(text: string): boolean {
    if (this.#peek()?.text !== text) return false;
    this.#next();
    return true;
  }

  #peek(): Token | null {
    const at = this.#at;
    const next = this.#next();
    this.#at = at;
    return next;
  }

  /** Null where no token of JSON stands. */
  #next(): Token | null {
    token.lastIndex = this.#at;
    const match = token.exec(this.#text);
    if (!match) return null;
    this.#at = token.lastIndex;
    const text = match[1] ?? match[2] ?? match[3] ?? match[4] ?? '';
    return { text, at: this.#at - text.length };
  }

  /** The next character that is no white space. */
  #start(): number {
    const rest = this.#text.slice(this.#at);
    return this.#at + (rest.length - rest.trimStart().length);
  }

  /** @param missing what the parser expected there. */
  #unreadable(missing = 'a value is missing'): Found {
    const at = this.#start();
    return { at, reason: reasonFor(this.#text.slice(at, at + 2), missing) };
  }
}

/** What people write in JSON from other languages. */
function reasonFor(start: string, missing: string): string {
  if (start === '') return `the file ends too early: ${missing}`;
  if (start === '//' || start === '/*' || start.startsWith('#')) return 'JSON has no comments: remove it';
  if (/^['`]/.test(start)) return 'texts and names stand in double quotes';
  if (start.startsWith('"'))
    return 'this text has no end, or a character that must be escaped: a line break is \\n, a backslash \\\\';
  if (/^[\d.+-]/.test(start)) return 'this is no number of JSON, such as 0.5 or -1';
  if (/^[A-Za-z_$]/.test(start)) return `${missing}: texts and names stand in double quotes`;
  return missing;
}
