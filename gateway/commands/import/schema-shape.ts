// Schemas as they are read: references followed, `allOf` merged, null in either style (`nullable` of OpenAPI 3.0, `null` among the
// types of 3.1) brought into one flag.
import { type Element, Inexpressible } from './openapi-document.ts';

/** A property, with the schemas that are said to hold for it: one, or several where `allOf` has it twice. */
export interface Property {
  schemas: Element[];
  isRequired: boolean;
}

export interface Shape {
  /** Pointer of the schema that has the structure, by which equal types are one. */
  identity: string;
  /** Name of the component that it is, if it is one. */
  component: string | null;
  element: Element;
  /** Without `null`; null where no type is given. */
  types: ReadonlySet<string> | null;
  isNullable: boolean;
  format: string | null;
  /** Values of an enumeration, without null. */
  values: readonly unknown[] | null;
  properties: ReadonlyMap<string, Property>;
  /** Schema of properties that are not named, if there is one. */
  otherProperties: Element | null;
  items: Element | null;
  /** Schemas of which one holds, where there are several. */
  alternatives: readonly Element[];
  minimum: number | null;
  maximum: number | null;
  description: string | null;
  /** Of the component itself; `description` may be that of a reference to it. */
  componentDescription: string | null;
  /** Of what refers to the component. */
  referenceDescription: string | null;
  isDeprecated: boolean;
  isReadOnly: boolean;
  isWriteOnly: boolean;
  /** Shown in descriptions. */
  defaultValue: unknown;
}

interface MergedShape extends Shape {
  types: Set<string> | null;
  values: unknown[] | null;
  properties: Map<string, Property>;
  alternatives: Element[];
  required: Set<string>;
  seen: Set<string>;
}

/** Keywords that give a schema a structure of its own. */
const structural = ['properties', 'items', 'enum', 'const', 'additionalProperties', 'required'];
const MAX_DEPTH = 50;

/**
 * The shape of a value that all of these schemas describe.
 * @throws Inexpressible for what is no schema, and for schemas that contradict each other.
 */
export function shapeOf(schemas: readonly Element[]): Shape {
  const merged = emptyShape(schemas);
  const [only] = schemas;
  const holder = schemas.length === 1 && only ? unwrapped(only, merged) : null;
  if (holder) {
    merged.element = holder;
    merged.identity = holder.pointer;
    merged.referenceDescription = merged.description;
    merged.componentDescription = descriptionOf(holder);
    merged.component = /^\/components\/schemas\/[^/]+$/.test(holder.pointer) ? holder.key : null;
  }
  for (const schema of holder ? [holder] : schemas) add(schema, merged, 0);
  for (const [name, property] of merged.properties) property.isRequired = merged.required.has(name);
  return merged;
}

function emptyShape(schemas: readonly Element[]): MergedShape {
  return {
    identity: schemas.map(({ pointer }) => pointer).join(' '),
    ...{ component: null, element: schemas[0] as Element, types: null, isNullable: false, format: null, values: null },
    ...{ properties: new Map(), otherProperties: null, items: null, alternatives: [], minimum: null, maximum: null },
    ...{ description: null, componentDescription: null, referenceDescription: null, defaultValue: undefined },
    ...{ isDeprecated: false, isReadOnly: false, isWriteOnly: false, required: new Set(), seen: new Set() },
  };
}

/** Follows schemas that only refer to one other: a reference, an `allOf` of one, an alternative of it and null. */
function unwrapped(schema: Element, merged: MergedShape): Element {
  let holder = schema;
  for (let depth = 0; depth < MAX_DEPTH; depth += 1) {
    const target = wrappedBy(holder, merged);
    if (!target) return holder;
    annotate(holder, merged);
    holder = target;
  }
  throw new Inexpressible(schema, 'its references lead in a circle');
}

function wrappedBy(schema: Element, merged: MergedShape): Element | null {
  if (schema.has('$ref')) return schema.document.referenced(schema);
  if (structural.some((key) => schema.has(key))) return null;
  const lists = ['allOf', 'oneOf', 'anyOf'].filter((key) => schema.has(key));
  if (lists.length !== 1) return null;
  const items = schema.get(lists[0] as string)?.items() ?? [];
  const others = items.filter((item) => !isNull(item));
  if (others.length !== 1) return null;
  if (others.length < items.length) merged.isNullable = true;
  return others[0] as Element;
}

