// Context walk: takes the values of enclosing objects down to the objects whose fields need them as arguments. An
// object that is reached with two different values stands for two: the second gets a copy of it, and of what lies
// between. Its other data stays shared.
import { NumberText } from '../json/number-text.ts';
import type { ContextPlace, EntitySource, ValuePath } from '../query-plan/plan.ts';
import { EntityResult, entityResultIn, type ResponseObject, readProperty, slotProperty } from './hot-path/index.ts';
import { keyObject, Missing, type NullReasons, Unusable } from './key-objects.ts';
import { MAX_LISTS } from './nesting.ts';

/** What an enclosing object has: the value, or the reason why there is none. */
export type TakenValue = { value: unknown } | Missing | Unusable;

/** Objects that have been reached with the same values. */
export interface ContextGroup {
  /** By the number of the context. */
  values: readonly TakenValue[];
  /** By source. */
  objects: ResponseObject[][];
}

/** Values taken on the way to an object, with a text that is the same for equal ones. */
interface Taken {
  text: string;
  values: readonly TakenValue[];
}

const nothing: Taken = { text: '', values: [] };

/** For one entity fetch of one run. */
export class ContextWalk {
  /** By the text of their values. */
  readonly groups = new Map<string, ContextGroup>();
  /** Copies, with the objects that they were made of. */
  readonly copies: { original: object; copy: object }[] = [];
  readonly #nullReasons: NullReasons | null;
  /** The object that stands for each object, by what has been taken on the way to it. */
  readonly #owned = new Map<object, Map<string, object>>();
  readonly #failures = new Map<unknown, number>();

  #isSplit = false;

  /** @param nullReasons null where the response has no errors yet. */
  constructor(nullReasons: NullReasons | null) {
    this.#nullReasons = nullReasons;
  }

  /** Follows the paths of an entity fetch's sources. */
  run(sources: readonly EntitySource[], objectsAt: readonly ResponseObject[][]): void {
    this.#follow(sources, objectsAt);
    if (this.copies.length === 0) return;
    addCopies(this.copies, objectsAt);
    if (sources.length === 1) return;
    // What stood on one path may have got a copy on another.
    this.#isSplit = true;
    this.groups.clear();
    this.#follow(sources, objectsAt);
  }

  #follow(sources: readonly EntitySource[], objectsAt: readonly ResponseObject[][]): void {
    for (const [source, { contexts }] of sources.entries()) {
      if (!contexts) continue;
      const follower = new PathFollower(this, contexts.places, source);
      for (const object of objectsAt[contexts.entityPath] ?? []) follower.reach(object, 0, nothing);
    }
  }

  add({ text, values }: Taken, source: number, object: ResponseObject): void {
    let group = this.groups.get(text);
    if (!group) {
      group = { values, objects: [] };
      this.groups.set(text, group);
    }
    group.objects[source] ??= [];
    group.objects[source].push(object);
  }

  /** The object that stands for another where these values have been taken. */
  own<T extends object>(object: T, { text }: Taken): T {
    if (this.#isSplit) return object;
    const known = this.#owned.get(object);
    if (!known) {
      this.#owned.set(object, new Map([[text, object]]));
      return object;
    }
    let own = known.get(text);
    if (!own) {
      own = copyOf(object);
      known.set(text, own);
      this.#owned.set(own, new Map([[text, own]]));
      this.copies.push({ original: object, copy: own });
    }
    return own as T;
  }

  /** Takes the values that a place has of an object. */
  take(taken: Taken, object: ResponseObject, { values }: ContextPlace): Taken {
    if (values.length === 0) return taken;
    const all = [...taken.values];
    let { text } = taken;
    for (const { context, key, path } of values) {
      const made = keyObject(object, key, '', this.#nullReasons);
      const isFailure = made instanceof Missing || made instanceof Unusable;
      const value = isFailure || path.length === 0 ? null : valueAt(made, path);
      all[context] = isFailure ? made : { value };
      text += `${context}:${isFailure ? `!${this.#failureOf(object)}` : JSON.stringify(value)};`;
    }
    return { text, values: all };
  }

  #failureOf(object: ResponseObject): number {
    const number = this.#failures.get(object) ?? this.#failures.size;
    this.#failures.set(object, number);
    return number;
  }
}

class PathFollower {
  readonly #walk: ContextWalk;
  readonly #places: readonly ContextPlace[];
  readonly #source: number;
  /** By place. */
  readonly #done: Set<object>[];

  constructor(walk: ContextWalk, places: readonly ContextPlace[], source: number) {
    this.#walk = walk;
    this.#places = places;
    this.#source = source;
    this.#done = places.map(() => new Set());
  }

  /** @returns the object that stands for it here. */
  reach(object: ResponseObject, depth: number, taken: Taken): ResponseObject {
    const place = this.#places[depth] as ContextPlace;
    if (place.type !== null && object.__typename !== place.type) return object;
    if (place.only && entityResultIn(object, place.only.slot)?.entity?.__typename !== place.only.type) return object;
    const own = this.#walk.own(object, taken);
    const done = this.#done[depth] as Set<object>;
    if (done.has(own)) return own;
    done.add(own);
    const more = this.#walk.take(taken, own, place);
    const step = this.#places[depth + 1]?.step;
    if (step) this.#descend(own, step, depth + 1, more);
    else this.#walk.add(more, this.#source, own);
    return own;
  }

  #descend(
    object: ResponseObject,
    { slot, property, types }: NonNullable<ContextPlace['step']>,
    depth: number,
    taken: Taken,
  ): void {
    let holder = object;
    if (slot !== null) {
      const result = entityResultIn(object, slot);
      if (!result?.entity) return;
      const own = this.#walk.own(result, taken);
      own.entity = this.#walk.own(result.entity, taken);
      object[slotProperty(slot)] = own;
      holder = own.entity;
    }
    if (types && !types.includes(holder.__typename as string)) return;
    const value = readProperty(holder, property);
    const own = this.#below(value, depth, taken);
    if (own !== value) holder[property] = own;
  }

  #below(value: unknown, depth: number, taken: Taken, lists = 0): unknown {
    if (typeof value !== 'object' || value === null || value instanceof NumberText) return value;
    if (!Array.isArray(value)) return this.reach(value as ResponseObject, depth, taken);
    if (lists >= MAX_LISTS) return value;
    const own = this.#walk.own(value, taken);
    for (const [index, item] of own.entries()) own[index] = this.#below(item, depth, taken, lists + 1);
    return own;
  }
}

/** Adds copies wherever their originals are known: what is fetched for those later is fetched for them too. */
function addCopies(copies: ContextWalk['copies'], objectsAt: readonly ResponseObject[][]): void {
  const byOriginal = Map.groupBy(copies, ({ original }) => original);
  for (const objects of objectsAt) {
    // The list grows while it is walked: there may be copies of copies.
    for (const object of objects ?? []) {
      for (const { copy } of byOriginal.get(object) ?? []) objects.push(copy as ResponseObject);
    }
  }
}

function copyOf(object: object): object {
  if (Array.isArray(object)) return [...object];
  return object instanceof EntityResult ? Object.assign(new EntityResult(), object) : { ...object };
}

/** The value at the end of the way; of lists, that of each item. Null where the way ends before. */
function valueAt(made: unknown, path: readonly ValuePath[]): unknown {
  if (path.length === 0) return made;
  if (Array.isArray(made)) return made.map((item) => valueAt(item, path));
  if (typeof made !== 'object' || made === null) return null;
  const next = path.find(({ name }) => Object.hasOwn(made, name));
  return next ? valueAt((made as Record<string, unknown>)[next.name], next.below) : null;
}
