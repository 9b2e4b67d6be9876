// JSON Schema (2020-12) as data, and the collector of the definitions that several schemas of one document share.

/** A schema: an object of keywords. The empty one allows every value. */
export interface JsonSchema {
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
  type?: JsonType | readonly JsonType[];
  title?: string;
  description?: string;
  deprecated?: true;
  default?: unknown;
  const?: unknown;
  enum?: readonly unknown[];
  anyOf?: readonly JsonSchema[];
  properties?: Record<string, JsonSchema>;
  required?: readonly string[];
  additionalProperties?: boolean;
  minProperties?: number;
  maxProperties?: number;
  items?: JsonSchema;
  minimum?: number;
  maximum?: number;
}

export type JsonType = 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean' | 'null';

/** Definitions by name, to which schemas refer: recursive types end in them. */
export class SchemaDefinitions {
  readonly #prefix: string;
  readonly #byName = new Map<string, JsonSchema>();

  /** @param prefix of a reference: `#/$defs/` in a schema of its own, `#/components/schemas/` in OpenAPI. */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** A reference to the definition of this name. @param make makes it where there is none; it may refer to itself. */
  refer(name: string, make: () => JsonSchema): JsonSchema {
    if (!this.#byName.has(name)) {
      this.#byName.set(name, {});
      this.#byName.set(name, make());
    }
    return { $ref: this.#prefix + name };
  }

  /** In the order of their names; undefined for none. */
  get all(): Record<string, JsonSchema> | undefined {
    if (this.#byName.size === 0) return undefined;
    return Object.fromEntries([...this.#byName].sort(([one], [other]) => (one < other ? -1 : 1)));
  }
}

/** The schema, with null as a value besides. */
export function orNull(schema: JsonSchema): JsonSchema {
  const { type, anyOf, title, description, deprecated, ...rest } = schema;
  // A schema that restricts nothing allows null already.
  if (type === undefined && anyOf === undefined && Object.keys(rest).length === 0) return schema;
  if (typeof type === 'string' && schema.enum === undefined && schema.const === undefined) {
    return { ...schema, type: [type, 'null'] };
  }
  const about = { ...(description !== undefined && { description }), ...(deprecated && { deprecated }) };
  const inner = { ...(title !== undefined && { title }), ...(type !== undefined && { type }), ...rest };
  return { ...about, anyOf: [...(anyOf ?? [inner]), { type: 'null' }] };
}

/** The schema, without null as a value. */
export function withoutNull({ type, anyOf, ...rest }: JsonSchema): JsonSchema {
  if (typeof type === 'object') return { ...rest, type: type.find((each) => each !== 'null') ?? 'null' };
  const left = anyOf?.filter((each) => each.type !== 'null');
  if (left?.length === 1) return { ...left[0], ...rest };
  return { ...rest, ...(type !== undefined && { type }), ...(left && { anyOf: left }) };
}

/** The schema with a description of the place where it stands, which takes precedence over that of its type. */
export function described(
  schema: JsonSchema,
  { description, isDeprecated = false }: { description?: string | null | undefined; isDeprecated?: boolean },
): JsonSchema {
  return { ...schema, ...(description && { description }), ...(isDeprecated && { deprecated: true }) };
}
