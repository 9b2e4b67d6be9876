// URL template of a connector, `/users/{$args.id}?sort={$args.sort}`: parsed once, and filled for each request. A value
// never leaves its segment of the path or its parameter: it is percent-encoded as a whole, and what a URL would
// normalise is rejected.
import { compileExpression, type Evaluate, type Variables } from './mapping/compile.ts';
import { parseExpressionAt } from './mapping/parser.ts';
import { type Expression, MappingError } from './mapping/syntax.ts';
import { kindOf, MappingFailure, scalarText } from './mapping/values.ts';

/** Fixed text, percent-encoded already, and expressions. */
export type TemplatePart = string | Expression;

export interface UrlTemplate {
  /** Segments of the path, without slashes; the last one is empty where the path ends with one. */
  segments: readonly (readonly TemplatePart[])[];
  parameters: readonly { name: readonly TemplatePart[]; value: readonly TemplatePart[] | null }[];
}

/** Characters of the fixed parts (RFC 3986, section 3.3), of paths and of queries. */
const fixedPath = /^(?:[A-Za-z\d\-._~!$&'()*+,;=:@]|%[\dA-Fa-f]{2})*$/;
const fixedQuery = /^(?:[A-Za-z\d\-._~!$'()*+,;:@/?]|%[\dA-Fa-f]{2})*$/;

/** `.` and `..`, which URLs remove with the segment before (RFC 3986, section 5.2.4; WHATWG URL, section 4.4). */
const dotSegment = /^(?:\.|%2[eE]){1,2}$/;

/**
 * Parses the path and the query of a URL.
 * @throws MappingError
 */
export function parseUrlTemplate(text: string): UrlTemplate {
  const scheme = /^\s*[A-Za-z][\w+.-]*:/.exec(text);
  if (scheme || /^\s*\/\//.test(text)) {
    throw new MappingError('it is relative to the baseURL of @source: give a path such as "/users"', 0);
  }
  const parser = new TemplateParser(text);
  const segments = parser.path();
  const parameters = parser.query();
  return { segments, parameters };
}

class TemplateParser {
  readonly #text: string;
  #offset = 0;

  constructor(text: string) {
    this.#text = text;
  }

  path(): TemplatePart[][] {
    this.#skipSpace();
    const segments: TemplatePart[][] = [];
    // The address itself.
    if (!this.#take('/') && (this.#offset >= this.#text.length || this.#text[this.#offset] === '?')) return segments;
    for (;;) {
      const start = this.#offset;
      const segment = this.#parts('/?', fixedPath, 'a path');
      const isLast = this.#offset >= this.#text.length || this.#text[this.#offset] === '?';
      if (segment.length === 0 && !isLast)
        throw new MappingError('a segment of the path is empty: remove a "/"', start);
      const [only] = segment;
      if (segment.length === 1 && typeof only === 'string' && dotSegment.test(only)) {
        throw new MappingError(`the segment "${only}" is not supported: write the path without it`, start);
      }
      segments.push(segment);
      if (isLast) return segments;
      this.#offset += 1;
    }
  }

  query(): { name: TemplatePart[]; value: TemplatePart[] | null }[] {
    const parameters: { name: TemplatePart[]; value: TemplatePart[] | null }[] = [];
    if (!this.#take('?')) return parameters;
    while (this.#offset < this.#text.length) {
      const start = this.#offset;
      const name = this.#parts('=&', fixedQuery, 'a query');
      const value = this.#take('=') ? this.#parts('&', fixedQuery, 'a query') : null;
      if (name.length === 0 && value) throw new MappingError('a parameter has no name', start);
      if (name.length > 0) parameters.push({ name, value });
      this.#take('&');
    }
    return parameters;
  }

  /** Up to one of these characters. White space, which multi-line texts have, is left out. */
  #parts(ends: string, allowed: RegExp, where: string): TemplatePart[] {
    const parts: TemplatePart[] = [];
    const text = this.#text;
    let fixed = '';
    const flush = () => {
      if (!allowed.test(fixed))
        throw new MappingError(`the "%" in ${JSON.stringify(fixed)} encodes nothing`, this.#offset);
      if (fixed !== '') parts.push(fixed);
      fixed = '';
    };
    while (this.#offset < text.length && !ends.includes(text[this.#offset] as string)) {
      const character = text[this.#offset] as string;
      if (character === '{') {
        flush();
        parts.push(this.#expression());
        continue;
      }
      if (character !== '%' && !/\s/.test(character) && !allowed.test(character)) {
        const hint = character === '#' ? 'a fragment is not sent: remove it' : 'write it percent-encoded';
        throw new MappingError(`${JSON.stringify(character)} cannot be in ${where}: ${hint}`, this.#offset);
      }
      if (!/\s/.test(character)) fixed += character;
      this.#offset += 1;
    }
    flush();
    return parts;
  }

  #expression(): Expression {
    const start = this.#offset;
    const { expression, end } = parseExpressionAt(this.#text, start + 1);
    if (this.#text[end] !== '}') throw new MappingError('a "}" is missing after the expression', end);
    this.#offset = end + 1;
    return expression;
  }

  #skipSpace(): void {
    while (/\s/.test(this.#text[this.#offset] ?? '')) this.#offset += 1;
  }

  #take(expected: string): boolean {
    if (this.#text[this.#offset] !== expected) return false;
    this.#offset += 1;
    return true;
  }
}

/** A template with variables, for operators: the path without values. */
export function printTemplate({ segments, parameters }: UrlTemplate, show: (expression: Expression) => string): string {
  const text = (parts: readonly TemplatePart[]) =>
    parts.map((part) => (typeof part === 'string' ? part : `{${show(part)}}`)).join('');
  const query = parameters.map(({ name, value }) => (value ? `${text(name)}=${text(value)}` : text(name)));
  return `/${segments.map(text).join('/')}${query.length > 0 ? `?${query.join('&')}` : ''}`;
}

/** A part of a URL as text; null where it has a single expression without a value. */
type FillPart = (variables: Variables) => string | null;

export interface CompiledUrl {
  /** Begins with a slash. @throws MappingFailure */
  path(variables: Variables): string;
  /** Without a question mark. @throws MappingFailure */
  query(variables: Variables): string;
}

export function compileUrl({ segments, parameters }: UrlTemplate): CompiledUrl {
  const path = segments.map((parts) => compileParts(parts));
  const fixed = segments.map((parts) => parts.every((part) => typeof part === 'string'));
  const query = parameters.map(({ name, value }) => ({
    name: compileParts(name),
    value: value && compileParts(value),
  }));
  return {
    path: (variables) => {
      let text = '';
      for (let index = 0; index < path.length; index++) {
        const segment = (path[index] as FillPart)(variables);
        text += `/${fixed[index] ? segment : checkedSegment(segment)}`;
      }
      return text;
    },
    query: (variables) => {
      let text = '';
      for (const { name, value } of query) {
        const key = name(variables);
        const given = value ? value(variables) : '';
        // A parameter without a value is left out.
        if (key !== null && given !== null) text += `${text === '' ? '' : '&'}${key}${value ? '=' : ''}${given}`;
      }
      return text;
    },
  };
}

/**
 * A segment that a request may have.
 * @throws MappingFailure for one that is empty, or that URLs remove.
 */
export function checkedSegment(segment: string | null): string {
  if (segment === null || segment === '') throw new MappingFailure('a segment of the path would be empty');
  if (dotSegment.test(segment)) throw new MappingFailure(`a segment of the path would be "${segment}"`);
  return segment;
}

/** @throws MappingFailure for a text with half of a surrogate pair. */
export function encode(text: string): string {
  if (!text.isWellFormed()) throw new MappingFailure('a value in the URL is no valid Unicode text');
  // URLs of clients and proxies have the apostrophe encoded in queries (WHATWG URL, section 1.3).
  return encodeURIComponent(text).replaceAll("'", '%27');
}

/** The text of a value in a URL or in a header field; null where there is none. @throws MappingFailure */
export function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  const text = scalarText(value);
  if (text === undefined) throw new MappingFailure(`a text, a number or a boolean is needed, not ${kindOf(value)}`);
  return text;
}

function compileParts(parts: readonly TemplatePart[]): FillPart {
  const fills: (string | Evaluate)[] = parts.map((part) => (typeof part === 'string' ? part : compileExpression(part)));
  const [only] = fills;
  if (fills.length === 1 && typeof only === 'function') {
    return (variables) => {
      const text = textOf(only(undefined, undefined, variables));
      return text === null ? null : encode(text);
    };
  }
  return (variables) => {
    let text = '';
    for (const fill of fills) {
      text += typeof fill === 'string' ? fill : encode(textOf(fill(undefined, undefined, variables)) ?? '');
    }
    return text;
  };
}
