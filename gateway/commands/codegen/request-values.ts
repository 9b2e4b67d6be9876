// Values of an SDK's requests: variables as JSON, and scalars with codecs. Copied into every generated SDK.

/**
 * Scalars with codecs by name, below the names of fields and variables: `{ order: { total: 'BigInt' } }`. A list of them
 * is `[BigInt]`; a function has the fields of an input type, which may contain itself.
 */
export interface Shape {
  readonly [name: string]: string | Shape | (() => Shape);
}

/** Converts a scalar between its JSON and the type that the program uses. Null is not converted. */
export interface Codec<Value> {
  /** @returns a value that can be written as JSON. */
  encode(value: Value): unknown;
  decode(json: unknown): Value;
}

/** Any codec, of values whose type is not known. */
interface AnyCodec {
  encode(value: never): unknown;
  decode(json: unknown): unknown;
}

export type Codecs = Readonly<Record<string, AnyCodec>>;

/**
 * The variables as JSON. What JSON.stringify would leave out, or write as null, is an error too.
 * @throws TypeError that names the variable.
 */
export function writeVariables(operation: string, variables: object | undefined): string {
  const written = Object.entries(variables ?? {}).flatMap(([name, variable]) => {
    if (variable === undefined) return [];
    const check = (_key: string, value: unknown): unknown => {
      const type = typeof value === 'number' && !Number.isFinite(value) ? String(value) : typeof value;
      if (['bigint', 'function', 'symbol', 'NaN', 'Infinity', '-Infinity'].includes(type)) {
        throw new TypeError(`it has a value of the type ${type}`);
      }
      return value;
    };
    try {
      return [`${JSON.stringify(name)}:${JSON.stringify(variable, check)}`];
    } catch (cause) {
      const reason = (cause as Error).message;
      throw new TypeError(`${operation}: the variable "${name}" cannot be written as JSON: ${reason}`, { cause });
    }
  });
  return `{${written.join(',')}}`;
}

export function encoded(operation: string, variables: object, shape: Shape | undefined, codecs: Codecs): object {
  if (!shape) return variables;
  return convert(variables, shape, (scalar, value) =>
    converted(operation, scalar, 'encode', () => codecOf(scalar, codecs).encode(value as never)),
  ) as object;
}

export function decoded(operation: string, data: unknown, shape: Shape | undefined, codecs: Codecs): unknown {
  if (!shape) return data;
  return convert(data, shape, (scalar, value) =>
    converted(operation, scalar, 'decode', () => {
      // Its digits were lost when the response was parsed.
      if (Number.isInteger(value) && !Number.isSafeInteger(value))
        throw new TypeError('the number is not a safe integer');
      return codecOf(scalar, codecs).decode(value);
    }),
  );
}

function codecOf(scalar: string, codecs: Codecs): AnyCodec {
  const codec = codecs[scalar];
  if (!codec) throw new TypeError('there is none');
  return codec;
}

function converted(operation: string, scalar: string, method: keyof AnyCodec, apply: () => unknown): unknown {
  try {
    return apply();
  } catch (cause) {
    const message = `${operation}: the codec of ${scalar} cannot ${method} a value: ${(cause as Error).message}`;
    throw new TypeError(message, { cause });
  }
}

function convert(value: unknown, shape: Shape[string], apply: (scalar: string, value: unknown) => unknown): unknown {
  if (value === null || value === undefined) return value;
  if (typeof shape === 'string') {
    if (!shape.startsWith('[')) return apply(shape, value);
    const inner = shape.slice(1, -1);
    // GraphQL, section 3.11: one item is accepted as a list.
    return Array.isArray(value) ? value.map((item) => convert(item, inner, apply)) : convert(value, inner, apply);
  }
  if (Array.isArray(value)) return value.map((item) => convert(item, shape, apply));
  const copy: Record<string, unknown> = { ...value };
  for (const [name, inner] of Object.entries(typeof shape === 'function' ? shape() : shape)) {
    if (Object.hasOwn(copy, name)) copy[name] = convert(copy[name], inner, apply);
  }
  return copy;
}
