// Lossless JSON parser (RFC 8259): like `JSON.parse`, but numbers that JavaScript does not write back unchanged become
// NumberText. Takes twice the time of `JSON.parse`: only for texts that have such numbers.
import { setProperty } from './json-values.ts';
import { NumberText } from './number-text.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Maximum number of decimal digits that a JavaScript number represents exactly. */
const MAX_EXACT_DIGITS = 15;

/** Fractions below one millionth are written with an exponent by JavaScript. */
const MILLION = 1_000_000;

const POWERS_OF_TEN = Array.from({ length: MAX_EXACT_DIGITS + 1 }, (_, power) => 10 ** power);

/** Characters below the space, which JSON strings must escape (RFC 8259, section 7). */
const control = /[^ -\uffff]/;

type Container = Record<string, unknown> | unknown[];

/** @throws SyntaxError for invalid JSON. */
export function parseLossless(text: string): unknown {
  return new Parser(text).document();
}

/** Not recursive: texts may be nested to any depth. */
class Parser {
  readonly #text: string;
  #at = 0;
  #root: unknown;
  /** The list or object that the next value belongs to; null for the outermost value. */
  #container: Container | null = null;
  #name = '';
  readonly #outer: (Container | null)[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  document(): unknown {
    do {
      // Descends to the first leaf value.
      while (this.#opens(this.#next()));
    } while (this.#hasMore());
    if (!Number.isNaN(this.#next())) this.#fail();
    return this.#root;
  }

  /** Reads a value; true if it is a list or an object that is not empty, whose first value is next. */
  #opens(code: number): boolean {
    const isList = code === OPEN_BRACKET;
    if (!isList && code !== OPEN_BRACE) {
      this.#put(this.#scalar(code));
      return false;
    }
    const container: Container = isList ? [] : {};
    this.#put(container);
    this.#at += 1;
    if (this.#next() === (isList ? CLOSE_BRACKET : CLOSE_BRACE)) {
      this.#at += 1;
      return false;
    }
    this.#outer.push(this.#container);
    this.#container = container;
    if (!isList) this.#readName();
    return true;
  }

  /** Moves past the end of a value and of the containers that end with it; false at the end of the outermost. */
  #hasMore(): boolean {
    while (this.#container !== null) {
      const isList = Array.isArray(this.#container);
      const code = this.#next();
      if (code !== COMMA && code !== (isList ? CLOSE_BRACKET : CLOSE_BRACE)) this.#fail();
      this.#at += 1;
      if (code === COMMA) {
        if (!isList) this.#readName();
        return true;
      }
      this.#container = this.#outer.pop() as Container | null;
    }
    return false;
  }

  #put(value: unknown): void {
    const container = this.#container;
    if (container === null) this.#root = value;
    else if (Array.isArray(container)) container.push(value);
    else setProperty(container, this.#name, value);
  }

  #readName(): void {
    if (this.#next() !== QUOTE) this.#fail();
    this.#name = this.#string();
    if (this.#next() !== COLON) this.#fail();
    this.#at += 1;
  }

  /** Moves to the next character that is not white space and returns it; NaN at the end. */
  #next(): number {
    const text = this.#text;
    let code = text.charCodeAt(this.#at);
    while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) code = text.charCodeAt(++this.#at);
    return code;
  }

  #scalar(code: number): unknown {
    switch (code) {
      case QUOTE:
        return this.#string();
      case 0x74:
        return this.#literal('true', true);
      case 0x66:
        return this.#literal('false', false);
      case 0x6e:
        return this.#literal('null', null);
      default:
        return this.#number(code);
    }
  }

  #literal<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) this.#fail();
    this.#at += word.length;
    return value;
  }

  #number(first: number): number | NumberText {
    const text = this.#text;
    const start = this.#at;
    let at = start;
    let code = first;
    if (code === MINUS) code = text.charCodeAt(++at);
    const whole = at;
    // The value of the digits, while it is exact.
    let digits = 0;
    while (code >= ZERO && code <= NINE) {
      digits = digits * 10 + code - ZERO;
      code = text.charCodeAt(++at);
    }
    const wholeLength = at - whole;
    if (wholeLength === 0 || (wholeLength > 1 && text.charCodeAt(whole) === ZERO)) this.#fail(whole);
    let fractionLength = 0;
    if (code === POINT) {
      code = text.charCodeAt(++at);
      const fraction = at;
      while (code >= ZERO && code <= NINE) {
        digits = digits * 10 + code - ZERO;
        code = text.charCodeAt(++at);
      }
      fractionLength = at - fraction;
      if (fractionLength === 0) this.#fail(at);
    }
    const hasExponent = code === 0x65 || code === 0x45;
    if (hasExponent) {
      code = text.charCodeAt(++at);
      if (code === 0x2b || code === MINUS) code = text.charCodeAt(++at);
      const exponent = at;
      while (code >= ZERO && code <= NINE) code = text.charCodeAt(++at);
      if (at === exponent) this.#fail(at);
    }
    this.#at = at;
    if (digits === 0 && at === start + 1) return 0;
    if (!hasExponent && wholeLength + fractionLength <= MAX_EXACT_DIGITS && digits > 0) {
      if (fractionLength === 0) return whole === start ? digits : -digits;
      if (text.charCodeAt(at - 1) !== ZERO && digits * MILLION >= (POWERS_OF_TEN[fractionLength] as number)) {
        // Both operands are exact, so the quotient is the number nearest to the text.
        const value = digits / (POWERS_OF_TEN[fractionLength] as number);
        return whole === start ? value : -value;
      }
    }
    const written = text.slice(start, at);
    if (!hasExponent) {
      // Long numbers are rarely preserved; most are 64-bit keys. Fractions that end with a zero never are.
      const isPreserved = fractionLength === 0 ? wholeLength > MAX_EXACT_DIGITS : text.charCodeAt(at - 1) === ZERO;
      if (isPreserved) return new NumberText(written);
    }
    const number = Number(written);
    return String(number) === written ? number : new NumberText(written);
  }

  #string(): string {
    const text = this.#text;
    const start = this.#at + 1;
    let end = text.indexOf('"', start);
    if (end === -1) this.#fail(text.length);
    let isEscaped = false;
    while (text.charCodeAt(end - 1) === BACKSLASH) {
      isEscaped = true;
      let backslashes = 1;
      while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes += 1;
      if (backslashes % 2 === 0) break;
      end = text.indexOf('"', end + 1);
      if (end === -1) this.#fail(text.length);
    }
    this.#at = end + 1;
    const value = text.slice(start, end);
    if (isEscaped || value.includes('\\')) return JSON.parse(text.slice(start - 1, end + 1));
    if (control.test(value)) this.#fail(start + value.search(control));
    return value;
  }

  #fail(at = this.#at): never {
    throw new SyntaxError(
      at >= this.#text.length
        ? 'Unexpected end of JSON input'
        : `Unexpected character ${JSON.stringify(this.#text[at])} in JSON at position ${at}`,
    );
  }
}
