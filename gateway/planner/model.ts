// Graph model for planning: the subgraphs that serve each field, the fields it requires, and the entity resolvers of
// types. Read once per composition from the subschemas' own configuration, before stitching splits and wraps it.
import type { MergedTypeConfig, MergedTypeEntryPoint, SubschemaConfig } from '@graphql-tools/delegate';
import { getDirective, parseSelectionSet, transformInputValue } from '@graphql-tools/utils';
import {
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { directiveSignature } from '../compose/executable-directives.ts';
import { keyObjectOf } from '../json/key-object.ts';
import type { EntryPoint } from '../query-plan/entry-point.ts';
import { acceptedAlone, acceptedInLists } from './accepted-keys.ts';

/**
 * An entity resolver: a lookup field of a subgraph that returns objects of a type by their key, with the facts that
 * planning needs.
 */
export interface EntityResolver {
  /** Its index among the subgraph's entry points for the type. */
  index: number;
  /** The fields that an object must have to be fetched. */
  key: SelectionSetNode;
  fieldName: string;
  /** Arguments of its calls. */
  argumentNames: string[];
  /** False where one call returns one object. */
  list: boolean;
  /** True where the field's type is a union or interface, as with `_entities`. */
  abstract: boolean;
  /** True where the rows of a list can stand in any order, since they are matched by their key. */
  matchesByKey: boolean;
  runtime: EntryPoint;
}

/**
 * The subgraph in the gateway that returns objects with nothing but their keys: everything that is selected on them
 * is fetched.
 */
export const keySubgraph = '__keys';

export interface SubgraphModel {
  name: string;
  /** In the graph's names. */
  schema: GraphQLSchema;
  config: SubschemaConfig;
}

export class GraphModel {
  /** The schema of clients. */
  readonly schema: GraphQLSchema;
  readonly subgraphs: ReadonlyMap<string, SubgraphModel>;
  readonly #entityResolvers = new Map<string, EntityResolver[] | string>();
  readonly #required = new Map<string, SelectionSetNode>();
  readonly #provided = new Map<string, SelectionSetNode>();
  readonly #external: ReadonlySet<string>;
  readonly #supported = new Map<string, boolean>();

  constructor(
    schema: GraphQLSchema,
    subschemas: readonly SubschemaConfig[],
    external: ReadonlySet<string> = new Set(),
  ) {
    this.schema = schema;
    this.#external = external;
    const subgraphs = new Map<string, SubgraphModel>();
    for (const config of subschemas) {
      const name = uniqueName(config.name ?? 'subgraph', subgraphs);
      const subgraph = { name, schema: config.schema, config };
      subgraphs.set(name, subgraph);
      for (const [typeName, merge] of Object.entries(config.merge ?? {})) this.#readMerge(subgraph, typeName, merge);
    }
    this.subgraphs = subgraphs;
  }

  /** The field as a subgraph describes it, or undefined where it does not serve it. */
  fieldIn(subgraph: string, typeName: string, fieldName: string): GraphQLField<unknown, unknown> | undefined {
    const type = this.typeIn(subgraph, typeName);
    return isObjectType(type) || isInterfaceType(type) ? type.getFields()[fieldName] : undefined;
  }

  typeIn(subgraph: string, typeName: string): GraphQLNamedType | undefined {
    return this.subgraphs.get(subgraph)?.schema.getType(typeName) ?? undefined;
  }

  /** @throws Error for an unknown subgraph. */
  schemaOf(subgraph: string): GraphQLSchema {
    const model = this.subgraphs.get(subgraph);
    if (!model) throw new Error(`There is no subgraph ${subgraph}.`);
    return model.schema;
  }

  /** Whether a subgraph supports a directive at a location: it defines it as the graph does. */
  supportsDirective(subgraph: string, name: string, location: string): boolean {
    const key = `${subgraph} ${name} ${location}`;
    const known = this.#supported.get(key);
    if (known !== undefined) return known;
    const supported = this.#supports(subgraph, name, location);
    this.#supported.set(key, supported);
    return supported;
  }

  #supports(subgraph: string, name: string, location: string): boolean {
    const own = this.schemaOf(subgraph).getDirective(name);
    const ofGraph = this.schema.getDirective(name);
    if (!own || !ofGraph || !own.locations.some((each) => each === location)) return false;
    return directiveSignature(own) === directiveSignature(ofGraph);
  }

  /** True for a field that the subgraph only serves where a parent provides it. */
  isExternal(subgraph: string, typeName: string, fieldName: string): boolean {
    return this.#external.has(`${subgraph} ${typeName}.${fieldName}`);
  }

  /** The fields of the object that the subgraph requires to serve the field. */
  requiredFor(subgraph: string, typeName: string, fieldName: string): SelectionSetNode | undefined {
    return this.#required.get(`${subgraph} ${typeName}.${fieldName}`);
  }

  /** Fields below this one that the subgraph serves here although they are external elsewhere. */
  providedBy(subgraph: string, typeName: string, fieldName: string): SelectionSetNode | undefined {
    return this.#provided.get(`${subgraph} ${typeName}.${fieldName}`);
  }

  /** The field that identifies objects of a type: `id`, else the only field of a key; null where there is none. */
  idField(typeName: string): string | null {
    const type = this.schema.getType(typeName);
    if (isObjectType(type) && type.getFields().id) return 'id';
    for (const subgraph of this.subgraphs.keys()) {
      const entityResolvers = this.entityResolvers(subgraph, typeName);
      if (typeof entityResolvers === 'string') continue;
      for (const { key } of entityResolvers) {
        const [only, ...more] = key.selections.filter(
          (selection) => selection.kind === Kind.FIELD && selection.name.value !== '__typename',
        );
        if (only?.kind === Kind.FIELD && more.length === 0 && !only.selectionSet) return only.name.value;
      }
    }
    return null;
  }

  /** The subgraph's entity resolvers for the type; or, as a string, the reason for which they cannot be planned. */
  entityResolvers(subgraph: string, typeName: string): EntityResolver[] | string {
    return this.#entityResolvers.get(`${subgraph} ${typeName}`) ?? [];
  }

  /** The subgraphs that serve a field, in the order of the configuration. */
  serving(typeName: string, fieldName: string): string[] {
    return [...this.subgraphs.keys()].filter(
      (name) => this.fieldIn(name, typeName, fieldName) && !this.isExternal(name, typeName, fieldName),
    );
  }

  #readMerge(subgraph: SubgraphModel, typeName: string, merge: MergedTypeConfig): void {
    for (const [fieldName, field] of Object.entries(merge.fields ?? {})) {
      const coordinate = `${subgraph.name} ${typeName}.${fieldName}`;
      if (field.computed && field.selectionSet) this.#required.set(coordinate, parseSelectionSet(field.selectionSet));
      if (field.provides) this.#provided.set(coordinate, field.provides);
    }
    // A key that is declared on the type, beside lookup fields with keys of their own, comes as an entry point
    // without a field.
    const entryPoints = (merge.entryPoints ?? [merge]).filter(
      ({ fieldName, resolve }) => fieldName !== undefined || resolve,
    );
    const entityResolvers: EntityResolver[] = [];
    for (const [index, entryPoint] of entryPoints.entries()) {
      const entityResolver = readEntryPoint(subgraph, typeName, entryPoint, index);
      if (typeof entityResolver === 'string') {
        this.#entityResolvers.set(`${subgraph.name} ${typeName}`, entityResolver);
        return;
      }
      entityResolvers.push(entityResolver);
    }
    this.#entityResolvers.set(`${subgraph.name} ${typeName}`, entityResolvers);
  }
}

