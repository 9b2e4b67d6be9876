// Sample keys: examples of the keys that entity fetches make, by which composition checks the arguments of lookup
// fields, and the planner learns their names.
import {
  type GraphQLOutputType,
  type GraphQLSchema,
  getNullableType,
  isEnumType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { keyObjectOf } from '../json/key-object.ts';

/** Types of the values of built-in scalars; those of custom scalars are unknown. */
const sampleLeaves: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['Int', 1],
  ['Float', 1.5],
  ['Boolean', true],
]);

/**
 * An example of a key of a type, with a value for each of its fields; the types are those of the graph. A field that the
 * graph does not have is a text, or an object of texts.
 */
export function sampleObject(graph: GraphQLSchema, key: SelectionSetNode, typeName: string): Record<string, unknown> {
  const type = graph.getType(typeName);
  const fields = isObjectType(type) || isInterfaceType(type) ? type.getFields() : {};
  const sample = keyObjectOf();
  for (const selection of key.selections) {
    if (selection.kind !== Kind.FIELD) continue;
    const { name, alias, selectionSet } = selection;
    const fieldType = Object.hasOwn(fields, name.value) ? fields[name.value]?.type : undefined;
    const unknown = () => (selectionSet ? sampleObject(graph, selectionSet, '') : 'key');
    sample[(alias ?? name).value] = fieldType ? sampleValue(graph, fieldType, selectionSet) : unknown();
  }
  return sample;
}

function sampleValue(graph: GraphQLSchema, type: GraphQLOutputType, below: SelectionSetNode | undefined): unknown {
  const nullable = getNullableType(type);
  if (isListType(nullable)) return [sampleValue(graph, nullable.ofType, below)];
  if (below) return sampleObject(graph, below, nullable.name);
  if (isEnumType(nullable)) return nullable.getValues()[0]?.name;
  return sampleLeaves.get(nullable.name) ?? 'key';
}
