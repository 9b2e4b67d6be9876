// Delivery of a response in parts (GraphQL specification, draft of incremental delivery): the first part, then each
// deferred fragment as soon as the fetches for its fields are done. A fragment that is nested in another one follows it.
import type { GraphQLError } from 'graphql';
import { begunFields, type CompiledPlan } from '../compiled-plan.ts';
import { type Completed, completePart } from '../complete.ts';
import { CompletionErrors } from '../completion-errors.ts';
import type { ExecutionState } from '../execution-state.ts';
import type { DegradedFields } from '../fallbacks.ts';
import type { Key, Path } from '../field-error.ts';
import { DeferredFields } from './deferred-fields.ts';
import type { FetchProgress } from './fetch-progress.ts';
import { FragmentData } from './fragment-data.ts';
import type { FoundGroup, PartObject } from './part-object.ts';
import { GroupWalk } from './part-walks.ts';
import { type PendingFragment, PendingFragments, type PendingGroup } from './pending-fragments.ts';

/** A group of fields of one object, as it is sent. */
export interface DeliveredGroup {
  /** Of all pending fragments that it is a part of, the one nearest to the object; and the path from there. */
  fragment: PendingFragment;
  subPath: readonly Key[];
  object: PartObject;
  data: Record<string, unknown>;
  errors: readonly GraphQLError[];
  degraded: DegradedFields | null;
}

/** A deferred fragment that has come to its end. */
export interface DeliveredFragment {
  fragment: PendingFragment;
  /** What has not been sent with another one; empty where it has failed. */
  groups: readonly DeliveredGroup[];
  /** Errors because of which it has failed; null where it has not. */
  failure: readonly GraphQLError[] | null;
}

/** One of the parts after the first one. */
export interface LaterPart {
  /** Fragments that are still to come, announced by this part. */
  pending: readonly PendingFragment[];
  delivered: readonly DeliveredFragment[];
  /** Errors that belong to no place, in the last part. */
  errors: readonly GraphQLError[];
  hasNext: boolean;
}

/** Groups of deferred fields in one response: beyond them, all of it comes with what is around it. */
const MAX_GROUPS = 10_000;

export class Delivery {
  /** What the first part announces; empty where nothing comes later. */
  readonly pending: readonly PendingFragment[];
  readonly first: Completed;
  /** Whether too much is deferred for a response in parts: it is to be sent whole, when all of it is there. */
  readonly isTooLarge: boolean;
  readonly #compiled: CompiledPlan;
  readonly #progress: FetchProgress;
  readonly #fields: DeferredFields;
  readonly #data = new FragmentData();
  readonly #fragments: PendingFragments;
  /** Groups so far. */
  #found = 0;
  /** Errors of groups that are completed again, with all that is nested in them. */
  readonly #early = new Map<PendingGroup, readonly GraphQLError[]>();

