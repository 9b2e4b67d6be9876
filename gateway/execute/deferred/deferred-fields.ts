// Deferred fields of a plan: for each set of an object's fields, those that come with the object, and those that come
// later, with the fetches that they wait for. Found once for each set.
import type { FragmentPlace } from '../../query-plan/deferred-fragment.ts';
import { FetchNeeds } from '../../query-plan/fetch-needs.ts';
import type { DeferredParts, Plan } from '../../query-plan/plan.ts';
import type { FieldShape } from '../../query-plan/shape.ts';

type Fields = readonly FieldShape[];

/** Fields of one object that come together, with the deferred fragments that they are a part of. */
export interface FieldGroup {
  places: readonly FragmentPlace[];
  fields: Fields;
  /** The fetches that their values come from. */
  fetches: readonly number[];
}

export interface DividedFields {
  /** Those that come with the object. */
  own: Fields;
  groups: readonly FieldGroup[];
}

export class DeferredFields {
  readonly fragments: DeferredParts['fragments'];
  readonly #needs: FetchNeeds;
  readonly #divided = new WeakMap<Fields, DividedFields>();

  constructor(plan: Plan) {
    this.fragments = plan.deferred?.fragments ?? [];
    this.#needs = new FetchNeeds(plan);
  }

  of(fields: Fields): DividedFields {
    let divided = this.#divided.get(fields);
    if (!divided) {
      const own = fields.filter(({ deferred }) => !deferred);
      const later = fields.filter(({ deferred }) => deferred);
      const groups = Map.groupBy(later, ({ deferred = [] }) => deferred.map(({ fragment }) => fragment).join());
      divided = {
        own,
        groups: [...groups.values()].map((together) => ({
          places: together[0]?.deferred ?? [],
          fields: together,
          fetches: [...this.#needs.of(together)],
        })),
      };
      this.#divided.set(fields, divided);
    }
    return divided;
  }
}
