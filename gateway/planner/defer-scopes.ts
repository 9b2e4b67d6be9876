// Defer scopes: the parts of the response that fields belong to while an operation is planned. A field that is mentioned
// outside of deferred fragments too belongs to the part of the object around it (GraphQL specification, draft of
// incremental delivery: BuildExecutionPlan). Fetches of different scopes are not merged.
import type { FragmentPlace } from '../query-plan/deferred-fragment.ts';
import type { FieldShape } from '../query-plan/shape.ts';
import type { CollectedField } from './collect-fields.ts';
import type { DeferPlace, DeferUsage } from './defer-usages.ts';

/** The deferred fragments that fields are a part of; none for the first part of the response. */
export interface DeferScope {
  /** Equal for equal scopes. */
  readonly key: string;
  readonly places: readonly DeferPlace[];
}

export const firstPart: DeferScope = { key: '', places: [] };

export class DeferScopes {
  #current = firstPart;

  /** Of the field that is being planned. */
  get current(): DeferScope {
    return this.#current;
  }

  /** Plans a field in its scope, and marks it where that is another one than that of its object. */
  field(field: CollectedField, plan: () => FieldShape): FieldShape {
    if (!field.defers) return plan();
    const around = this.#current;
    this.#current = scopeOf(field);
    const shape = plan();
    if (this.#current.key !== around.key) shape.deferred = this.#current.places.map(fragmentPlace);
    const mentions = new Set(field.defers.flatMap((place) => (place ? [place.usage.id] : [])));
    if (mentions.size > 0) shape.mentionedIn = [...mentions];
    this.#current = around;
    return shape;
  }

  /** The fields, those that are not deferred first: others can then take their keys from the same fetches. */
  inOrder(fields: CollectedField[]): CollectedField[] {
    if (!fields.some(({ defers }) => defers)) return fields;
    return fields.toSorted((one, other) => scopeOf(one).places.length - scopeOf(other).places.length);
  }

  /** Whether what is fetched in a scope is there when the current one needs it. */
  reaches({ places }: DeferScope): boolean {
    const enclosing = new Set(places.map(({ usage }) => usage));
    return (
      enclosing.size === 0 ||
      this.#current.places.every(({ usage }) => chainOf(usage).some((one) => enclosing.has(one)))
    );
  }
}

/** The scope of a field, whatever it stands in. */
export function scopeOf({ defers = [] }: Pick<CollectedField, 'defers'>): DeferScope {
  const places = new Map<DeferUsage, DeferPlace>();
  for (const place of defers) {
    if (place === null) return firstPart;
    places.set(place.usage, place);
  }
  if (places.size === 0) return firstPart;
  const outermost = [...places.values()].filter(
    ({ usage }) =>
      !chainOf(usage)
        .slice(1)
        .some((enclosing) => places.has(enclosing)),
  );
  outermost.sort((one, other) => one.usage.id - other.usage.id);
  return { key: outermost.map(({ usage }) => usage.id).join(), places: outermost };
}

/** A deferred fragment, and those that it is nested in. */
function chainOf(usage: DeferUsage): DeferUsage[] {
  const chain: DeferUsage[] = [];
  for (let one: DeferUsage | undefined = usage; one; one = one.parent?.usage) chain.push(one);
  return chain;
}

export function fragmentPlace({ usage, above }: DeferPlace): FragmentPlace {
  return { fragment: usage.id, above };
}
