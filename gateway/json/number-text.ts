// Number text: a JSON number that JavaScript does not write back unchanged, such as 9007199254740993, 10.50 or 1e400.
// The gateway does not compute with such values: it passes their text on.

declare global {
  interface JSON {
    /**
     * Node 22 and later: JSON text that `JSON.stringify` writes as it is (ECMAScript proposal "JSON.parse source text
     * access").
     */
    rawJSON(text: string): object;
  }
}

/**
 * Made by `parseJson` only: JSON from outside cannot contain one. `JSON.stringify`, `String()` and template literals
 * write the text, and `serialize` of graphql-js takes it for a string.
 */
export class NumberText {
  /** Private, so that it is never taken for a field of an object. */
  readonly #text: string;

  /** @param text a number by the grammar of JSON (RFC 8259, section 6). */
  constructor(text: string) {
    this.#text = text;
  }

  toJSON(): object {
    return JSON.rawJSON(this.#text);
  }

  toString(): string {
    return this.#text;
  }

  valueOf(): string {
    return this.#text;
  }

  /** The nearest JavaScript number; infinite if it is out of range. */
  toNumber(): number {
    return Number(this.#text);
  }

  /** For code that computes with values, such as resolvers: a number if it has the same value, else the text. */
  toPlain(): number | string {
    const number = Number(this.#text);
    return decimalOf(String(number)) === decimalOf(this.#text) ? number : this.#text;
  }
}

/** Normal form, equal for texts of the same value: digits without leading and trailing zeros, and a power of ten. */
function decimalOf(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  return `${sign}${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`;
}
