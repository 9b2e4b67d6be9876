// Deferred parts: the last step of planning an operation with `@defer`. A deferred fragment whose fields need no fetch
// of their own comes with the part around it: nothing would be gained by a part for it.
import type { DeferredFragment, FragmentPlace } from '../query-plan/deferred-fragment.ts';
import { deferredFields, FetchNeeds, shapeIn } from '../query-plan/fetch-needs.ts';
import type { DeferredParts, Plan } from '../query-plan/plan.ts';
import type { FieldShape } from '../query-plan/shape.ts';
import { fragmentPlace } from './defer-scopes.ts';
import type { DeferUsage } from './defer-usages.ts';

/** @returns the parts of the plan; undefined where the response has one part. Changes the marks of its fields. */
export function deferredParts(plan: Plan, usages: readonly DeferUsage[]): DeferredParts | undefined {
  if (usages.length === 0) return undefined;
  return new PartsPlanner(plan, usages).run();
}

class PartsPlanner {
  readonly #plan: Plan;
  readonly #fragments: DeferredFragment[];
  readonly #root: readonly FieldShape[];
  /** By the id of a fragment that comes with the part around it: that one; null for the first part. */
  readonly #replaced = new Map<number, FragmentPlace | null>();

  constructor(plan: Plan, usages: readonly DeferUsage[]) {
    this.#plan = plan;
    [this.#root = []] = Object.values(plan.output.types);
    this.#fragments = usages.map(({ id, label, parent }) => ({ id, label, parent: parent && fragmentPlace(parent) }));
  }

  run(): DeferredParts | undefined {
    this.#replaceIdle();
    this.#rewrite(this.#root, '', new Set());
    const needs = new FetchNeeds(this.#plan);
    const first = this.#withDependencies(needs.ofPart(this.#root));
    const later = new Set<number>();
    const marked = deferredFields(this.#root);
    for (const { fields } of marked) for (const fetch of needs.of(fields)) later.add(fetch);
    if (marked.length === 0) return undefined;
    return {
      fragments: this.#fragments.map((fragment) => ({ ...fragment, parent: this.#resolved(fragment.parent) })),
      fetches: [...this.#withDependencies(later)].filter((fetch) => !first.has(fetch)).sort((a, b) => a - b),
    };
  }

  /** Finds the fragments that need no fetch beyond those of the part around them. */
  #replaceIdle(): void {
    const needs = new FetchNeeds(this.#plan);
    const own = this.#fragments.map(() => new Set<number>());
    for (const { fields } of deferredFields(this.#root)) {
      for (const field of fields) {
        const fetches = needs.of([field]);
        for (const { fragment } of field.deferred ?? []) for (const fetch of fetches) own[fragment]?.add(fetch);
      }
    }
    const first = this.#withDependencies(needs.ofPart(this.#root));
    const available: ReadonlySet<number>[] = [];
    for (const { id, parent } of this.#fragments) {
      const around = (parent && available[parent.fragment]) ?? first;
      const needed = this.#withDependencies(own[id] ?? new Set());
      if ([...needed].every((fetch) => around.has(fetch))) this.#replaced.set(id, parent);
      available.push(new Set([...around, ...needed]));
    }
  }

  /** Marks fields by the fragments that are left. @param around the fragments of the objects' own part. */
  #rewrite(fields: readonly FieldShape[], around: string, seen: Set<readonly FieldShape[]>): void {
    if (seen.has(fields)) return;
    seen.add(fields);
    for (const field of fields) {
      let key = around;
      if (field.deferred) {
        const left = this.#left(field.deferred);
        key = left.map(({ fragment }) => fragment).join();
        if (key === around) delete field.deferred;
        else field.deferred = left;
      }
      if (field.mentionedIn) {
        const mentions = field.mentionedIn.map((fragment) => this.#resolved({ fragment, above: 0 })?.fragment);
        field.mentionedIn = [...new Set(mentions.filter((fragment) => fragment !== undefined))];
      }
      for (const below of Object.values(shapeIn(field.type)?.types ?? {})) this.#rewrite(below, key, seen);
    }
  }

  /** None where one of them comes with the first part; without those that are nested in another one. */
  #left(places: readonly FragmentPlace[]): FragmentPlace[] {
    const left = new Map<number, FragmentPlace>();
    for (const place of places) {
      const resolved = this.#resolved(place);
      if (!resolved) return [];
      left.set(resolved.fragment, resolved);
    }
    const isNested = ({ fragment }: FragmentPlace) => {
      let parent = this.#fragments[fragment]?.parent;
      while (parent && !left.has(parent.fragment)) parent = this.#fragments[parent.fragment]?.parent;
      return parent !== null && parent !== undefined;
    };
    return [...left.values()].filter((place) => !isNested(place)).sort((one, other) => one.fragment - other.fragment);
  }

  #resolved(place: FragmentPlace | null): FragmentPlace | null {
    let resolved = place;
    while (resolved && this.#replaced.has(resolved.fragment)) {
      const parent: FragmentPlace | null = this.#replaced.get(resolved.fragment) ?? null;
      resolved = parent && { fragment: parent.fragment, above: resolved.above + parent.above };
    }
    return resolved;
  }

  /** Fetches with all that they wait for. */
  #withDependencies(fetches: ReadonlySet<number>): Set<number> {
    const all = new Set(fetches);
    // A set that grows is iterated to its end.
    for (const id of all) for (const other of this.#plan.fetches[id]?.dependsOn ?? []) all.add(other);
    return all;
  }
}
