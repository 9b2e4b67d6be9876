// Inputs of computed fields: fields of the same object, or of an enclosing one, from any service, that the field's own
// service needs.
import type { MergedTypeConfig, SubschemaConfig } from '@graphql-tools/delegate';
import { parseSelectionSet } from '@graphql-tools/utils';
import { type GraphQLField, getNamedType, Kind, type SelectionSetNode } from 'graphql';
import { contextInputs, type GraphContexts } from './federation/contexts.ts';
import { memberCoordinate } from './schema-elements.ts';

/** By `Type.field` of each computed field: the selections on its object that it needs. */
export type ComputedInputs = ReadonlyMap<string, readonly SelectionSetNode[]>;

/** Inputs declared by `@computed(selectionSet:)`, and in a supergraph by `@requires` and `@fromContext`. */
export function computedInputs(
  subschemas: readonly SubschemaConfig[],
  contexts: GraphContexts | null = null,
): ComputedInputs {
  const inputs = contexts ? contextInputs(contexts) : new Map<string, SelectionSetNode[]>();
  for (const { merge = {} } of subschemas) {
    for (const [typeName, { fields = {} }] of Object.entries(merge)) {
      for (const [fieldName, { selectionSet, computed }] of Object.entries(fields)) {
        if (!computed || !selectionSet) continue;
        const coordinate = memberCoordinate(typeName, fieldName);
        const selections = inputs.get(coordinate) ?? [];
        selections.push(parseSelectionSet(selectionSet, { noLocation: true }));
        inputs.set(coordinate, selections);
      }
    }
  }
  return inputs;
}

/** All inputs of the computed fields of one type; null where it has none. */
export function allInputsOf({ fields = {} }: MergedTypeConfig): SelectionSetNode | null {
  const selections = Object.values(fields).flatMap(({ selectionSet, computed }) =>
    computed && selectionSet ? parseSelectionSet(selectionSet, { noLocation: true }).selections : [],
  );
  return selections.length > 0 ? { kind: Kind.SELECTION_SET, selections } : null;
}

/**
 * The coordinates that a selection reads.
 * @param fieldNamed finds a field in the graph, or in a source.
 */
export function coordinatesRead(
  typeName: string,
  selectionSet: SelectionSetNode,
  fieldNamed: (type: string, name: string) => GraphQLField<unknown, unknown> | undefined,
): string[] {
  return selectionSet.selections.flatMap((selection) => {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return [];
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      return coordinatesRead(selection.typeCondition?.name.value ?? typeName, selection.selectionSet, fieldNamed);
    }
    const name = selection.name.value;
    const field = fieldNamed(typeName, name);
    if (!field) return [];
    const below = selection.selectionSet
      ? coordinatesRead(getNamedType(field.type).name, selection.selectionSet, fieldNamed)
      : [];
    return [memberCoordinate(typeName, name), ...below];
  });
}
