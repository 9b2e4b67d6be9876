// Pending fragments of a response in parts: the deferred fragments at the objects that they stand on, and the groups of
// fields that each of them is made of.
import type { DeferredFragment } from '../../query-plan/deferred-fragment.ts';
import type { Completed } from '../complete.ts';
import type { Key, Path } from '../field-error.ts';
import type { FieldGroup } from './deferred-fields.ts';
import { type FoundGroup, objectAbove, type PartObject } from './part-object.ts';

/** A deferred fragment on one object of the response. */
export interface PendingFragment {
  /** Of the fragment in the plan. */
  readonly id: number;
  readonly label: string | null;
  readonly object: PartObject;
  /** Of the object in the response. */
  readonly path: readonly Key[];
  readonly groups: Set<PendingGroup>;
  /** Its number in the response, by which parts name it; null until it is announced. */
  number: number | null;
  state: 'waiting' | 'announced' | 'complete' | 'failed';
}

/** Fields of one object that come together. */
export interface PendingGroup extends Pick<FieldGroup, 'fields' | 'fetches'> {
  object: PartObject;
  fragments: readonly PendingFragment[];
  /** Null until its fetches are done. */
  result: Completed | null;
  /** Whether all that is nested in it comes with it, once it is there. */
  isWhole: boolean;
  isSent: boolean;
}

export class PendingFragments {
  readonly announced = new Set<PendingFragment>();
  /** Groups that no part will have: those of objects that are null, and of fragments that have failed. */
  readonly dropped: Pick<PendingGroup, 'object' | 'fields'>[] = [];
  readonly #plan: readonly DeferredFragment[];
  readonly #waiting = new Set<PendingFragment>();
  readonly #known = new Map<PartObject, Map<number, PendingFragment>>();
  #numbers = 0;

  constructor(plan: readonly DeferredFragment[]) {
    this.#plan = plan;
  }

  add(found: readonly FoundGroup[]): void {
    for (const { object, group } of found) {
      const { fields, fetches } = group;
      const all = group.places.map((place) => this.#fragmentOn(objectAbove(object, place), place.fragment));
      const fragments = all.filter(({ state }) => state === 'waiting' || state === 'announced');
      const pending: PendingGroup = { object, fields, fetches, fragments, result: null, isWhole: false, isSent: false };
      for (const fragment of fragments) fragment.groups.add(pending);
      if (fragments.length === 0) this.dropped.push(pending);
    }
  }

  /** Announces fragments whose enclosing ones are complete; those of failed ones are dropped. */
  announce(): PendingFragment[] {
    const announced: PendingFragment[] = [];
    for (const fragment of this.#waiting) {
      const enclosing = this.#enclosing(fragment);
      if (enclosing === 'waiting' || enclosing === 'announced') continue;
      this.#waiting.delete(fragment);
      if (enclosing === 'failed') {
        this.fail(fragment);
        continue;
      }
      fragment.state = 'announced';
      fragment.number = this.#numbers++;
      this.announced.add(fragment);
      announced.push(fragment);
    }
    return announced;
  }

  complete(fragment: PendingFragment): void {
    fragment.state = 'complete';
    this.#release(fragment);
  }

  fail(fragment: PendingFragment): void {
    fragment.state = 'failed';
    const lost = [...fragment.groups].filter(({ fragments }) => fragments.every(({ state }) => state === 'failed'));
    this.dropped.push(...lost.filter(({ result }) => !result));
    this.#release(fragment);
  }

  /** Of a group's announced fragments, the one nearest to the group's object. */
  nearest({ fragments }: PendingGroup): PendingFragment {
    const open = fragments.filter(({ state }) => state === 'announced');
    return open.reduce((one, other) => (other.path.length > one.path.length ? other : one));
  }

  /** The state of the nearest enclosing fragment that has anything to come; complete where there is none. */
  #enclosing({ object, id }: PendingFragment): PendingFragment['state'] {
    let at = object;
    for (let place = this.#plan[id]?.parent; place; place = this.#plan[place.fragment]?.parent) {
      at = objectAbove(at, place);
      const found = this.#known.get(at)?.get(place.fragment);
      if (found) return found.state;
    }
    return 'complete';
  }

  #fragmentOn(object: PartObject, id: number): PendingFragment {
    const known = this.#known.get(object) ?? new Map<number, PendingFragment>();
    this.#known.set(object, known);
    let fragment = known.get(id);
    if (!fragment) {
      const label = this.#plan[id]?.label ?? null;
      fragment = { id, label, object, path: pathOf(object.path), groups: new Set(), number: null, state: 'waiting' };
      known.set(id, fragment);
      this.#waiting.add(fragment);
    }
    return fragment;
  }

  /** Its objects and results are not retained until the last part. */
  #release(fragment: PendingFragment): void {
    this.announced.delete(fragment);
    fragment.groups.clear();
  }
}

function pathOf(path: Path): Key[] {
  const keys: Key[] = [];
  for (let step = path; step; step = step.parent) keys.push(step.key);
  return keys.reverse();
}
