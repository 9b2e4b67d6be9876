// Renaming of response data: `__typename`s and enum values. Response keys are the outer ones already.

import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { fragmentsOf } from '../../fragments.ts';
import { inverted, type Renames } from './renames.ts';

/** Inner names to outer names, of one enum or of all types. */
type Values = (inner: string) => string;

interface ObjectNode {
  fields: Map<string, Entry>;
}

/** The values under one response key. */
interface Entry {
  /** Null where the value needs no renaming. */
  values: Values | null;
  object: ObjectNode | null;
  /** Whether `values` applies to objects of a type, by its inner name; null if it applies to all. */
  only: ((innerType: unknown) => boolean) | null;
}

/** Alias of `__typename`, selected where a response key has different meanings in different types. */
export const typeAlias = 'conciergeTypename';

export interface DataMapper {
  /** Selection sets in which `typeAlias` has to be selected. */
  needType: ReadonlySet<SelectionSetNode>;
  /** Changes the values in place. @param data of the response. */
  map(data: unknown): void;
}

/**
 * Mappers for response data of operations; null for operations whose data contains nothing renamed.
 * @param schema the outer schema, for which the document is valid.
 */
export class DataMappers {
  readonly #schema: GraphQLSchema;
  readonly #typeNames: Values | null;
  readonly #renamedTypes: ReadonlySet<string>;
  readonly #enums = new Map<string, Values>();

  constructor(schema: GraphQLSchema, renames: Renames) {
    this.#schema = schema;
    this.#renamedTypes = new Set(renames.types.keys());
    this.#typeNames = renames.types.size > 0 ? outerNames(renames.types) : null;
    for (const [name, values] of renames.values) this.#enums.set(name, outerNames(values));
  }

  of(document: DocumentNode, operation: OperationDefinitionNode): DataMapper | null {
    const root = this.#schema.getRootType(operation.operation);
    if (!root) return null;
    const fragments = fragmentsOf(document);
    const needType = new Set<SelectionSetNode>();
    const reader = new SelectionReader(
      this.#schema,
      this.#enums,
      this.#typeNames,
      this.#renamedTypes,
      fragments,
      needType,
    );
    const node = reader.read([{ selectionSet: operation.selectionSet, type: root.name }]);
    return node && { needType, map: (data) => mapValue(data, node) };
  }
}

/**
 * Maps inner names to outer ones. An outer name in the service's data is invalid there: it is altered, so that it fails
 * like any other invalid name.
 */
function outerNames(renamed: ReadonlyMap<string, string>): Values {
  const outer = inverted(renamed);
  return (inner) => outer.get(inner) ?? (renamed.has(inner) ? `?${inner}` : inner);
}

interface Selected {
  selectionSet: SelectionSetNode;
  /** The composite type that it is selected on. */
  type: string;
}

interface Gathered {
  values: Values | null;
  below: Selected[];
  under: Set<string>;
}

class SelectionReader {
  readonly #schema: GraphQLSchema;
  readonly #enums: ReadonlyMap<string, Values>;
  readonly #typeNames: Values | null;
  readonly #renamedTypes: ReadonlySet<string>;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #needType: Set<SelectionSetNode>;

  constructor(
    schema: GraphQLSchema,
    enums: ReadonlyMap<string, Values>,
    typeNames: Values | null,
    renamedTypes: ReadonlySet<string>,
    fragments: ReadonlyMap<string, FragmentDefinitionNode>,
    needType: Set<SelectionSetNode>,
  ) {
    this.#schema = schema;
    this.#enums = enums;
    this.#typeNames = typeNames;
    this.#renamedTypes = renamedTypes;
    this.#fragments = fragments;
    this.#needType = needType;
  }

