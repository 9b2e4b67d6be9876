// Entity fetch merging: equal entity fetches become one, for fewer requests without more rounds. Takes time
// near-linear in their number: the signature of an entity fetch, with everything below it, is computed once and is a
// number.
import { type EntityFetchGroup, type EntityPathDraft, representative } from './fetch-graph.ts';
import type { StepBudget } from './step-budget.ts';

/** Merges entity fetches in place: those merged away point to the one that replaces them. */
export function mergeEntityFetches(
  entityFetches: readonly EntityFetchGroup[],
  entityPaths: readonly EntityPathDraft[],
  steps: StepBudget,
): void {
  const awaited = new Set(entityFetches.flatMap((entityFetch) => entityFetch.dependsOn));
  for (const entityPath of entityPaths) waitForLast(entityPath, awaited);
  new EntityFetchMerger(entityPaths, steps).mergeEqual(entityFetches);
}

/**
 * A subgraph that would get several requests about an object, each as soon as its key and what it requires are there,
 * gets one request, with the last of them; those that another fetch waits for are not delayed. They stay entity
 * fetches of their own: objects without the fields that one of them requires still have the others.
 */
function waitForLast(entityPath: EntityPathDraft, awaited: ReadonlySet<unknown>): void {
  const lasts = new Map<string, EntityFetchGroup>();
  const lists = entityPath.entityFetches.filter(({ entityResolver }) => entityResolver.list);
  for (const entityFetch of lists) {
    const last = lasts.get(requestOf(entityFetch));
    if (!last || entityFetch.level > last.level) lasts.set(requestOf(entityFetch), entityFetch);
  }
  for (const entityFetch of lists) {
    const last = lasts.get(requestOf(entityFetch));
    if (last && last.level > entityFetch.level && !awaited.has(entityFetch)) entityFetch.waitsFor = last;
  }
}

/** Fetches of one subgraph and scope can be one request. */
function requestOf({ subgraph, scope }: EntityFetchGroup): string {
  return `${subgraph} ${scope.key}`;
}

class EntityFetchMerger {
  readonly #steps: StepBudget;
  /** Entity paths in an entity fetch's own rows, sorted by place. */
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
      this.#places.set(
        entityPath,
        `${JSON.stringify(entityPath.responsePath.path)} ${entityPath.filter} ${entityPath.typedBy ? entityPath.typeName : ''}`,
      );
    }
    for (const siblings of this.#below.values()) {
      siblings.sort((one, other) => ascending(this.#place(one), this.#place(other)));
    }
  }

  /**
   * Merges entity fetches at different places for the same fields of the same type into one for all the keys, so that
   * no key is requested twice. They are in the same round, or no other fetch waits for the earlier one: the response
   * is not complete before the later one anyway.
   */
  mergeEqual(entityFetches: readonly EntityFetchGroup[]): void {
    // First those of one round, from the first round on: where two are merged, so is everything below them.
    const remaining = entityFetches
      .filter((entityFetch) => !entityFetch.representedBy)
      .sort((one, other) => one.level - other.level);
    this.#mergeEqual(remaining, (entityFetch) => `${entityFetch.level}`);
    const left = remaining
      .filter((entityFetch) => !entityFetch.representedBy)
      .sort((one, other) => other.level - one.level);
    const awaited = new Set(left.flatMap((entityFetch) => entityFetch.dependsOn));
    this.#mergeEqual(left, (entityFetch) => (awaited.has(entityFetch) ? `${entityFetch.level}` : 'any'));
  }

  /** Merges equal entity fetches for which `round` is the same; the first of them remains. */
  #mergeEqual(entityFetches: readonly EntityFetchGroup[], round: (entityFetch: EntityFetchGroup) => string): void {
    const firsts = new Map<string, EntityFetchGroup>();
    for (const entityFetch of entityFetches) {
      if (entityFetch.representedBy) continue;
      const signature = `${entityFetch.stage} ${round(entityFetch)} ${this.#signature(entityFetch)}`;
      const same = firsts.get(signature);
      if (same) this.#merge(same, entityFetch);
      else firsts.set(signature, entityFetch);
    }
  }

  /**
   * `remaining` also fetches for `merged`; the entity fetches below `merged` become those below `remaining`, whose
   * responses now contain both.
   */
  #merge(remaining: EntityFetchGroup, merged: EntityFetchGroup): void {
    remaining.joined.push(merged, ...merged.joined);
    this.#replace(remaining, merged);
    this.#forgetAbove(merged);
  }

  #replace(remaining: EntityFetchGroup, merged: EntityFetchGroup): void {
    const remainingChildren = this.#children(remaining);
    const mergedChildren = this.#children(merged);
    merged.representedBy = remaining;
    for (const [index, child] of mergedChildren.entries()) {
      const same = remainingChildren[index] as EntityFetchGroup;
      // The rows are the same, but the objects that enclose them are not.
      if (child.contexts.length > 0) same.joined.push(child, ...child.joined);
      this.#replace(same, child);
    }
  }

  /** The signatures of the entity fetches above no longer hold. */
  #forgetAbove(entityFetch: EntityFetchGroup): void {
    let { owner } = entityFetch.entityPath.responsePath;
    while (owner.kind === 'entity' && this.#signatures.delete(owner)) owner = owner.entityPath.responsePath.owner;
  }

  /** A number that identifies the selection of an entity fetch, with all entity fetches below. */
  #signature(entityFetch: EntityFetchGroup): number {
    let signature = this.#signatures.get(entityFetch);
    if (signature === undefined) {
      const { subgraph, entityResolver, entityPath, required, scope } = entityFetch;
      const children = this.#children(entityFetch).map((child) => [
        this.#place(child.entityPath),
        this.#signature(child),
      ]);
      this.#steps.spend(1 + children.length);
      const selection = this.#selection(entityFetch);
      signature = this.#number(
        JSON.stringify([subgraph, entityPath.typeName, entityResolver.index, required, scope.key, selection, children]),
      );
      this.#signatures.set(entityFetch, signature);
    }
    return signature;
  }

  /** The entity fetches in an entity fetch's own rows, in an order that is the same for equal ones. */
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
