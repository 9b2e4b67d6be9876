// Origins of the nulls in a response: the field, the subgraph that it is fetched from, and the error there, or below it
// where its field is not nullable (GraphQL specification, section 6.4.4).
import type { FieldShape, Shape, ValueType } from './shape.ts';

/** Nulls of one field, at all places of a response that differ in the numbers of list items alone. */
export interface NullOrigin {
  /** Path of the first. */
  path: (string | number)[];
  /** Their number. */
  count: number;
  /** `Type.field` in the client's names; null for the whole data. */
  field: string | null;
  subgraph: string | null;
  /**
   * `error`: the error at its path; `propagated`: one below its path, of a field that is not nullable; `absent`: no
   * field that is fetched with it has a value, so that the subgraph has not returned the object; `returned`: the
   * subgraph has returned null; `fallback`: it is the field's fallback, since a subgraph is down.
   */
  reason: 'error' | 'propagated' | 'absent' | 'returned' | 'fallback';
  /** Of the error. */
  code?: string;
  /** Path of an error below it. */
  from?: readonly (string | number)[];
}

export interface LocatedError {
  path?: readonly (string | number)[] | undefined;
  extensions: Readonly<Record<string, unknown>>;
}

interface Result {
  data?: unknown;
  errors?: readonly LocatedError[] | undefined;
  /** `degraded` has the paths of fields that have their fallbacks. */
  extensions?: Readonly<Record<string, unknown>> | undefined;
}

/** Distinct fields; those beyond are left out. */
const MAX_ORIGINS = 100;

type Fields = Record<string, unknown>;

/**
 * @param shape of the response's root object.
 * @param serviceOf the configuration's name of a plan's subgraph.
 */
export function nullOrigins(result: Result, shape: Shape, serviceOf: (subgraph: string) => string): NullOrigin[] {
  return new NullWalk(result, serviceOf).walk(result.data, shape);
}

class NullWalk {
  readonly #serviceOf: (subgraph: string) => string;
  readonly #fallbacks: ReadonlySet<string>;
  readonly #exact = new Map<string, LocatedError>();
  readonly #below = new Map<string, LocatedError>();
  readonly #origins = new Map<string, NullOrigin>();
  readonly #path: (string | number)[] = [];

  constructor({ errors, extensions }: Result, serviceOf: (subgraph: string) => string) {
    this.#serviceOf = serviceOf;
    const degraded = Array.isArray(extensions?.degraded) ? extensions.degraded : [];
    this.#fallbacks = new Set(degraded.map((path) => JSON.stringify(path)));
    for (const error of errors ?? []) {
      const { path } = error;
      if (!path) continue;
      this.#exact.set(JSON.stringify(path), error);
      for (let length = 0; length < path.length; length += 1) {
        const key = JSON.stringify(path.slice(0, length));
        if (!this.#below.has(key)) this.#below.set(key, error);
      }
    }
  }

  walk(data: unknown, shape: Shape): NullOrigin[] {
    if (data === null) this.#found(null, false);
    else this.#object(data, shape);
    return [...this.#origins.values()];
  }

  #object(value: unknown, shape: Shape): void {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
    const object = value as Fields;
    const fields = fieldsOf(object, shape);
    const empty = emptySlots(object, fields);
    for (const field of fields) {
      if (!Object.hasOwn(object, field.key)) continue;
      this.#path.push(field.key);
      this.#value(object[field.key], field.type, field, field.slot !== null && empty.has(field.slot));
      this.#path.pop();
    }
  }

  #value(value: unknown, type: ValueType, field: FieldShape, isAbsent: boolean): void {
    if (value === null) this.#found(field, isAbsent);
    else if (type.kind === 'object') this.#object(value, type.shape);
    else if (type.kind === 'list' && Array.isArray(value)) {
      for (const [index, item] of value.entries()) {
        this.#path.push(index);
        this.#value(item, type.of, field, false);
        this.#path.pop();
      }
    }
  }

  #found(field: FieldShape | null, isAbsent: boolean): void {
    const key = JSON.stringify(this.#path);
    const exact = this.#exact.get(key);
    const error = exact ?? this.#below.get(key);
    const code = error ? String(error.extensions.code ?? 'UNKNOWN') : undefined;
    const isFallback = this.#fallbacks.has(key);
    const reason = exact ? 'error' : isFallback ? 'fallback' : error ? 'propagated' : isAbsent ? 'absent' : 'returned';
    const place = this.#path.map((step) => (typeof step === 'number' ? '*' : step)).join('.');
    const group = `${reason} ${code} ${place}`;
    const known = this.#origins.get(group);
    if (known) known.count += 1;
    else if (this.#origins.size < MAX_ORIGINS) {
      const { subgraph } = error?.extensions ?? {};
      const planned = field ? this.#serviceOf(field.subgraph) : null;
      this.#origins.set(group, {
        path: [...this.#path],
        count: 1,
        field: field && (field.shown ?? field.coordinate),
        subgraph: typeof subgraph === 'string' ? subgraph : planned,
        reason,
        ...(code !== undefined && { code }),
        ...(reason === 'propagated' && error?.path && { from: error.path }),
      });
    }
  }
}

/** The fields of the object's type: by its `__typename` where it was selected, else by the keys that it has. */
function fieldsOf(object: Fields, { types }: Shape): readonly FieldShape[] {
  const all = Object.entries(types);
  if (all.length === 1) return all[0]?.[1] ?? [];
  const named = all.find(([name, fields]) =>
    fields.some(
      ({ key, type }) => type.kind === 'typename' && object[key] === (type.names?.[name] ?? type.name ?? name),
    ),
  );
  if (named) return named[1];
  const keys = Object.keys(object).join('\n');
  return all.find(([, fields]) => fields.map(({ key }) => key).join('\n') === keys)?.[1] ?? [];
}

/** Slots without a value in any of the object's fields. */
function emptySlots(object: Fields, fields: readonly FieldShape[]): Set<number> {
  const empty = new Set<number>();
  for (const { slot } of fields) if (slot !== null) empty.add(slot);
  for (const { slot, key } of fields) if (slot !== null && (object[key] ?? null) !== null) empty.delete(slot);
  return empty;
}