  /** The node of these selections' objects; null where nothing is renamed. */
  read(selected: readonly Selected[]): ObjectNode | null {
    const gathered = new Map<string, Gathered[]>();
    for (const each of selected) this.#gather(each.selectionSet, each.type, new Set(), gathered);
    const fields = new Map<string, Entry>();
    for (const [key, all] of gathered) {
      const object = this.read(all.flatMap(({ below }) => below));
      const renamed = all.filter(({ values }) => values);
      const values = renamed[0]?.values ?? null;
      if (!values && !object) continue;
      const isMixed =
        renamed.length > 0 &&
        renamed.length < all.length &&
        all.some(({ values: own, below }) => !own && below.length === 0);
      if (isMixed) for (const { selectionSet } of selected) this.#needType.add(selectionSet);
      fields.set(key, { values, object, only: isMixed ? this.#isOneOf(renamed) : null });
    }
    return fields.size > 0 ? { fields } : null;
  }

  #isOneOf(gathered: readonly Gathered[]): (innerType: unknown) => boolean {
    const types = new Set(gathered.flatMap(({ under }) => [...under]));
    return (inner) => typeof inner === 'string' && types.has(this.#typeNames ? this.#typeNames(inner) : inner);
  }

  #gather(selectionSet: SelectionSetNode, type: string, visited: Set<string>, found: Map<string, Gathered[]>): void {
    const add = (key: string, gathered: Gathered) => found.set(key, [...(found.get(key) ?? []), gathered]);
    for (const selection of selectionSet.selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        this.#gather(selection.selectionSet, selection.typeCondition?.name.value ?? type, visited, found);
        continue;
      }
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = this.#fragments.get(selection.name.value);
        const once = `${selection.name.value} ${type}`;
        if (!fragment || visited.has(once)) continue;
        visited.add(once);
        this.#gather(fragment.selectionSet, fragment.typeCondition.name.value, visited, found);
        continue;
      }
      const key = (selection.alias ?? selection.name).value;
      const under = this.#objectTypes(type);
      if (selection.name.value === '__typename') {
        const renamed = [...under].some((name) => this.#renamedTypes.has(name));
        add(key, { values: renamed ? this.#typeNames : null, below: [], under });
        continue;
      }
      const fieldType = this.#typeOf(type, selection.name.value);
      if (!fieldType) continue;
      const named = getNamedType(fieldType);
      const below =
        selection.selectionSet && isCompositeType(named)
          ? [{ selectionSet: selection.selectionSet, type: named.name }]
          : [];
      add(key, { values: isEnumType(named) ? (this.#enums.get(named.name) ?? null) : null, below, under });
    }
  }

  #typeOf(typeName: string, field: string): GraphQLOutputType | undefined {
    const type = this.#schema.getType(typeName);
    return isObjectType(type) || isInterfaceType(type) ? type.getFields()[field]?.type : undefined;
  }

  #objectTypes(name: string): Set<string> {
    const type = this.#schema.getType(name);
    return new Set(isAbstractType(type) ? this.#schema.getPossibleTypes(type).map((one) => one.name) : [name]);
  }
}

/** Maximum depth of nested lists; no schema's types are nested as deeply. */
const MAX_LISTS = 50;

function mapValue(value: unknown, node: ObjectNode, lists = 0): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    if (lists < MAX_LISTS) for (const item of value) mapValue(item, node, lists + 1);
    return;
  }
  const object = value as Record<string, unknown>;
  const type = object[typeAlias];
  for (const [key, entry] of node.fields) {
    if (!Object.hasOwn(object, key)) continue;
    const below = object[key];
    if (entry.object) mapValue(below, entry.object);
    if (entry.values && (!entry.only || entry.only(type))) object[key] = mapLeaf(below, entry.values, 0);
  }
  if (type !== undefined) delete object[typeAlias];
}

function mapLeaf(value: unknown, values: Values, lists: number): unknown {
  if (typeof value === 'string') return values(value);
  return Array.isArray(value) && lists < MAX_LISTS ? value.map((item) => mapLeaf(item, values, lists + 1)) : value;
}
