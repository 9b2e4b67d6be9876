// JSON in which every number is its text, for services and clients that must not change a number. It shares no code
// with the gateway, whose own reading and writing of numbers it is compared with.

/** A number as it is written in JSON. */
export class JsonNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }

  toJSON(): object {
    return JSON.rawJSON(this.text);
  }
}

/** Parses JSON text; every number becomes a `JsonNumber`. */
export function readJson(text: string): unknown {
  const parse = JSON.parse as (text: string, reviver: Reviver) => unknown;
  return parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined ? new JsonNumber(source) : value,
  );
}

/**
 * Node 22 and later give the reviver the text of primitive values (ECMAScript proposal "JSON.parse source text
 * access").
 */
type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown;

/** Text that is the same for values that differ in the order of properties only. */
export function sortedText(value: unknown): string {
  return JSON.stringify(value, (_key, below: unknown) =>
    typeof below === 'object' && below !== null && !Array.isArray(below) && !isRaw(below)
      ? Object.fromEntries(Object.entries(below).sort(([one], [other]) => (one < other ? -1 : 1)))
      : below,
  );
}

function isRaw(value: object): boolean {
  return 'rawJSON' in value && Object.isFrozen(value);
}
