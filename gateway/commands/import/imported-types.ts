// Types of the imported schema: what a schema of the document becomes as the type of a field, and as the type of an argument.

import { fieldName, isName, NameScope, typeName, typeNames } from './graphql-names.ts';
import type { ImportReport } from './import-report.ts';
import { type Element, Inexpressible, type OpenApiDocument } from './openapi-document.ts';
import { customScalars, scalarOf } from './scalars.ts';
import { type Property, type Shape, shapeOf } from './schema-shape.ts';

export type TypeReference =
  | { kind: 'scalar'; name: string }
  | { kind: 'enum'; type: EnumType }
  | { kind: 'object'; type: ObjectType }
  | { kind: 'list'; item: TypeReference; isItemNullable: boolean };

export interface EnumType {
  name: string;
  values: readonly string[];
  description: string | null;
}

export interface ObjectType {
  name: string;
  isInput: boolean;
  description: string | null;
  fields: Field[];
  /** Fields that are left out of the type, as comments in it. */
  cut: string[];
  element: Element;
  /** Why it cannot be used: a value of it needs what cannot be expressed. */
  problem: Inexpressible | null;
}

export interface Field {
  name: string;
  /** Its name in JSON. */
  property: string;
  type: TypeReference;
  isNullable: boolean;
  description: string | null;
  isDeprecated: boolean;
  element: Element;
}

/** A type with the shape that it is of. */
export interface Typed {
  type: TypeReference;
  shape: Shape;
}

const json: TypeReference = { kind: 'scalar', name: 'JSON' };

export class ImportedTypes {
  readonly objects: ObjectType[] = [];
  readonly #report: ImportReport;
  readonly #names: NameScope;
  /** Components whose names types can have: no other type is called so. */
  readonly #reserved: Set<string>;
  /** Schemas whose types are being made. */
  readonly #open = new Set<string>();
  readonly #known = new Map<string, ObjectType | EnumType>();

  constructor({ root }: OpenApiDocument, report: ImportReport) {
    this.#report = report;
    this.#names = typeNames(Object.keys(customScalars));
    const components = root.get('components')?.get('schemas')?.entries() ?? [];
    const names = components.map(([name]) => name).filter((name) => typeName(name) === name);
    this.#reserved = new Set(names.filter((name) => this.#names.take(name) === name));
  }

  /**
   * The type of a value.
   * @param isInput whether clients send it.
   * @param context name for a type that has none of its own.
   * @throws Inexpressible
   */
  typed(schemas: readonly Element[], isInput: boolean, context: string): Typed {
    const shape = shapeOf(schemas);
    const { identity, element } = shape;
    // An object is known before its fields are.
    if (this.#open.has(identity) && !this.#known.has(keyOf(shape, isInput))) {
      this.#note(element, 'is a list of itself, or one of alternatives that are: it is JSON');
      return { shape, type: json };
    }
    const isOutermost = !this.#open.has(identity);
    this.#open.add(identity);
    try {
      return { shape, type: this.#typeOf(shape, isInput, context) };
    } finally {
      if (isOutermost) this.#open.delete(identity);
    }
  }

  #typeOf(shape: Shape, isInput: boolean, context: string): TypeReference {
    const { element, types, items, properties, alternatives } = shape;
    if (shape.format === 'binary') throw new Inexpressible(element, 'binary data is no value of JSON');
    if (alternatives.length > 0) return this.#alternativesOf(shape, isInput, context);
    if (shape.values !== null) return this.#enumOf(shape, context);
    const scalar = scalarOf(shape);
    if (scalar !== null) return { kind: 'scalar', name: scalar };
    const kinds = types ?? new Set(items ? ['array'] : properties.size > 0 ? ['object'] : []);
    if (kinds.size === 1 && kinds.has('array')) return this.#listOf(shape, isInput, context);
    if (kinds.size === 1 && kinds.has('object') && properties.size > 0) return this.#objectOf(shape, isInput, context);
    if (kinds.size > 1) this.#note(element, `has values of several types (${[...kinds].join(', ')}): it is JSON`);
    return json;
  }

