// Cursor of the mapping parser: characters, names and literals of a mapping's text, from left to right.
import { MappingError } from './syntax.ts';

const nameStart = /[A-Za-z_]/;
const namePattern = /[A-Za-z_][0-9A-Za-z_]*/y;
const numberPattern = /-?(?:\d+(?:\.\d*)?|\.\d+)/y;
const numberBegin = /[-.\d]/;
const ignored = /(?:[ \t\r\n,\uFEFF]|#[^\n]*)*/y;
/** Between the elements of lists of arguments, where a comma separates. */
const spaces = /(?:[ \t\r\n\uFEFF]|#[^\n]*)*/y;

export class Cursor {
  readonly text: string;
  offset: number;

  constructor(text: string, offset = 0) {
    this.text = text;
    this.offset = offset;
  }

  /** Skips white space and comments. */
  skip(): void {
    this.#skip(spaces);
  }

  /** Skips commas as well, which may stand between fields as in GraphQL. */
  skipIgnored(): void {
    this.#skip(ignored);
  }

  get isAtEnd(): boolean {
    return this.offset >= this.text.length;
  }

  /** Whether the text goes on with this. */
  isAt(expected: string): boolean {
    return this.text.startsWith(expected, this.offset);
  }

  get isAtName(): boolean {
    return nameStart.test(this.text.charAt(this.offset));
  }

  get isAtString(): boolean {
    const character = this.text.charAt(this.offset);
    return character === '"' || character === "'";
  }

  get isAtNumber(): boolean {
    return numberBegin.test(this.text.charAt(this.offset)) && !this.isAt('->') && !this.isAt('...');
  }

  take(expected: string): boolean {
    if (!this.isAt(expected)) return false;
    this.offset += expected.length;
    return true;
  }

  /** @throws MappingError */
  expect(expected: string, where: string): void {
    if (!this.take(expected)) throw this.error(`expected "${expected}" ${where}, found ${this.found}`);
  }

  /** @throws MappingError */
  name(what: string): string {
    const name = this.#match(namePattern);
    if (name === undefined) throw this.error(`expected ${what}, found ${this.found}`);
    return name;
  }

  /** A name, or a string in its place. @throws MappingError */
  key(what: string): string {
    return this.isAtString ? this.string() : this.name(what);
  }

  /** @throws MappingError */
  string(): string {
    const start = this.offset;
    const quote = this.text.charAt(start);
    let value = '';
    for (let index = start + 1; index < this.text.length; index += 1) {
      const character = this.text.charAt(index);
      if (character === quote) {
        this.offset = index + 1;
        return value;
      }
      if (character === '\\') {
        index += 1;
        value += this.#escaped(index, quote);
      } else value += character;
    }
    throw new MappingError(`the string that begins here has no closing ${quote}`, start);
  }

  /** @throws MappingError for a number that would be rounded. */
  number(): number {
    const start = this.offset;
    const text = this.#match(numberPattern);
    if (text === undefined) throw this.error(`expected a number, found ${this.found}`);
    const value = Number(text);
    if (/[\dA-Za-z_]/.test(this.text.charAt(this.offset))) {
      throw new MappingError('a number has digits and one point, without an exponent', start);
    }
    if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
      throw new MappingError(`the number ${text} would be rounded: write it as a string`, start);
    }
    return value;
  }

  /** What stands here, for messages. */
  get found(): string {
    if (this.isAtEnd) return 'the end';
    const character = String.fromCodePoint(this.text.codePointAt(this.offset) as number);
    return JSON.stringify(this.isAtName ? this.text.slice(this.offset).match(/^\w{1,40}/)?.[0] : character);
  }

  error(message: string): MappingError {
    return new MappingError(message, this.offset);
  }

  #skip(pattern: RegExp): void {
    pattern.lastIndex = this.offset;
    pattern.test(this.text);
    this.offset = Math.max(pattern.lastIndex, this.offset);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.offset;
    const [match] = pattern.exec(this.text) ?? [];
    if (match !== undefined) this.offset += match.length;
    return match;
  }

  /** A backslash escapes the quote and itself; any other one stands for itself, as there. */
  #escaped(index: number, quote: string): string {
    const character = this.text.charAt(index);
    return character === quote || character === '\\' ? character : `\\${character}`;
  }
}
