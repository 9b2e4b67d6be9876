// Generated code: the only place in the gateway where text becomes code. It contains names of the schema, as property
// names (a GraphQL name is one) or as JSON string literals, and numbers and names of our own; the rest is passed in as
// data.

/**
 * Runs the source as the body of a function with these parameters, and returns its result; null where this process may
 * not generate code (`--disallow-code-generation-from-strings`).
 */
export function generateFunction<F>(source: string, parameters: Readonly<Record<string, unknown>>): F | null {
  try {
    return new Function(...Object.keys(parameters), source)(...Object.values(parameters)) as F;
  } catch (error) {
    if (error instanceof EvalError) return null;
    throw error;
  }
}

/** Data that generated code takes as it is: texts of clients and strings of the schema never become code. */
export class CodeData {
  /** Text between values: `{"key":`, `,"other":`. */
  readonly texts: string[] = [];
  /** Values of enums. */
  readonly sets: Set<string>[] = [];
  /** The client's names of types. */
  readonly typeNames: Readonly<Record<string, string>>[] = [];
  /** Properties of objects that are not data. */
  readonly symbols: symbol[] = [];
  readonly #symbolNames = new Map<symbol, string>();

  /** The expression for a set of strings. */
  set(values: readonly string[]): string {
    return `sets[${this.sets.push(new Set(values)) - 1}]`;
  }

  /** The expression for the client's names of types. */
  names(names: Readonly<Record<string, string>>): string {
    return `typeNames[${this.typeNames.push(names) - 1}]`;
  }

  /** The name of a constant that holds the symbol. */
  symbol(symbol: symbol): string {
    const known = this.#symbolNames.get(symbol);
    if (known) return known;
    const name = `symbol${this.symbols.push(symbol) - 1}`;
    this.#symbolNames.set(symbol, name);
    return name;
  }

  /** The definitions of those constants. */
  symbolConstants(): string {
    return this.symbols.map((_, index) => `const symbol${index} = symbols[${index}];`).join(' ');
  }

  /** The statement that writes a text. */
  writing(text: string): string {
    return text === '' ? '' : `out[n++] = texts[${this.texts.push(text) - 1}];`;
  }
}

/** Static text between values, collected until a value has to be written after it. */
export class StaticText {
  readonly #data: CodeData;
  #pending: string;

  constructor(data: CodeData, pending = '') {
    this.#data = data;
    this.#pending = pending;
  }

  add(text: string): void {
    this.#pending += text;
  }

  take(): string {
    const taken = this.#pending;
    this.#pending = '';
    return taken;
  }

  /** The statement that writes the collected text. */
  flush(): string {
    return this.#data.writing(this.take());
  }
}
