// Fewer requests without more rounds: look-ups that ask the same thing become one. Takes time near-linear in the look-ups:
// what tells a look-up apart, with all that hangs below it, is found once and stands as a number.
import { type LookupDraft, type PositionDraft, survivor } from './draft.ts';
import type { StepBudget } from './step-budget.ts';

/** Merges look-ups in place: those merged away point to the one that does their work. */
export function mergeLookups(
  lookups: readonly LookupDraft[],
  positions: ReadonlyMap<unknown, PositionDraft>,
  steps: StepBudget,
): void {
  const awaited = new Set(lookups.flatMap((lookup) => lookup.dependsOn));
  for (const position of positions.values()) waitForComputed(position, awaited);
  new Merging([...positions.values()], steps).joinAlike(lookups);
}

/**
 * A subgraph that is asked about an object twice, at once for plain fields and later for computed ones, is asked in one
 * request, later, if nothing waits for the plain ones. They stay two look-ups: objects that lack what the computed fields
 * need still have the plain ones.
 */
function waitForComputed(position: PositionDraft, awaited: ReadonlySet<unknown>): void {
  for (const early of position.lookups) {
    if (early.required !== null || !early.entry.list) continue;
    const late = position.lookups.find((other) => other.required !== null && other.subgraph === early.subgraph);
    if (late && !awaited.has(early)) early.waitsFor = late;
  }
}

class Merging {
  readonly #steps: StepBudget;
  /** Positions in a look-up's own rows, sorted by place. */
  readonly #below = new Map<unknown, PositionDraft[]>();
  readonly #places = new Map<PositionDraft, string>();
  /** Equal texts have one number. */
  readonly #numbers = new Map<string, number>();
  readonly #selections = new Map<LookupDraft, string>();
  readonly #signatures = new Map<LookupDraft, number>();

  constructor(positions: readonly PositionDraft[], steps: StepBudget) {
    this.#steps = steps;
    for (const position of positions) {
      if (position.lookups.length === 0) continue;
      const owner = survivor(position.place.owner);
      const siblings = this.#below.get(owner) ?? [];
      siblings.push(position);
      this.#below.set(owner, siblings);
      this.#places.set(position, `${JSON.stringify(position.place.path)} ${position.filter}`);
    }
    for (const siblings of this.#below.values()) {
      siblings.sort((one, other) => ascending(this.#place(one), this.#place(other)));
    }
  }

  /**
   * Look-ups at different places for the same fields of the same type become one look-up for all the keys, so that no key is
   * asked twice. They are in the same round, or nothing waits for the earlier one: the answer is not complete before the
   * later one anyway.
   */
  joinAlike(lookups: readonly LookupDraft[]): void {
    // First those of one round, from the first round on: where two are joined, so is all that hangs below them.
    const living = lookups.filter((lookup) => !lookup.mergedInto).sort((one, other) => one.level - other.level);
    this.#joinEqual(living, (lookup) => `${lookup.level}`);
    const left = living.filter((lookup) => !lookup.mergedInto).sort((one, other) => other.level - one.level);
    const awaited = new Set(left.flatMap((lookup) => lookup.dependsOn));
    this.#joinEqual(left, (lookup) => (awaited.has(lookup) ? `${lookup.level}` : 'any'));
  }

  /** Joins look-ups of the same for which `when` says the same; the first of them is kept. */
  #joinEqual(lookups: readonly LookupDraft[], when: (lookup: LookupDraft) => string): void {
    const kept = new Map<string, LookupDraft>();
    for (const lookup of lookups) {
      if (lookup.mergedInto) continue;
      const what = `${lookup.stage} ${when(lookup)} ${this.#signature(lookup)}`;
      const same = kept.get(what);
      if (same) this.#join(same, lookup);
      else kept.set(what, lookup);
    }
  }

  /** `kept` looks up what `given` did; the look-ups below `given` are those below `kept`, whose answers now hold both. */
  #join(kept: LookupDraft, given: LookupDraft): void {
    kept.joined.push(given, ...given.joined);
    this.#replace(kept, given);
    this.#forgetAbove(given);
  }

  #replace(kept: LookupDraft, given: LookupDraft): void {
    const keptChildren = this.#children(kept);
    const givenChildren = this.#children(given);
    given.mergedInto = kept;
    for (const [index, child] of givenChildren.entries()) this.#replace(keptChildren[index] as LookupDraft, child);
  }

  /** Those that a look-up hangs below no longer have it. */
  #forgetAbove(lookup: LookupDraft): void {
    let { owner } = lookup.position.place;
    while (owner.kind === 'lookup' && this.#signatures.delete(owner)) owner = owner.position.place.owner;
  }

  /** A number that tells what a look-up asks for, with all that is looked up below. */
  #signature(lookup: LookupDraft): number {
    let signature = this.#signatures.get(lookup);
    if (signature === undefined) {
      const { subgraph, entry, position, required } = lookup;
      const children = this.#children(lookup).map((child) => [this.#place(child.position), this.#signature(child)]);
      this.#steps.spend(1 + children.length);
      const selection = this.#selection(lookup);
      signature = this.#number(
        JSON.stringify([subgraph, position.typeName, entry.index, required, selection, children]),
      );
      this.#signatures.set(lookup, signature);
    }
    return signature;
  }

  /** The look-ups in a look-up's own rows, in an order that is the same for look-ups of the same. */
  #children(lookup: LookupDraft): LookupDraft[] {
    return (this.#below.get(lookup) ?? []).flatMap((position) => {
      const children = position.lookups.filter((child) => !child.mergedInto);
      if (children.length < 2) return children;
      return children.sort((one, other) => this.#signature(one) - this.#signature(other));
    });
  }

  #selection(lookup: LookupDraft): string {
    let selection = this.#selections.get(lookup);
    if (selection === undefined) {
      selection = lookup.selection.print(this.#steps);
      this.#selections.set(lookup, selection);
    }
    return selection;
  }

  #place(position: PositionDraft): string {
    return this.#places.get(position) as string;
  }

  #number(text: string): number {
    const number = this.#numbers.get(text) ?? this.#numbers.size;
    this.#numbers.set(text, number);
    return number;
  }
}

function ascending(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
