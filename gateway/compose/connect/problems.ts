// Problems of one REST service's SDL: each with its place in the file.
import { type ASTNode, getLocation, type StringValueNode } from 'graphql';
import { MappingError } from '../../transport/rest/mapping/syntax.ts';
import { ComposeError } from '../compose-error.ts';
import { placeInString } from './text-place.ts';

export class Problems {
  readonly #source: string;
  readonly #reasons: string[] = [];

  /** @param source name of the service, for messages. */
  constructor(source: string) {
    this.#source = source;
  }

  /** A problem of an argument, a directive or a definition. */
  at(node: ASTNode, message: string): void {
    const { loc } = node;
    if (!loc) this.#reasons.push(`${this.#source}: ${message}`);
    else {
      const { line, column } = getLocation(loc.source, loc.start);
      this.#reasons.push(`${this.#source}:${line}:${column}: ${message}`);
    }
  }

  /** A problem at a character of a string. @param what names the text, such as `selection of Query.users`. */
  inText(node: StringValueNode, offset: number, what: string, message: string): void {
    const { line, column } = placeInString(node, offset);
    const before = node.value.slice(0, offset).split('\n');
    const place = `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`;
    this.#reasons.push(`${this.#source}:${line}:${column}: ${what}, ${place}: ${message}`);
  }

  /** The result of reading a text; undefined where it has a problem, which is noted. */
  reading<Value>(node: StringValueNode, what: string, read: (text: string) => Value): Value | undefined {
    try {
      return read(node.value);
    } catch (error) {
      if (!(error instanceof MappingError)) throw error;
      this.inText(node, error.offset, what, error.message);
      return undefined;
    }
  }

  get isEmpty(): boolean {
    return this.#reasons.length === 0;
  }

  /** @throws ComposeError where there is any. */
  throwIfAny(): void {
    if (!this.isEmpty) throw new ComposeError([...new Set(this.#reasons)]);
  }
}