/** A federation subgraph with conflicting requirements comes as several subschemas of one name. */
function uniqueName(name: string, taken: ReadonlyMap<string, unknown>): string {
  if (!taken.has(name)) return name;
  let number = 2;
  while (taken.has(`${name}#${number}`)) number += 1;
  return `${name}#${number}`;
}

function readEntryPoint(
  subgraph: SubgraphModel,
  typeName: string,
  entryPoint: MergedTypeEntryPoint,
  index: number,
): EntityResolver | string {
  const where = `${typeName} in ${subgraph.name}`;
  if (entryPoint.resolve) return `${where} is merged by a resolver of its own`;
  if (!entryPoint.fieldName || !entryPoint.selectionSet) return `${where} has no lookup field or no key`;
  const field = subgraph.schema.getQueryType()?.getFields()[entryPoint.fieldName];
  if (!field) return `${where}: there is no Query.${entryPoint.fieldName}`;
  const key = parseSelectionSet(entryPoint.selectionSet);
  const list = entryPoint.argsFromKeys !== undefined;
  const argumentNames = probeArguments(typeName, entryPoint, key);
  if (typeof argumentNames === 'string') return `${where}: ${argumentNames}`;
  const unknown = argumentNames.find((name) => !field.args.some((argument) => argument.name === name));
  if (unknown) return `${where}: Query.${entryPoint.fieldName} has no argument ${unknown}`;
  const { argsFromKeys, args } = entryPoint;
  const fittingList = argsFromKeys && fitting(field, argsFromKeys);
  const fittingOne = args && fitting(field, args);
  let named: unknown = field.type;
  while (typeof named === 'object' && named !== null && 'ofType' in named) named = named.ofType;
  return {
    index,
    key,
    fieldName: entryPoint.fieldName,
    argumentNames,
    list,
    abstract: isCompositeType(named) && !isObjectType(named),
    matchesByKey: list && !entryPoint.valuesFromResults && !isPositional(subgraph, field),
    runtime: {
      fieldName: entryPoint.fieldName,
      key: entryPoint.key,
      argsFromKeys: fittingList,
      args: fittingOne,
      accepts: fittingList
        ? acceptedInLists(field, fittingList, sampleKey(typeName, entryPoint, key))
        : fittingOne && (acceptedAlone(field, fittingOne) as EntryPoint['accepts']),
      valuesFromResults: entryPoint.valuesFromResults,
    },
  };
}

