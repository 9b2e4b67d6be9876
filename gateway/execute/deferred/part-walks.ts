// Walk through the objects of one part of a response, the first one or a group of deferred fields: it finds what comes
// later.
import type { FieldShape } from '../../query-plan/shape.ts';
import type { Path } from '../field-error.ts';
import type { ResponseObject } from '../hot-path/index.ts';
import type { PartFields } from '../part-fields.ts';
import type { DeferredFields } from './deferred-fields.ts';
import type { FragmentData } from './fragment-data.ts';
import type { FoundGroup, PartObject } from './part-object.ts';

/** Fields that come with their objects; those of the part's own object are given. */
export class GroupWalk implements PartFields {
  /** What comes later. */
  readonly found: FoundGroup[] = [];
  /** Whether there is more than the limit: then it is not all in `found`. */
  isFull = false;
  readonly #max: number;
  readonly #deferred: DeferredFields;
  readonly #fragments: FragmentData;
  /** The object of a group of fields; null for the first part, which begins with an object of its own. */
  readonly #start: PartObject | null;
  #isBegun: boolean;
  #object: PartObject | null;

  /** @param max groups that may come later. */
  constructor(deferred: DeferredFields, fragments: FragmentData, start: PartObject | null, max: number) {
    this.#max = max;
    this.#deferred = deferred;
    this.#fragments = fragments;
    this.#start = start;
    this.#isBegun = start === null;
    this.#object = start;
  }

  enter(fields: readonly FieldShape[], object: ResponseObject, path: Path): readonly FieldShape[] {
    if (!this.#isBegun) {
      this.#isBegun = true;
      return fields;
    }
    this.#object = { fields, object, path, above: this.#object, data: undefined };
    const { own, groups } = this.#deferred.of(fields);
    if (this.found.length + groups.length > this.#max) this.isFull = true;
    else for (const group of groups) this.found.push({ object: this.#object, group });
    return own;
  }

  leave(data: Record<string, unknown>): void {
    const object = this.#object;
    if (!object || object === this.#start) return;
    object.data = data;
    this.#fragments.record(data, object.fields);
    this.#object = object.above;
  }
}