function isNull(schema: Element): boolean {
  const type = schema.get('type')?.value;
  const values = schema.get('enum')?.value;
  return (
    (Array.isArray(type) ? type : [type]).every((one) => one === 'null') ||
    (Array.isArray(values) && values.length > 0 && values.every((one) => one === null))
  );
}

function add(schema: Element, merged: MergedShape, depth: number): void {
  if (merged.seen.has(schema.pointer)) return;
  merged.seen.add(schema.pointer);
  if (depth > MAX_DEPTH) throw new Inexpressible(schema, 'its schemas are nested too deeply');
  // `true` and `{}` allow every value.
  if (schema.value === true) return;
  if (!schema.isObject) throw new Inexpressible(schema, 'there is no schema here');
  annotate(schema, merged);
  addTypes(schema, merged);
  addValues(schema, merged);
  addProperties(schema, merged);
  merged.items ??= schema.get('items') ?? null;
  if (schema.has('$ref')) add(schema.document.referenced(schema), merged, depth + 1);
  for (const part of schema.get('allOf')?.items() ?? []) add(part, merged, depth + 1);
  for (const key of ['oneOf', 'anyOf']) {
    const items = schema.get(key)?.items() ?? [];
    const others = items.filter((item) => !isNull(item));
    if (others.length < items.length) merged.isNullable = true;
    const [only] = others;
    if (others.length === 1 && only) add(only, merged, depth + 1);
    else merged.alternatives.push(...others);
  }
}

/** What does not change the structure: the outermost description holds. */
function annotate(schema: Element, merged: MergedShape): void {
  merged.description ??= descriptionOf(schema);
  merged.isNullable ||= schema.is('nullable');
  merged.isDeprecated ||= schema.is('deprecated');
  merged.isReadOnly ||= schema.is('readOnly');
  merged.isWriteOnly ||= schema.is('writeOnly');
  merged.defaultValue ??= schema.get('default')?.value;
}

function descriptionOf(schema: Element): string | null {
  return schema.text('description') ?? schema.text('title') ?? null;
}

function addTypes(schema: Element, merged: MergedShape): void {
  const given = schema.get('type')?.value;
  merged.format ??= schema.text('format') ?? null;
  const minimum = schema.get('minimum')?.value;
  const maximum = schema.get('maximum')?.value;
  if (typeof minimum === 'number') merged.minimum = Math.max(merged.minimum ?? minimum, minimum);
  if (typeof maximum === 'number') merged.maximum = Math.min(merged.maximum ?? maximum, maximum);
  if (given === undefined) return;
  const types = (Array.isArray(given) ? given : [given]).filter((type): type is string => typeof type === 'string');
  if (types.includes('null')) merged.isNullable = true;
  const others = new Set(types.filter((type) => type !== 'null'));
  merged.types = merged.types === null ? others : commonTypes(merged.types, others);
  if (merged.types.size === 0 && others.size > 0) throw new Inexpressible(schema, 'its types contradict each other');
}

/** Every integer is a number. */
function commonTypes(some: ReadonlySet<string>, others: ReadonlySet<string>): Set<string> {
  const isIn = (type: string, types: ReadonlySet<string>) =>
    types.has(type) || (type === 'integer' && types.has('number'));
  return new Set([
    ...[...some].filter((type) => isIn(type, others)),
    ...[...others].filter((type) => isIn(type, some)),
  ]);
}

function addValues(schema: Element, merged: MergedShape): void {
  const given = schema.has('const') ? [schema.get('const')?.value] : schema.get('enum')?.value;
  if (!Array.isArray(given)) return;
  if (given.includes(null)) merged.isNullable = true;
  const values = given.filter((value) => value !== null);
  merged.values = merged.values === null ? values : merged.values.filter((value) => values.includes(value));
}

function addProperties(schema: Element, merged: MergedShape): void {
  for (const [name, property] of schema.get('properties')?.entries() ?? []) {
    const known = merged.properties.get(name);
    if (known) known.schemas.push(property);
    else merged.properties.set(name, { schemas: [property], isRequired: false });
  }
  for (const { value } of schema.get('required')?.items() ?? []) merged.required.add(String(value));
  const others = schema.get('additionalProperties');
  if (others && others.value !== false) merged.otherProperties ??= others;
}
