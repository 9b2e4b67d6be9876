// Key selection: the fields of an entity's key, selected in the entity fetch itself, so that rows can be matched by
// them.
import { getNamedType, isCompositeType, isObjectType, isRequiredArgument, Kind, type SelectionSetNode } from 'graphql';
import type { KeyMatch } from '../query-plan/plan.ts';
import type { EntityFetchGroup, FetchGroup } from './fetch-graph.ts';
import type { GraphModel } from './model.ts';
import { noArguments } from './upstream-arguments.ts';
import type { UpstreamSelection } from './upstream-selection.ts';

/**
 * Selects as much of the key as the subgraph's type has.
 * @returns null where rows are matched by position: the type has no field of the key, or rows must not be matched by
 * it.
 */
export function selectKey(model: GraphModel, entityFetch: EntityFetchGroup): KeyMatch[] | null {
  const { entityResolver, subgraph, entityPath, selection } = entityFetch;
  if (!entityResolver.matchesByKey) return null;
  const fields = availableFields(model, subgraph, entityPath.typeName, entityResolver.key);
  return fields.length === 0 ? null : select(selection, fields);
}

/** A field of a key that the subgraph's type has. */
interface AvailableField {
  /** Its name in the object that a key is made from. */
  keyName: string;
  name: string;
  type: string;
  /** The named type that it selects from, null for a leaf. */
  below: string | null;
  fields: AvailableField[];
}

function availableFields(
  model: GraphModel,
  subgraph: string,
  typeName: string,
  key: SelectionSetNode,
): AvailableField[] {
  return key.selections.flatMap((node): AvailableField[] => {
    if (node.kind !== Kind.FIELD || node.name.value === '__typename' || node.arguments?.length) return [];
    const name = node.name.value;
    const field = model.fieldIn(subgraph, typeName, name);
    // A computed field requires more than the key to be resolved.
    if (!field || field.args.some(isRequiredArgument) || model.requiredFor(subgraph, typeName, name)) return [];
    if (model.isExternal(subgraph, typeName, name)) return [];
    const named = getNamedType(field.type);
    const available = { keyName: (node.alias ?? node.name).value, name, type: String(field.type) };
    if (!isCompositeType(named)) return node.selectionSet ? [] : [{ ...available, below: null, fields: [] }];
    if (!isObjectType(named) || !node.selectionSet) return [];
    const fields = availableFields(model, subgraph, named.name, node.selectionSet);
    return fields.length === 0 ? [] : [{ ...available, below: named.name, fields }];
  });
}

function select(into: UpstreamSelection<FetchGroup>, fields: readonly AvailableField[]): KeyMatch[] {
  return fields.map(({ keyName, name, type, below, fields: more }) => {
    const selected = into.field(name, noArguments, type, below, null);
    return { name: keyName, property: selected.key, fields: selected.selection && select(selected.selection, more) };
  });
}
