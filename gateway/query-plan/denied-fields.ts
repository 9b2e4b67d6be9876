// What of an operation is refused, though the rest of it is answered: such fields are null, with an error at their path, and
// nothing is asked of any subgraph for them. The policies say what is denied; the planner leaves it out.

import type { DeniedField } from './plan.ts';

export type { DeniedField };

export interface DeniedFieldLists {
  /** By coordinate `Type.field`; or, for one of several places where it is asked, by `Type.field path` (see `placeOf`). */
  fields: ReadonlyMap<string, DeniedField>;
  /** By the name of an object type: objects of it that stand where others may stand as well. */
  types: ReadonlyMap<string, DeniedField>;
}

export class DeniedFields {
  /**
   * Differs between what has to be planned differently; empty where nothing is denied. What is said in the errors, which
   * may differ from one second to the next, has no part in it: plans name what is denied, and find the error in `all`.
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

  /** @param path response keys from the root to the field, without the places in lists. */
  field(coordinate: string, path: readonly string[]): DeniedField | undefined {
    const what = this.keyFor(coordinate, path);
    return what === undefined ? undefined : this.all.get(what);
  }

  /** Under what a field is denied, as `all` has it. */
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

  /** Whether the field is denied wherever it is asked. */
  has(coordinate: string): boolean {
    return this.#lists.fields.has(coordinate);
  }

  /** These fields are denied as well. */
  with(fields: ReadonlyMap<string, DeniedField>): DeniedFields {
    return new DeniedFields({ fields: new Map([...this.#lists.fields, ...fields]), types: this.#lists.types });
  }
}

/** Names one place of an operation where a field is asked. */
export function fieldAtPath(coordinate: string, path: readonly string[]): string {
  return `${coordinate} ${path.join('.')}`;
}

export const noDeniedFields = new DeniedFields({ fields: new Map(), types: new Map() });
