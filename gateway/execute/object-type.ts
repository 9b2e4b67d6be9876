// The type of an object of a response: its own, or as another subgraph determines it.
import type { FieldShape, Shape } from '../query-plan/shape.ts';
import { entityResultIn, type ResponseObject } from './hot-path/index.ts';

export function typeNameOf({ typeSlot }: Shape, object: ResponseObject): unknown {
  return typeSlot === undefined ? object.__typename : entityResultIn(object, typeSlot)?.entity?.__typename;
}

/**
 * Properties that an object has although nothing selects them on its type: they were fetched for objects of other
 * types, before the types were known.
 */
export function unselectedProperties({ typeSlot, types }: Shape, fields: readonly FieldShape[] = []): Set<string> {
  const own = new Set<string>();
  const all = new Set<string>();
  if (typeSlot === undefined) return all;
  for (const { slot, property } of fields) if (slot === null) own.add(property);
  for (const { slot, property } of Object.values(types).flat())
    if (slot === null && !own.has(property)) all.add(property);
  return all;
}

/** The fields of an object by its type; undefined where no object of that type may stand there. */
export function fieldsOf(shape: Shape, object: ResponseObject): FieldShape[] | undefined {
  const name = typeNameOf(shape, object);
  if (shape.abstract)
    return typeof name === 'string' && Object.hasOwn(shape.types, name) ? shape.types[name] : undefined;
  return Object.values(shape.types)[0];
}
