// Renaming of a service's merge configuration to the graph's names. Stitching directives use the service's names, and
// so do the functions made from them: their inputs and outputs are renamed, whatever form the functions have.
import type { MergedTypeConfig, MergedTypeEntryPoint } from '@graphql-tools/delegate';
import { parseSelectionSet } from '@graphql-tools/utils';
import {
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  print,
  type SelectionSetNode,
} from 'graphql';
import { setProperty } from '../../json/json-values.ts';
import { memberCoordinate } from '../schema-elements.ts';
import { InputRenamer } from './input-values.ts';
import { invertRenames, type Renames } from './renames.ts';

type MergeConfig = Record<string, MergedTypeConfig>;

/** A property of the objects that keys are made from. */
interface KeyProperty {
  /** The property that the service's functions expect. */
  own: string;
  /** Enum values: the graph's to the service's. */
  values: ReadonlyMap<string, string> | undefined;
  below: KeyProperties;
}

/** By the property in objects of the graph. */
type KeyProperties = Map<string, KeyProperty>;

/**
 * @param merge in the service's names.
 * @param own the service's schema.
 * @param graph the same schema in the graph's names.
 */
export function renameMergeConfig(
  merge: MergeConfig,
  own: GraphQLSchema,
  graph: GraphQLSchema,
  renames: Renames,
): MergeConfig {
  const renamer = new MergeConfigRenamer(own, graph, renames);
  return Object.fromEntries(
    Object.entries(merge).flatMap(([type, config]) => {
      const renamed = renamer.rename(type, config);
      return renamed ? [renamed] : [];
    }),
  );
}

class MergeConfigRenamer {
  readonly #own: GraphQLSchema;
  readonly #graph: GraphQLSchema;
  readonly #renames: Renames;
  readonly #toGraph: Renames;
  readonly #toOwnTypes: ReadonlyMap<string, string>;
  readonly #inputs: InputRenamer;

  constructor(own: GraphQLSchema, graph: GraphQLSchema, renames: Renames) {
    this.#own = own;
    this.#graph = graph;
    this.#renames = renames;
    this.#toGraph = invertRenames(renames);
    this.#toOwnTypes = renames.types;
    this.#inputs = new InputRenamer(this.#toGraph);
  }

