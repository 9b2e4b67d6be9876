// Data of whole deferred fragments, for formats in which a part repeats what other parts have of its fragment: taken from
// the parts that were completed, so that a null of one of them is one in all.
import type { FieldShape } from '../../query-plan/shape.ts';
import type { PartObject } from './part-object.ts';
import type { PendingFragment } from './pending-fragments.ts';

type Data = Record<string, unknown>;

export class FragmentData {
  /** By objects of the parts. */
  readonly #fields = new WeakMap<object, readonly FieldShape[]>();

  /** Records the fields that may stand in an object of a part. */
  record(data: Data, fields: readonly FieldShape[]): void {
    this.#fields.set(data, fields);
  }

  /** Adds a group of fields to its object. */
  merge({ data }: PartObject, group: Data): void {
    if (data) Object.assign(data, group);
  }

  /** What a fragment mentions, as far as it has been merged. */
  of({ id, object: { data, fields } }: PendingFragment): Data | null {
    return data ? this.#mentioned(data, fields, id) : null;
  }

  #mentioned(data: Data, fields: readonly FieldShape[], fragment: number): Data {
    // No prototype: a client may use `__proto__` as a response key.
    const mentioned: Data = Object.create(null);
    for (const { key, mentionedIn } of fields) {
      if (mentionedIn?.includes(fragment) && Object.hasOwn(data, key))
        mentioned[key] = this.#value(data[key], fragment);
    }
    return mentioned;
  }

  #value(value: unknown, fragment: number): unknown {
    if (Array.isArray(value)) return value.map((item) => this.#value(item, fragment));
    const fields = typeof value === 'object' && value !== null ? this.#fields.get(value) : undefined;
    return fields ? this.#mentioned(value as Data, fields, fragment) : value;
  }
}
