// The type of an object of a response: its own, or as another subgraph tells it.
import type { FieldShape, Shape } from '../query-plan/plan.ts';
import { entityResultIn, type ResponseObject } from './hot-path/index.ts';

export function typeNameOf({ typeSlot }: Shape, object: ResponseObject): unknown {
  return typeSlot === undefined ? object.__typename : entityResultIn(object, typeSlot)?.entity?.__typename;
}

/** The fields of an object by its type; undefined where no object of that type may stand there. */
export function fieldsOf(shape: Shape, object: ResponseObject): FieldShape[] | undefined {
  const name = typeNameOf(shape, object);
  if (shape.abstract)
    return typeof name === 'string' && Object.hasOwn(shape.types, name) ? shape.types[name] : undefined;
  return Object.values(shape.types)[0];
}
