// Entity resolvers: lookup fields of a subgraph that return objects of a type by their key. They are read from the
// entry points of the subschemas' merge configuration.
import type { MergedTypeEntryPoint, SubschemaConfig } from '@graphql-tools/delegate';
import { parseSelectionSet, transformInputValue } from '@graphql-tools/utils';
import {
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInputObjectType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { mergeArguments } from '../compose/declared-directives.ts';
import { sampleObject } from '../compose/lookup-samples.ts';
import { keyObjectOf } from '../json/key-object.ts';
import type { EntryPoint } from '../query-plan/entry-point.ts';
import { acceptedAlone, acceptedInLists } from './accepted-keys.ts';

export interface SubgraphModel {
  name: string;
  /** In the graph's names. */
  schema: GraphQLSchema;
  config: SubschemaConfig;
}

/** A lookup field with the facts that planning needs. */
export interface EntityResolver {
  /** The type that it looks up: that of the object, or an interface of it. */
  typeName: string;
  /** Its index among the subgraph's entry points for the type. */
  index: number;
  /** The fields that an object must have to be fetched. */
  key: SelectionSetNode;
  /** True where objects are found by the inputs of computed fields alone: other fields are not fetched by it. */
  isWithoutKey: boolean;
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
 * The entity resolver of an entry point; or, as a string, the reason for which it cannot be planned.
 * @param inputs of the type's computed fields, by which objects can be found where there is no key; null for none.
 */
export function readEntryPoint(
  subgraph: SubgraphModel,
  typeName: string,
  entryPoint: MergedTypeEntryPoint,
  index: number,
  graph: GraphQLSchema,
  inputs: SelectionSetNode | null,
): EntityResolver | string {
  const where = `${typeName} in ${subgraph.name}`;
  if (entryPoint.resolve) return `${where} is merged by a resolver of its own`;
  const from = entryPoint.selectionSet ? parseSelectionSet(entryPoint.selectionSet) : inputs;
  if (!entryPoint.fieldName || !from) return `${where} has no lookup field or no key`;
  const field = subgraph.schema.getQueryType()?.getFields()[entryPoint.fieldName];
  if (!field) return `${where}: there is no Query.${entryPoint.fieldName}`;
  const list = entryPoint.argsFromKeys !== undefined;
  const sample = Object.assign(keyObjectOf(typeName), sampleObject(graph, from, typeName));
  const argumentNames = probeArguments(entryPoint, sample);
  if (typeof argumentNames === 'string') return `${where}: ${argumentNames}`;
  const unknown = argumentNames.find((name) => !field.args.some((argument) => argument.name === name));
  if (unknown) return `${where}: Query.${entryPoint.fieldName} has no argument ${unknown}`;
  const { argsFromKeys, args } = entryPoint;
  const fittingList = argsFromKeys && fitting(field, argsFromKeys);
  const fittingOne = args && fitting(field, args);
  let named: unknown = field.type;
  while (typeof named === 'object' && named !== null && 'ofType' in named) named = named.ofType;
  return {
    typeName,
    index,
    key: entryPoint.selectionSet ? from : noKey,
    isWithoutKey: !entryPoint.selectionSet,
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
        ? acceptedInLists(field, fittingList, sampleKey(entryPoint, sample))
        : fittingOne && (acceptedAlone(field, fittingOne) as EntryPoint['accepts']),
      valuesFromResults: entryPoint.valuesFromResults,
    },
  };
}

/** The key of objects that are found without one. */
export const noKey: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: [] };

/** `_entities` returns one row for each representation, in order (Apollo Federation subgraph specification). */
function isPositional(subgraph: SubgraphModel, field: GraphQLField<unknown, unknown>): boolean {
  if (field.name === '_entities') return true;
  return mergeArguments(subgraph.config.schema, field)?.match === 'POSITION';
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
function probeArguments(entryPoint: MergedTypeEntryPoint, sample: Record<string, unknown>): string[] | string {
  try {
    const args = entryPoint.argsFromKeys
      ? entryPoint.argsFromKeys([sampleKey(entryPoint, sample)])
      : (entryPoint.args?.(sample) ?? {});
    return Object.keys(args);
  } catch (error) {
    return `its arguments cannot be determined (${error instanceof Error ? error.message : error})`;
  }
}

function sampleKey({ key }: MergedTypeEntryPoint, sample: Record<string, unknown>): unknown {
  return key ? key(sample) : sample;
}
