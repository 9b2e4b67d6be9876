// Fetch needs: the fetches that fields of a response's shape take their values from, with all that is below them in the
// same part of the response.
import type { Plan } from './plan.ts';
import type { FieldShape, Shape, ValueType } from './shape.ts';

export class FetchNeeds {
  /** By slot. */
  readonly #fetches = new Map<number, number>();
  readonly #known = new Map<readonly FieldShape[], ReadonlySet<number>>();

  constructor({ fetches, entityFetches }: Pick<Plan, 'fetches' | 'entityFetches'>) {
    for (const { id, slot } of fetches) if (slot !== null) this.#fetches.set(slot, id);
    for (const { id, fetch } of entityFetches) this.#fetches.set(id, fetch);
  }

  /** Of these fields of one object, whatever part they are in. */
  of(fields: readonly FieldShape[]): Set<number> {
    const needs = new Set<number>();
    for (const { slot, type } of fields) {
      this.#addSlot(slot, needs);
      const shape = shapeIn(type);
      if (!shape) continue;
      this.#addSlot(shape.typeSlot ?? null, needs);
      for (const below of Object.values(shape.types)) for (const fetch of this.ofPart(below)) needs.add(fetch);
    }
    return needs;
  }

  /** Of those of an object's fields that come with it. */
  ofPart(fields: readonly FieldShape[]): ReadonlySet<number> {
    let needs = this.#known.get(fields);
    if (!needs) {
      needs = this.of(fields.filter(({ deferred }) => !deferred));
      this.#known.set(fields, needs);
    }
    return needs;
  }

  #addSlot(slot: number | null, needs: Set<number>): void {
    const fetch = slot === null ? undefined : this.#fetches.get(slot);
    if (fetch !== undefined) needs.add(fetch);
  }
}

/** The shape of the objects in a value, which may be a list; null for values that are no objects. */
export function shapeIn(type: ValueType): Shape | null {
  if (type.kind === 'list') return shapeIn(type.of);
  return type.kind === 'object' ? type.shape : null;
}

/** Fields of one object that come later than it. */
export interface LaterFields {
  /** Response keys down to the object. */
  path: readonly string[];
  fields: readonly FieldShape[];
}

export function deferredFields(root: readonly FieldShape[]): LaterFields[] {
  const found: LaterFields[] = [];
  const paths = new Map<readonly FieldShape[], readonly string[]>([[root, []]]);
  // A map that grows is iterated to its end.
  for (const [fields, path] of paths) {
    const later = fields.filter(({ deferred }) => deferred);
    if (later.length > 0) found.push({ path, fields: later });
    for (const { key, type } of fields) {
      for (const below of Object.values(shapeIn(type)?.types ?? {})) {
        if (!paths.has(below)) paths.set(below, [...path, key]);
      }
    }
  }
  return found;
}
