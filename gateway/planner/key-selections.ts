// Key selections: the fields of a key, or of what a computed field requires, that concern objects of one type.
import { type FieldNode, isAbstractType, isObjectType, Kind, type SelectionSetNode } from 'graphql';
import type { GraphModel } from './model.ts';
import type { UpstreamSelection } from './upstream-selection.ts';

/** The fields that a selection has for objects of a type, those of its fragments too; `__typename` is left out. */
export function fieldsFor(
  model: GraphModel,
  subgraph: string,
  typeName: string,
  fields: SelectionSetNode,
): FieldNode[] {
  return nodesFor(model, subgraph, typeName, fields).filter(({ name }) => name.value !== '__typename');
}

/** Whether a selection has `__typename` for objects of a type. */
export function selectsTypename(
  model: GraphModel,
  subgraph: string,
  typeName: string,
  fields: SelectionSetNode,
): boolean {
  return nodesFor(model, subgraph, typeName, fields).some(({ name }) => name.value === '__typename');
}

function nodesFor(model: GraphModel, subgraph: string, typeName: string, fields: SelectionSetNode): FieldNode[] {
  return fields.selections.flatMap((selection): FieldNode[] => {
    if (selection.kind === Kind.FIELD) return [selection];
    if (selection.kind !== Kind.INLINE_FRAGMENT) return [];
    const condition = selection.typeCondition?.name.value;
    return condition === undefined || isOfType(model, subgraph, typeName, condition)
      ? nodesFor(model, subgraph, typeName, selection.selectionSet)
      : [];
  });
}

export function hasFragments({ selections }: SelectionSetNode): boolean {
  return selections.some((selection) => selection.kind !== Kind.FIELD);
}

/**
 * Whether the failure of something that a client selects would lose a key that is selected with it: a non-null field
 * that is no part of the key.
 */
export function mayLose(selected: UpstreamSelection<unknown>, key: SelectionSetNode): boolean {
  const parts = key.selections.filter((node) => node.kind === Kind.FIELD);
  for (const { name, nonNull, selection } of selected.fields.values()) {
    const part = parts.find((node) => node.name.value === name);
    if (!part && nonNull) return true;
    if (selection && mayLose(selection, part?.selectionSet ?? noFields) && (nonNull || part)) return true;
  }
  return [...selected.fragments.values()].some((fragment) => mayLose(fragment, key));
}

const noFields: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: [] };

/** The object types whose objects a subgraph may return for a type. */
export function membersIn(model: GraphModel, subgraph: string, typeName: string): string[] {
  const type = model.typeIn(subgraph, typeName);
  if (!isAbstractType(type)) return [typeName];
  return model
    .schemaOf(subgraph)
    .getPossibleTypes(type)
    .map(({ name }) => name);
}

/** Whether objects of a type are of another type too: in the subgraph, or in the graph. */
function isOfType(model: GraphModel, subgraph: string, typeName: string, condition: string): boolean {
  if (condition === typeName) return true;
  return [model.schemaOf(subgraph), model.schema].some((schema) => {
    const type = schema.getType(typeName);
    const conditional = schema.getType(condition);
    return isAbstractType(conditional) && isObjectType(type) && schema.isSubType(conditional, type);
  });
}
