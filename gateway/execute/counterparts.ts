// Counterparts: what another subgraph returned for the same objects is attached to them, once all responses are there.
// A list that does not have as many items as its counterpart is an error of the subgraph that returned it.
import type { Counterpart } from '../query-plan/plan.ts';
import type { FieldError } from './field-error.ts';
import { EntityResult, entityResultIn, type ResponseObject, readProperty, slotProperty } from './hot-path/index.ts';
import { MAX_LISTS } from './nesting.ts';

/** The reasons for which an object of a response has no counterpart. */
export interface CounterpartReasons {
  /** The errors because of which a property of an object is null or missing; undefined where none is known. */
  missing(object: ResponseObject, at: Counterpart['other']): readonly FieldError[] | undefined;
  /** The error of the subgraph where nothing else explains it. */
  unmatched(counterpart: Counterpart): FieldError;
}

/** Attaches a counterpart to all objects below these. */
export function attachCounterparts(
  counterpart: Counterpart,
  parents: readonly ResponseObject[],
  reasons: CounterpartReasons,
): void {
  const { own, other } = counterpart;
  for (const parent of parents) {
    const value = valueIn(parent, own);
    if (value === undefined || value === null) continue;
    const matching = valueIn(parent, other) ?? null;
    attach(value, matching, () => reasons.missing(parent, other) ?? [reasons.unmatched(counterpart)], counterpart.id);
  }
}

function attach(value: unknown, matching: unknown, why: () => readonly FieldError[], slot: number, lists = 0): void {
  if (Array.isArray(value)) {
    if (lists >= MAX_LISTS) return;
    const items = Array.isArray(matching) && matching.length === value.length ? matching : [];
    for (const [index, item] of value.entries()) attach(item, items[index] ?? null, why, slot, lists + 1);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const result = new EntityResult();
  const isObject = typeof matching === 'object' && matching !== null && !Array.isArray(matching);
  result.entity = isObject ? (matching as ResponseObject) : null;
  if (!isObject) result.errors = why();
  (value as ResponseObject)[slotProperty(slot)] = result;
}

function valueIn(object: ResponseObject, { slot, property }: Counterpart['own']): unknown {
  const holder = slot === null ? object : entityResultIn(object, slot)?.entity;
  return holder ? readProperty(holder, property) : undefined;
}
