// Properties of objects in a plan: those that keys are made from, and those that identify equal objects.
import type { KeyField } from '../query-plan/plan.ts';
import { type FetchGroup, type KeySource, representative } from './fetch-graph.ts';
import type { UpstreamSelection } from './upstream-selection.ts';

export function keyField(source: KeySource): KeyField {
  return {
    name: source.name,
    ...(source.types && { types: source.types }),
    leaf: source.leaf,
    mayBeNull: source.mayBeNull,
    slot: source.fetchGroup ? representative(source.fetchGroup).slot : null,
    property: source.property,
    fields: source.fields?.map(keyField) ?? null,
  };
}

/** The properties selected on objects at a place, if they are a few leaves and nothing else. */
export function identityFieldsIn(selection: UpstreamSelection<FetchGroup>): string[] | null {
  const fields = [...(selection.base?.fields.values() ?? []), ...selection.fields.values()];
  if (fields.length > 3 || fields.some((field) => field.selection)) return null;
  return [...new Set(fields.map((field) => field.key))];
}
