// Denied fields of an operation whose other fields are executed: they are null, with an error at their path, and no
// subgraph gets a request for them. The policies determine them; the planner leaves them out.

import type { DeniedField } from './plan.ts';

export type { DeniedField };

export interface DeniedFieldLists {
  /**
   * By coordinate `Type.field`; or, for one of several places where it is selected, by `Type.field path` (see
   * `fieldAtPath`).
   */
  fields: ReadonlyMap<string, DeniedField>;
  /** By the name of an object type: objects of it that stand where others may stand as well. */
  types: ReadonlyMap<string, DeniedField>;
}

export class DeniedFields {
  /**
   * Identifies the denied fields in cache keys of plans; empty where nothing is denied. Error texts, which may differ
   * from one second to the next, are not part of it: plans name a denied field, and execution finds its error in
   * `all`.
   */
  readonly key: string;
  /** The errors, by coordinate, by place, and by the names of types. */
  readonly all: ReadonlyMap<string, DeniedField>;
  readonly #lists: DeniedFieldLists;

  constructor(lists: DeniedFieldLists) {
    this.#lists = lists;
    this.all = new Map([...lists.fields, ...lists.types]);
    this.key = [...this.all.keys()].sort().join('\n');
  }

  /** @param path response keys from the root to the field, without list indices. */
  field(coordinate: string, path: readonly string[]): DeniedField | undefined {
    const key = this.keyFor(coordinate, path);
    return key === undefined ? undefined : this.all.get(key);
  }

  /** The key in `all` under which a field is denied. */
  keyFor(coordinate: string, path: readonly string[]): string | undefined {
    const { fields } = this.#lists;
    if (fields.size === 0) return undefined;
    if (fields.has(coordinate)) return coordinate;
    const place = fieldAtPath(coordinate, path);
    return fields.has(place) ? place : undefined;
  }

  type(name: string): DeniedField | undefined {
    return this.#lists.types.get(name);
  }

  /** Whether the field is denied wherever it is selected. */
  has(coordinate: string): boolean {
    return this.#lists.fields.has(coordinate);
  }

  /** These fields are denied as well. */
  with(fields: ReadonlyMap<string, DeniedField>): DeniedFields {
    return new DeniedFields({ fields: new Map([...this.#lists.fields, ...fields]), types: this.#lists.types });
  }
}

/** Names one place of an operation where a field is selected. */
export function fieldAtPath(coordinate: string, path: readonly string[]): string {
  return `${coordinate} ${path.join('.')}`;
}

export const noDeniedFields = new DeniedFields({ fields: new Map(), types: new Map() });
