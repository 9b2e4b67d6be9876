// Sorted input values: the fields of their objects are in one order, so that equal values have equal texts.
import { Kind, type ValueNode } from 'graphql';

export function sortedValue(value: ValueNode): ValueNode {
  if (value.kind === Kind.LIST) return { ...value, values: value.values.map(sortedValue) };
  if (value.kind !== Kind.OBJECT) return value;
  const fields = value.fields
    .map((field) => ({ ...field, value: sortedValue(field.value) }))
    .sort((one, other) => (one.name.value < other.name.value ? -1 : 1));
  return { ...value, fields };
}
