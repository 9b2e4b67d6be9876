// Objects that a response depends on, by type and id: the source of its cache tags. Absence counts too: a null, an
// empty list or a list that arguments filter changes with any object of its type.
import { NumberText } from '../json/number-text.ts';
import type { Plan } from '../query-plan/plan.ts';
import type { FieldShape, Shape, ValueType } from '../query-plan/shape.ts';
import type { ExecutionState } from './execution-state.ts';
import { entityResultIn, type ResponseObject, readProperty } from './hot-path/index.ts';
import { MAX_LISTS } from './nesting.ts';
import { typeNameOf } from './object-type.ts';

export interface ResponseObjects {
  /** Ids in the response, by type. */
  ids: ReadonlyMap<string, ReadonlySet<string>>;
  /** Types of which the response contains, or could contain, objects without their ids. */
  typesWithoutId: ReadonlySet<string>;
  /** Types of which any object, also one that is not in the response, can make it stale. */
  absent: ReadonlySet<string>;
}

/** The facts about the schema's types that are needed. */
export interface ObjectTypes {
  /** The field that identifies objects of a type; null where there is none. */
  idField(type: string): string | null;
  /** The object types that may stand where this type is declared. */
  possibleTypes(type: string): readonly string[];
  /** @param coordinate `Type.field` */
  hasArguments(coordinate: string): boolean;
  /**
   * Of an object without an id, such as a Relay connection: the object types in its lists, whether selected or not.
   */
  listedTypes(type: string): readonly string[];
}

/** Ids of one type in one response; objects beyond count as objects without an id. */
const MAX_IDS = 500;

export function collectResponseObjects(plan: Plan, { root }: ExecutionState, schema: ObjectTypes): ResponseObjects {
  const ids = new Map<string, Set<string>>();
  const typesWithoutId = new Set<string>();
  const absent = new Set<string>();
  const [fields = []] = Object.values(plan.output.types);
  below(fields, [root], false);
  for (const name of typesWithoutId) ids.delete(name);
  return { ids, typesWithoutId, absent };

  /** @param filtered whether the objects stand below a field with arguments. */
  function shaped(shape: Shape, objects: readonly ResponseObject[], filtered: boolean): void {
    for (const [type, own] of Object.entries(shape.types)) {
      const ofType = shape.abstract ? objects.filter((object) => typeNameOf(shape, object) === type) : objects;
      record(type, own, ofType);
      // Objects behind an interface whose types were not requested: any of them can have changed.
      const possible = schema.possibleTypes(type);
      if (possible.length > 1 || possible[0] !== type) {
        addAll(typesWithoutId, possible);
        addAll(absent, possible);
      }
      if (schema.idField(type) === null) recordListed(schema.listedTypes(type), filtered);
      below(own, ofType, filtered);
    }
    if (!shape.abstract) return;
    // Null in its place, since the client's view or the caller's scopes do not include it: still an object that can
    // change.
    for (const object of objects) {
      const type = typeNameOf(shape, object);
      if (typeof type === 'string' && !Object.hasOwn(shape.types, type)) typesWithoutId.add(type);
    }
  }

  /** A connection depends on the objects in its lists, also where only its count is selected. */
  function recordListed(types: readonly string[], filtered: boolean): void {
    if (filtered) addAll(absent, types);
    else for (const type of types) if (!ids.has(type)) ids.set(type, new Set());
  }

  function record(type: string, fields: readonly FieldShape[], objects: readonly ResponseObject[]): void {
    if (objects.some((object) => lacksEntity(object, fields))) absent.add(type);
    const name = schema.idField(type);
    const field = fields.find(({ coordinate, denied }) => !denied && coordinate.endsWith(`.${name}`));
    if (name === null || !field) {
      typesWithoutId.add(type);
      return;
    }
    const known = ids.get(type) ?? new Set();
    ids.set(type, known);
    for (const object of objects) {
      const id = valueIn(object, field);
      const isId = typeof id === 'string' || typeof id === 'number' || id instanceof NumberText;
      if (isId && known.size < MAX_IDS) known.add(String(id));
      else typesWithoutId.add(type);
    }
  }

  function below(fields: readonly FieldShape[], objects: readonly ResponseObject[], filtered: boolean): void {
    for (const field of fields) {
      const type = objectType(field.type);
      if (!type || field.denied) continue;
      const isFiltered = filtered || schema.hasArguments(field.coordinate);
      const members: ResponseObject[] = [];
      let isWhole = !(isFiltered && field.type.kind === 'list');
      for (const object of objects) isWhole = gather(valueIn(object, field), members) && isWhole;
      if (!isWhole) addAll(absent, schema.possibleTypes(type.name));
      shaped(type.shape, members, isFiltered);
    }
  }
}

function valueIn(object: ResponseObject, { slot, property }: FieldShape): unknown {
  const holder = slot === null ? object : entityResultIn(object, slot)?.entity;
  return holder ? readProperty(holder, property) : undefined;
}

/** Whether a fetch by the object's key found no entity. */
function lacksEntity(object: ResponseObject, fields: readonly FieldShape[]): boolean {
  return fields.some(({ slot }) => slot !== null && !entityResultIn(object, slot)?.entity);
}

function addAll(set: Set<string>, names: readonly string[]): void {
  for (const name of names) set.add(name);
}

function objectType(type: ValueType): Extract<ValueType, { kind: 'object' }> | null {
  if (type.kind === 'list') return objectType(type.of);
  return type.kind === 'object' ? type : null;
}

/** Adds the objects in a value; false where there is a null or an empty list. */
function gather(value: unknown, into: ResponseObject[], lists = 0): boolean {
  if (Array.isArray(value)) {
    // Deeper lists do not fit their type, and are no part of the response.
    if (lists >= MAX_LISTS) return false;
    let isWhole = value.length > 0;
    for (const item of value) isWhole = gather(item, into, lists + 1) && isWhole;
    return isWhole;
  }
  if (typeof value !== 'object' || value === null) return false;
  into.push(value as ResponseObject);
  return true;
}
