// Which objects an answer holds, by type and id: what has to be known to find the answer again when one of them changes.
import type { AnswerObject } from './answer-object.ts';
import { MAX_LISTS } from './nesting.ts';
import type { FieldShape, Plan, Shape, ValueType } from './plan.ts';
import type { Found } from './run.ts';
import { findIn } from './slot.ts';

export interface ObjectsInAnswer {
  /** Ids that the answer says, by type. */
  ids: ReadonlyMap<string, ReadonlySet<string>>;
  /** Types of which the answer holds, or could hold, objects whose ids it does not say. */
  nameless: ReadonlySet<string>;
}

/** Of one type, in one answer; beyond, they count as nameless. */
const mostIds = 500;

/** @param idField the field whose value tells objects of a type apart; null where there is none. */
export function objectsIn(plan: Plan, { root }: Found, idField: (type: string) => string | null): ObjectsInAnswer {
  const ids = new Map<string, Set<string>>();
  const nameless = new Set<string>();
  const [fields = []] = Object.values(plan.output.types);
  below(fields, [root]);
  for (const name of nameless) ids.delete(name);
  return { ids, nameless };

  function shaped(shape: Shape, objects: readonly AnswerObject[]): void {
    for (const [type, own] of Object.entries(shape.types)) {
      const ofType = shape.abstract ? objects.filter((object) => object.__typename === type) : objects;
      note(type, own, ofType);
      below(own, ofType);
    }
  }

  function note(type: string, fields: readonly FieldShape[], objects: readonly AnswerObject[]): void {
    const name = idField(type);
    const field = fields.find(({ coordinate, denied }) => !denied && coordinate.endsWith(`.${name}`));
    if (name === null || !field) {
      nameless.add(type);
      return;
    }
    const known = ids.get(type) ?? new Set();
    ids.set(type, known);
    for (const object of objects) {
      const id = valueIn(object, field);
      if (known.size >= mostIds || (typeof id !== 'string' && typeof id !== 'number')) nameless.add(type);
      else known.add(String(id));
    }
  }

  function below(fields: readonly FieldShape[], objects: readonly AnswerObject[]): void {
    for (const field of fields) {
      const shape = shapeOf(field.type);
      if (!shape || field.denied) continue;
      const found: AnswerObject[] = [];
      for (const object of objects) gather(valueIn(object, field), found);
      shaped(shape, found);
    }
  }
}

function valueIn(object: AnswerObject, { slot, property }: FieldShape): unknown {
  return slot === null ? object[property] : findIn(object, slot)?.entity?.[property];
}

function shapeOf(type: ValueType): Shape | null {
  if (type.kind === 'list') return shapeOf(type.of);
  return type.kind === 'object' ? type.shape : null;
}

function gather(value: unknown, into: AnswerObject[], lists = 0): void {
  if (Array.isArray(value)) {
    // Beyond, it does not fit its type, and is no part of the response.
    if (lists < MAX_LISTS) for (const item of value) gather(item, into, lists + 1);
  } else if (typeof value === 'object' && value !== null) into.push(value as AnswerObject);
}
