// Number text: a JSON number that a JavaScript number does not give back as it was written, such as 9007199254740993, 10.50
// or 1e400. The gateway is no consumer of such values: it passes their text on.

declare global {
  interface JSON {
    /** Node 22 and later: JSON text that `JSON.stringify` writes as it is (ECMAScript proposal "JSON.parse source text access"). */
    rawJSON(text: string): object;
  }
}

/**
 * Made by `parseJson` only: JSON from outside has no way to write one. `JSON.stringify` writes the text, `String()` and
 * template literals give it, and `serialize` of graphql-js takes it for a string.
 */
export class NumberText {
  /** Private: where an object is expected, nothing of it can be taken for one of the object's fields. */
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

  /** The nearest JavaScript number; infinite where it is out of range. */
  toNumber(): number {
    return Number(this.#text);
  }

  /** For code that consumes values, such as resolvers: a number where it has the same value, else the text. */
  toPlain(): number | string {
    const number = Number(this.#text);
    return decimalOf(String(number)) === decimalOf(this.#text) ? number : this.#text;
  }
}

/** Equal for texts of the same value: digits without zeros at their ends, and the power of ten that they are multiplied with. */
function decimalOf(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  return `${sign}${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`;
}