  /** One scalar where all alternatives are of it; else JSON: of which object it is, only its data say. */
  #alternativesOf(shape: Shape, isInput: boolean, context: string): TypeReference {
    const scalars = shape.alternatives.map((one) => {
      const { type } = this.typed([one], isInput, context);
      return type.kind === 'scalar' ? type.name : null;
    });
    const [first] = scalars;
    if (first && scalars.every((name) => name === first)) return { kind: 'scalar', name: first };
    this.#note(shape.element, 'is one of several schemas: it is JSON');
    return json;
  }

  #listOf({ items }: Shape, isInput: boolean, context: string): TypeReference {
    if (!items) return { kind: 'list', item: json, isItemNullable: true };
    const { type, shape } = this.typed([items], isInput, context);
    return { kind: 'list', item: type, isItemNullable: shape.isNullable };
  }

  #enumOf(shape: Shape, context: string): TypeReference {
    const { element, identity, componentDescription: description } = shape;
    const values = shape.values ?? [];
    const scalar = scalarOf({ ...shape, types: shape.types ?? new Set(values.map(typeOfValue)) });
    if (scalar === null) return json;
    if (scalar !== 'String') return { kind: 'scalar', name: scalar };
    const impossible = values.find((value) => !isName(String(value)) || /^(?:true|false|null)$/.test(String(value)));
    if (impossible !== undefined || values.length === 0) {
      const reason =
        values.length === 0 ? 'has no values' : `has ${JSON.stringify(impossible)}, which GraphQL cannot name`;
      this.#note(element, `the enumeration ${reason}: it is String`);
      return { kind: 'scalar', name: 'String' };
    }
    const known = this.#known.get(identity);
    if (known && 'values' in known) return { kind: 'enum', type: known };
    const name = this.#nameOf(shape, context, '');
    const type: EnumType = { name, values: [...new Set(values.map(String))], description };
    this.#known.set(identity, type);
    return { kind: 'enum', type };
  }

  #objectOf(shape: Shape, isInput: boolean, context: string): TypeReference {
    const key = keyOf(shape, isInput);
    const known = this.#known.get(key);
    if (known && 'fields' in known) {
      if (known.problem) throw known.problem;
      return { kind: 'object', type: known };
    }
    const { componentDescription: description, element } = shape;
    const name = this.#nameOf(shape, context, isInput ? 'Input' : '');
    const type: ObjectType = { name, isInput, description, fields: [], cut: [], element, problem: null };
    this.#known.set(key, type);
    this.objects.push(type);
    // What is a name stays as it is.
    const names = new NameScope([...shape.properties.keys()].filter(isName));
    for (const [property, one] of shape.properties) this.#addField(type, property, one, names);
    if (shape.otherProperties?.isObject && type.fields.length > 0) {
      this.#note(shape.otherProperties, `${name} has further properties without names: they are left out`);
    }
    return { kind: 'object', type };
  }

  #addField(type: ObjectType, property: string, { schemas, isRequired }: Property, names: NameScope): void {
    const element = schemas[0] as Element;
    const wanted = fieldName(property);
    const path = `${type.name}.${property}`;
    try {
      if (wanted === '') throw new Inexpressible(element, 'GraphQL has no name for it');
      const { type: reference, shape } = this.typed(schemas, type.isInput, `${type.name}${typeName(property)}`);
      if (type.isInput ? shape.isReadOnly : shape.isWriteOnly) return;
      const name = wanted === property ? property : names.take(wanted);
      if (name !== property) this.#note(element, `${path} is called ${name}`);
      type.fields.push({
        ...{
          name,
          property,
          type: identified(reference, property),
          element,
          isNullable: shape.isNullable || !isRequired,
        },
        ...{ description: describe(shape, reference), isDeprecated: shape.isDeprecated },
      });
    } catch (error) {
      if (!(error instanceof Inexpressible)) throw error;
      if (type.isInput && isRequired) {
        type.problem = error;
        throw error;
      }
      this.#note(error.element, `${path} is left out: ${error.message}`);
    }
  }

  #nameOf(shape: Shape, context: string, suffix: string): string {
    const wanted = shape.component === null ? context : typeName(shape.component) || context;
    const ending = suffix !== '' && wanted.endsWith(suffix) ? '' : suffix;
    const isOwn = ending === '' && wanted === shape.component && this.#reserved.delete(wanted);
    const name = isOwn ? wanted : this.#names.take(`${wanted}${ending}`);
    if (shape.component !== null && name !== shape.component && name !== `${shape.component}${suffix}`) {
      this.#note(shape.element, `the schema ${shape.component} is called ${name}`);
    }
    return name;
  }

  #note(element: Element, message: string): void {
    this.#report.warn(element, message);
  }
}

function keyOf({ identity }: Shape, isInput: boolean): string {
  return `${isInput ? 'input' : 'output'} ${identity}`;
}

/** Description of a value, with the default, which the service applies itself; a named type has that of its component. */
export function describe(shape: Shape, { kind }: TypeReference): string | null {
  const isNamed = shape.component !== null && (kind === 'object' || kind === 'enum');
  const { defaultValue, description } = isNamed ? { ...shape, description: shape.referenceDescription } : shape;
  const text = defaultValue === undefined ? '' : `Default: ${JSON.stringify(defaultValue)}`;
  return [description, text].filter((part) => part !== null && part !== '').join('\n\n') || null;
}

/** Texts that identify an object are of the type that keys have: `id`, `userId`, `order_ids`. */
export function identified(type: TypeReference, name: string): TypeReference {
  if (type.kind === 'list') return { ...type, item: identified(type.item, name) };
  const isText = type.kind === 'scalar' && type.name === 'String';
  return isText && /^(?:id|ids)$|_ids?$|[a-z]Ids?$/.test(name) ? { kind: 'scalar', name: 'ID' } : type;
}

function typeOfValue(value: unknown): string {
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}
