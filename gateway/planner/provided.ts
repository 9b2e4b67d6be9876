// Provided fields: fields that a subgraph serves at one place, although they are external in it elsewhere. A field's
// `@provides` holds for the objects below it, of all types or of those that its fragments name.
import { type FieldNode, isAbstractType, isObjectType, Kind, type SelectionSetNode } from 'graphql';
import type { FieldSource } from './field-source.ts';
import type { GraphModel } from './model.ts';

export function isProvided(model: GraphModel, source: FieldSource, name: string): boolean {
  return source.provided !== undefined && mentionsOf(model, source, source.provided, name).length > 0;
}

/**
 * What is provided below a field: by its own directive, and by those above it. Equal for equal places, since paths are
 * cached by it.
 */
export function providedBelow(model: GraphModel, parent: FieldSource, name: string): SelectionSetNode | undefined {
  const own = model.providedBy(parent.subgraph, parent.typeName, name);
  const mentions = parent.provided ? mentionsOf(model, parent, parent.provided, name) : [];
  const sets = mentions.flatMap(({ selectionSet }) => selectionSet ?? []);
  return [...sets, ...(own ? [own] : [])].reduce<SelectionSetNode | undefined>(together, undefined);
}

/** The mentions of a field in a provided selection, as far as they hold for the type. */
function mentionsOf(model: GraphModel, source: FieldSource, set: SelectionSetNode, name: string): FieldNode[] {
  return set.selections.flatMap((selection): FieldNode[] => {
    if (selection.kind === Kind.FIELD) return selection.name.value === name ? [selection] : [];
    if (selection.kind !== Kind.INLINE_FRAGMENT) return [];
    const condition = selection.typeCondition?.name.value;
    return condition === undefined || isOfType(model, source, condition)
      ? mentionsOf(model, source, selection.selectionSet, name)
      : [];
  });
}

/** Whether objects of a type are of another type too, in the subgraph that returns them. */
function isOfType(model: GraphModel, { subgraph, typeName }: FieldSource, condition: string): boolean {
  if (condition === typeName) return true;
  const type = model.typeIn(subgraph, typeName);
  const conditional = model.typeIn(subgraph, condition);
  return isAbstractType(conditional) && isObjectType(type) && model.schemaOf(subgraph).isSubType(conditional, type);
}

const known = new WeakMap<SelectionSetNode, WeakMap<SelectionSetNode, SelectionSetNode>>();

function together(one: SelectionSetNode | undefined, other: SelectionSetNode): SelectionSetNode {
  if (!one || one === other) return other;
  const withOther = known.get(one) ?? new WeakMap<SelectionSetNode, SelectionSetNode>();
  known.set(one, withOther);
  const both = withOther.get(other) ?? { ...one, selections: [...one.selections, ...other.selections] };
  withOther.set(other, both);
  return both;
}
