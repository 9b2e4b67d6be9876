// What of an operation is refused, though the rest of it is answered: such fields are null, with an error at their path, and
// nothing is asked of any subgraph for them. The policies say what is denied; the planner leaves it out.

import type { Denial } from '../execute/plan.ts';

export type { Denial };

export interface DenialLists {
  /** By coordinate `Type.field`; or, for one of several places where it is asked, by `Type.field path` (see `placeOf`). */
  fields: ReadonlyMap<string, Denial>;
  /** By the name of an object type: objects of it that stand where others may stand as well. */
  types: ReadonlyMap<string, Denial>;
}

export class Denials {
  /**
   * Differs between what has to be planned differently; empty where nothing is denied. What is said in the errors, which
   * may differ from one second to the next, has no part in it: plans name what is denied, and find the error in `all`.
   */
  readonly key: string;
  /** The errors, by coordinate, by place, and by the names of types. */
  readonly all: ReadonlyMap<string, Denial>;
  readonly #lists: DenialLists;

  constructor(lists: DenialLists) {
    this.#lists = lists;
    this.all = new Map([...lists.fields, ...lists.types]);
    this.key = [...this.all.keys()].sort().join('\n');
  }

  /** @param path response keys from the root to the field, without the places in lists. */
  field(coordinate: string, path: readonly string[]): Denial | undefined {
    const what = this.whatOf(coordinate, path);
    return what === undefined ? undefined : this.all.get(what);
  }

  /** Under what a field is denied, as `all` has it. */
  whatOf(coordinate: string, path: readonly string[]): string | undefined {
    const { fields } = this.#lists;
    if (fields.size === 0) return undefined;
    if (fields.has(coordinate)) return coordinate;
    const place = placeOf(coordinate, path);
    return fields.has(place) ? place : undefined;
  }

  type(name: string): Denial | undefined {
    return this.#lists.types.get(name);
  }

  /** Whether the field is denied wherever it is asked. */
  has(coordinate: string): boolean {
    return this.#lists.fields.has(coordinate);
  }

  /** These fields are denied as well. */
  with(fields: ReadonlyMap<string, Denial>): Denials {
    return new Denials({ fields: new Map([...this.#lists.fields, ...fields]), types: this.#lists.types });
  }
}

/** Names one place of an operation where a field is asked. */
export function placeOf(coordinate: string, path: readonly string[]): string {
  return `${coordinate} ${path.join('.')}`;
}

export const nothingDenied = new Denials({ fields: new Map(), types: new Map() });