/** `_entities` returns one row for each representation, in order (Apollo Federation subgraph specification). */
function isPositional(subgraph: SubgraphModel, field: GraphQLField<unknown, unknown>): boolean {
  if (field.name === '_entities') return true;
  return getDirective(subgraph.config.schema, field, 'merge')?.some(({ match }) => match === 'POSITION') ?? false;
}

/**
 * The function with arguments that fit the field's input types: keys may be made with `__typename` in them, which an
 * input type does not have.
 */
function fitting<T>(
  field: GraphQLField<unknown, unknown>,
  toArguments: (from: T) => Record<string, unknown>,
): (from: T) => Record<string, unknown> {
  const composite = field.args.filter((argument) => isInputObjectType(getNamedType(argument.type)));
  if (composite.length === 0) return toArguments;
  return (from) => {
    const args = { ...toArguments(from) };
    for (const { name, type } of composite) {
      if (args[name] !== undefined) args[name] = transformInputValue(type, args[name]);
    }
    return args;
  };
}

/** The entry point's arguments are functions of a key: one call with a sample key returns their names. */
function probeArguments(typeName: string, entryPoint: MergedTypeEntryPoint, key: SelectionSetNode): string[] | string {
  try {
    const args = entryPoint.argsFromKeys
      ? entryPoint.argsFromKeys([sampleKey(typeName, entryPoint, key)])
      : (entryPoint.args?.(sampleOf(typeName, key)) ?? {});
    return Object.keys(args);
  } catch (error) {
    return `its arguments cannot be determined (${error instanceof Error ? error.message : error})`;
  }
}

function sampleKey(typeName: string, entryPoint: MergedTypeEntryPoint, key: SelectionSetNode): unknown {
  const sample = sampleOf(typeName, key);
  return entryPoint.key ? entryPoint.key(sample) : sample;
}

function sampleOf(typeName: string, key: SelectionSetNode): Record<string, unknown> {
  return Object.assign(keyObjectOf(typeName), sampleObject(key));
}

function sampleObject(selectionSet: SelectionSetNode): Record<string, unknown> {
  const sample = keyObjectOf();
  for (const selection of selectionSet.selections) {
    if (selection.kind !== Kind.FIELD) continue;
    sample[(selection.alias ?? selection.name).value] = selection.selectionSet
      ? sampleObject(selection.selectionSet)
      : 'sample';
  }
  return sample;
}