  /** The type's name and merge configuration in the graph; null where the graph does not have the type. */
  rename(type: string, config: MergedTypeConfig): [string, MergedTypeConfig] | null {
    const name = this.#typeName(type);
    if (!this.#graph.getType(name)) return null;
    const { entryPoints, fields, ...rest } = config;
    const properties: KeyProperties = new Map();
    const read = (selectionSet: string) =>
      print(this.#rename(parse(selectionSet), this.#own.getType(type), properties));
    // Inputs of computed fields are part of keys as well: all properties must be known before the first key is made.
    const renamedFields = Object.entries(fields ?? {}).flatMap(([field, { selectionSet, ...more }]) => {
      const inGraph = this.#fieldName(type, field);
      if (!this.#hasField(name, inGraph)) return [];
      return [[inGraph, { ...more, ...(selectionSet !== undefined && { selectionSet: read(selectionSet) }) }] as const];
    });
    const entry = (entryPoint: MergedTypeEntryPoint) => this.#entryPoint(entryPoint, read, properties);
    return [
      name,
      {
        ...rest,
        ...entry(config),
        ...(fields && { fields: Object.fromEntries(renamedFields) }),
        ...(entryPoints && { entryPoints: entryPoints.map(entry).filter(({ selectionSet }) => selectionSet) }),
      },
    ];
  }

  #entryPoint(
    { fieldName, selectionSet, key, args, argsFromKeys }: MergedTypeEntryPoint,
    read: (selectionSet: string) => string,
    properties: KeyProperties,
  ): Partial<MergedTypeEntryPoint> {
    const renamed = selectionSet === undefined ? {} : { selectionSet: read(selectionSet) };
    const field = fieldName === undefined ? undefined : this.#own.getQueryType()?.getFields()[fieldName];
    if (!field) return renamed;
    const query = this.#own.getQueryType()?.name ?? '';
    const inGraph = this.#fieldName(query, field.name);
    // Lookup fields that the graph does not have are dropped.
    if (!this.#hasField(this.#graph.getQueryType()?.name ?? '', inGraph)) {
      return { ...renamed, fieldName: undefined, key: undefined, args: undefined, argsFromKeys: undefined };
    }
    const names = this.#toGraph.fields.get(memberCoordinate(query, field.name))?.arguments;
    const toGraph = (given: Record<string, unknown>) => {
      const mapped: Record<string, unknown> = {};
      for (const [name, value] of Object.entries(given)) {
        const argument = field.args.find((each) => each.name === name);
        setProperty(mapped, names?.get(name) ?? name, argument ? this.#inputs.rename(value, argument.type) : value);
      }
      return mapped;
    };
    const toOwn = (object: unknown) => this.#toOwn(object, properties);
    return {
      ...renamed,
      fieldName: inGraph,
      ...(key && { key: (object: unknown) => key(toOwn(object)) }),
      ...(argsFromKeys && { argsFromKeys: (keys: readonly unknown[]) => toGraph(argsFromKeys(keys as never)) }),
      ...(args && { args: (object: unknown) => toGraph(args(toOwn(object))) }),
    };
  }

  /**
   * A selection of the service's fields in the graph's names; fields of other services have the graph's names already.
   */
  #rename(
    { selections, ...node }: SelectionSetNode,
    type: GraphQLNamedType | undefined,
    properties: KeyProperties,
  ): SelectionSetNode {
    return {
      ...node,
      selections: selections.map((selection) => {
        if (selection.kind === Kind.FRAGMENT_SPREAD) return selection;
        if (selection.kind === Kind.INLINE_FRAGMENT) {
          const condition = selection.typeCondition?.name.value;
          const on = condition === undefined ? type : this.#own.getType(condition);
          const name = condition === undefined ? undefined : this.#typeName(condition);
          return {
            ...selection,
            ...(name !== undefined && {
              typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: name } },
            }),
            selectionSet: this.#rename(selection.selectionSet, on, properties),
          };
        }
        const own = selection.name.value;
        const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[own] : undefined;
        const inGraph = field && type ? this.#fieldName(type.name, own) : own;
        const below = field && getNamedType(field.type);
        const response = selection.alias?.value ?? own;
        const property = properties.get(selection.alias?.value ?? inGraph) ?? {
          own: response,
          values: below && this.#renames.values.get(this.#typeName(below.name)),
          below: new Map(),
        };
        properties.set(selection.alias?.value ?? inGraph, property);
        return {
          ...selection,
          name: { kind: Kind.NAME, value: inGraph },
          ...(selection.selectionSet && { selectionSet: this.#rename(selection.selectionSet, below, property.below) }),
        };
      }),
    };
  }

  #toOwn(value: unknown, properties: KeyProperties): unknown {
    if (Array.isArray(value)) return value.map((item) => this.#toOwn(item, properties));
    if (typeof value !== 'object' || value === null || properties.size === 0) return value;
    const own: Record<string, unknown> = {};
    for (const [name, below] of Object.entries(value)) {
      const property = properties.get(name);
      if (name === '__typename') own[name] = this.#toOwnTypes.get(String(below)) ?? below;
      else if (!property) setProperty(own, name, below);
      else if (property.values) own[property.own] = ownValue(below, property.values);
      else setProperty(own, property.own, this.#toOwn(below, property.below));
    }
    return own;
  }

  #typeName(own: string): string {
    return this.#toGraph.types.get(own) ?? own;
  }

  #fieldName(type: string, own: string): string {
    return this.#toGraph.fields.get(memberCoordinate(type, own))?.name ?? own;
  }

  #hasField(typeName: string, field: string): boolean {
    const type = this.#graph.getType(typeName);
    return (isObjectType(type) || isInterfaceType(type)) && Object.hasOwn(type.getFields(), field);
  }
}

function parse(selectionSet: string): SelectionSetNode {
  return parseSelectionSet(selectionSet, { noLocation: true });
}

function ownValue(value: unknown, values: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => ownValue(item, values));
  return typeof value === 'string' ? (values.get(value) ?? value) : value;
}