  /** To be made when the fetches of the first part are done. */
  constructor(compiled: CompiledPlan, progress: FetchProgress) {
    this.#compiled = compiled;
    this.#progress = progress;
    this.#fields = new DeferredFields(compiled.plan);
    this.#fragments = new PendingFragments(this.#fields.fragments);
    const { state } = progress;
    const walk = new GroupWalk(this.#fields, this.#data, null, MAX_GROUPS);
    const start = { fields: begunFields(compiled, state.notBegun), object: state.root, path: undefined };
    const first = completePart(compiled, state, walk, start);
    this.isTooLarge = walk.isFull;
    this.#add(walk.found, first.data, undefined);
    this.pending = this.#fragments.announce();
    this.first = this.hasNext ? first : { ...first, errors: [...first.errors, ...this.#unplaced()] };
  }

  get hasNext(): boolean {
    return this.#fragments.announced.size > 0;
  }

  get #state(): ExecutionState {
    return this.#progress.state;
  }

  /** All that can be sent now; null where nothing can. */
  next(): LaterPart | null {
    const pending: PendingFragment[] = [];
    const delivered: DeliveredFragment[] = [];
    for (let count = -1; count < delivered.length; ) {
      count = delivered.length;
      this.#completeGroups();
      for (const fragment of this.#fragments.announced) {
        const ended = this.#end(fragment);
        if (ended) delivered.push(ended);
      }
      pending.push(...this.#fragments.announce());
    }
    return delivered.length === 0 ? null : this.#part(pending, delivered);
  }

  /** Ends all that is still to come with an error. */
  abandon(error: GraphQLError): LaterPart {
    const delivered = [...this.#fragments.announced].map((fragment) => {
      this.#fragments.fail(fragment);
      return { fragment, groups: [], failure: [error] };
    });
    return { pending: [], delivered, errors: [], hasNext: false };
  }

  /** Adds what a part has to the parts before it, for `dataOf`. */
  merge({ delivered }: LaterPart): void {
    for (const { groups } of delivered) for (const { object, data } of groups) this.#data.merge(object, data);
  }

  /** All fields of a fragment, also those that other parts have, once they are merged. */
  dataOf(fragment: PendingFragment): Record<string, unknown> | null {
    return this.#data.of(fragment);
  }

  /** Completes groups of announced fragments whose fetches are done. */
  #completeGroups(): void {
    for (const fragment of this.#fragments.announced) {
      // Groups that are found on the way are visited too.
      for (const group of fragment.groups) {
        if (!group.result && this.#isThere(group)) this.#complete(group);
      }
    }
  }

  #isThere({ fetches, isWhole }: PendingGroup): boolean {
    return isWhole ? this.#progress.isOver : fetches.every((fetch) => this.#progress.isDone(fetch));
  }

  #complete(group: PendingGroup): void {
    const { fields, object: start, isWhole } = group;
    const { object, path } = start;
    const walk = isWhole ? null : new GroupWalk(this.#fields, this.#data, start, MAX_GROUPS - this.#found);
    const result = completePart(this.#compiled, this.#state, walk, { fields, object, path });
    if (walk?.isFull) {
      group.isWhole = true;
      // Errors beside values are reported once, in whatever is completed first.
      this.#early.set(group, result.errors);
      return;
    }
    const early = this.#early.get(group) ?? [];
    const known = new Set(result.errors.map(placeOf));
    result.errors.push(...early.filter((error) => !known.has(placeOf(error))));
    group.result = result;
    if (walk) this.#add(walk.found, result.data, path);
  }

  /** Ends a fragment that has failed, or all of which is there. */
  #end(fragment: PendingFragment): DeliveredFragment | null {
    const groups = [...fragment.groups];
    if (groups.some(({ result }) => result?.data === null)) {
      this.#fragments.fail(fragment);
      const lost = groups.filter(
        ({ isSent, fragments }) => !isSent && fragments.every(({ state }) => state === 'failed'),
      );
      return { fragment, groups: [], failure: lost.flatMap(({ result }) => result?.errors ?? []) };
    }
    if (!groups.every(({ result }) => result)) return null;
    const delivered = groups.filter(({ isSent }) => !isSent).map((group) => this.#deliver(group));
    this.#fragments.complete(fragment);
    return { fragment, groups: delivered, failure: null };
  }

  #deliver(group: PendingGroup): DeliveredGroup {
    group.isSent = true;
    const { data, errors, degraded } = group.result as NonNullable<PendingGroup['result']>;
    const fragment = this.#fragments.nearest(group);
    const subPath = keysOf(group.object.path, undefined).slice(fragment.path.length);
    return { fragment, subPath, object: group.object, data: data as Record<string, unknown>, errors, degraded };
  }

  #part(pending: readonly PendingFragment[], delivered: readonly DeliveredFragment[]): LaterPart {
    const { hasNext } = this;
    // Those that have come and gone in this part are announced all the same: clients know fragments by that.
    return { pending, delivered, errors: hasNext ? [] : this.#unplaced(), hasNext };
  }

  /** @param data of the part in which the groups were found. */
  #add(found: readonly FoundGroup[], data: unknown, from: Path): void {
    this.#found += found.length;
    const surviving = new Set(survivors(found, data, from));
    this.#fragments.add([...surviving]);
    for (const lost of found) {
      if (!surviving.has(lost)) this.#fragments.dropped.push({ object: lost.object, fields: lost.group.fields });
    }
  }

  /** Errors that no part has reported, but for those of fields that no part has. */
  #unplaced(): GraphQLError[] {
    if (this.#state.errors.unreported.length > 0) {
      for (const { object, fields } of this.#fragments.dropped) {
        completePart(this.#compiled, this.#state, null, { ...object, fields });
      }
    }
    return new CompletionErrors(this.#state).all();
  }
}

/** Those of objects that no null has replaced. */
function survivors(found: readonly FoundGroup[], data: unknown, from: Path): FoundGroup[] {
  const reached = new Map<PartObject, boolean>();
  const survives = (object: PartObject) => {
    const known = reached.get(object) ?? isReached(data, keysOf(object.path, from));
    reached.set(object, known);
    return known;
  };
  return found.filter(({ object }) => survives(object));
}

function isReached(data: unknown, keys: readonly Key[]): boolean {
  let value = data;
  for (const key of keys) {
    if (value === null || value === undefined) return false;
    value = (value as Record<Key, unknown>)[key];
  }
  return value !== null && value !== undefined;
}

function placeOf({ message, path }: GraphQLError): string {
  return `${path?.join()} ${message}`;
}

/** The keys of a path below another one. */
export function keysOf(path: Path, from: Path): Key[] {
  const keys: Key[] = [];
  for (let step = path; step && step !== from; step = step.parent) keys.push(step.key);
  return keys.reverse();
}
