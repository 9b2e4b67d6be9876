// Fewer requests without more rounds: look-ups that ask the same thing become one. Takes time near-linear in the look-ups:
// what tells a look-up apart, with all that hangs below it, is found once and stands as a number.
import { type EntityFetchGroup, type EntityPathDraft, representative } from './fetch-graph.ts';
import type { StepBudget } from './step-budget.ts';

/** Merges look-ups in place: those merged away point to the one that does their work. */
export function mergeEntityFetches(
  entityFetches: readonly EntityFetchGroup[],
  entityPaths: ReadonlyMap<unknown, EntityPathDraft>,
  steps: StepBudget,
): void {
  const awaited = new Set(entityFetches.flatMap((entityFetch) => entityFetch.dependsOn));
  for (const entityPath of entityPaths.values()) waitForComputed(entityPath, awaited);
  new Merging([...entityPaths.values()], steps).joinEqual(entityFetches);
}

/**
 * A subgraph that is asked about an object twice, at once for plain fields and later for computed ones, is asked in one
 * request, later, if nothing waits for the plain ones. They stay two look-ups: objects that lack what the computed fields
 * need still have the plain ones.
 */
function waitForComputed(entityPath: EntityPathDraft, awaited: ReadonlySet<unknown>): void {
  for (const early of entityPath.entityFetches) {
    if (early.required !== null || !early.entityResolver.list) continue;
    const late = entityPath.entityFetches.find((other) => other.required !== null && other.subgraph === early.subgraph);
    if (late && !awaited.has(early)) early.waitsFor = late;
  }
}

class Merging {
  readonly #steps: StepBudget;
  /** Positions in a look-up's own rows, sorted by place. */
  readonly #below = new Map<unknown, EntityPathDraft[]>();
  readonly #places = new Map<EntityPathDraft, string>();
  /** Equal texts have one number. */
  readonly #numbers = new Map<string, number>();
  readonly #selections = new Map<EntityFetchGroup, string>();
  readonly #signatures = new Map<EntityFetchGroup, number>();

  constructor(entityPaths: readonly EntityPathDraft[], steps: StepBudget) {
    this.#steps = steps;
    for (const entityPath of entityPaths) {
      if (entityPath.entityFetches.length === 0) continue;
      const owner = representative(entityPath.responsePath.owner);
      const siblings = this.#below.get(owner) ?? [];
      siblings.push(entityPath);
      this.#below.set(owner, siblings);
      this.#places.set(entityPath, `${JSON.stringify(entityPath.responsePath.path)} ${entityPath.filter}`);
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
  joinEqual(entityFetches: readonly EntityFetchGroup[]): void {
    // First those of one round, from the first round on: where two are joined, so is all that hangs below them.
    const remaining = entityFetches
      .filter((entityFetch) => !entityFetch.representedBy)
      .sort((one, other) => one.level - other.level);
    this.#joinEqual(remaining, (entityFetch) => `${entityFetch.level}`);
    const left = remaining
      .filter((entityFetch) => !entityFetch.representedBy)
      .sort((one, other) => other.level - one.level);
    const awaited = new Set(left.flatMap((entityFetch) => entityFetch.dependsOn));
    this.#joinEqual(left, (entityFetch) => (awaited.has(entityFetch) ? `${entityFetch.level}` : 'any'));
  }

  /** Joins look-ups of the same for which `when` says the same; the first of them is kept. */
  #joinEqual(entityFetches: readonly EntityFetchGroup[], when: (entityFetch: EntityFetchGroup) => string): void {
    const retained = new Map<string, EntityFetchGroup>();
    for (const entityFetch of entityFetches) {
      if (entityFetch.representedBy) continue;
      const what = `${entityFetch.stage} ${when(entityFetch)} ${this.#signature(entityFetch)}`;
      const same = retained.get(what);
      if (same) this.#join(same, entityFetch);
      else retained.set(what, entityFetch);
    }
  }

  /** `kept` looks up what `given` did; the look-ups below `given` are those below `kept`, whose answers now hold both. */
  #join(retained: EntityFetchGroup, given: EntityFetchGroup): void {
    retained.joined.push(given, ...given.joined);
    this.#replace(retained, given);
    this.#forgetAbove(given);
  }

  #replace(retained: EntityFetchGroup, given: EntityFetchGroup): void {
    const retainedChildren = this.#children(retained);
    const givenChildren = this.#children(given);
    given.representedBy = retained;
    for (const [index, child] of givenChildren.entries())
      this.#replace(retainedChildren[index] as EntityFetchGroup, child);
  }

  /** Those that a look-up hangs below no longer have it. */
  #forgetAbove(entityFetch: EntityFetchGroup): void {
    let { owner } = entityFetch.entityPath.responsePath;
    while (owner.kind === 'entity' && this.#signatures.delete(owner)) owner = owner.entityPath.responsePath.owner;
  }

  /** A number that tells what a look-up asks for, with all that is looked up below. */
  #signature(entityFetch: EntityFetchGroup): number {
    let signature = this.#signatures.get(entityFetch);
    if (signature === undefined) {
      const { subgraph, entityResolver, entityPath, required } = entityFetch;
      const children = this.#children(entityFetch).map((child) => [
        this.#place(child.entityPath),
        this.#signature(child),
      ]);
      this.#steps.spend(1 + children.length);
      const selection = this.#selection(entityFetch);
      signature = this.#number(
        JSON.stringify([subgraph, entityPath.typeName, entityResolver.index, required, selection, children]),
      );
      this.#signatures.set(entityFetch, signature);
    }
    return signature;
  }

  /** The look-ups in a look-up's own rows, in an order that is the same for look-ups of the same. */
  #children(entityFetch: EntityFetchGroup): EntityFetchGroup[] {
    return (this.#below.get(entityFetch) ?? []).flatMap((entityPath) => {
      const children = entityPath.entityFetches.filter((child) => !child.representedBy);
      if (children.length < 2) return children;
      return children.sort((one, other) => this.#signature(one) - this.#signature(other));
    });
  }

  #selection(entityFetch: EntityFetchGroup): string {
    let selection = this.#selections.get(entityFetch);
    if (selection === undefined) {
      selection = entityFetch.selection.print(this.#steps);
      this.#selections.set(entityFetch, selection);
    }
    return selection;
  }

  #place(entityPath: EntityPathDraft): string {
    return this.#places.get(entityPath) as string;
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
