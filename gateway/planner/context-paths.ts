// Context paths of a plan: from the objects that have values for an entity fetch down to the objects that are fetched.
import type { ContextPath, ContextPlace } from '../query-plan/plan.ts';
import { type ContextValue, type EntityPathDraft, type Place, representative, slotOf } from './fetch-graph.ts';
import { keyField } from './plan-properties.ts';

/** The places from the outermost objects that have one of the values. */
export function outermostPlaces(contexts: readonly ContextValue[]): readonly Place[] {
  return contexts.reduce<readonly Place[]>((all, { places }) => (places.length > all.length ? places : all), []);
}

/** @param idOf the number of an entity path. */
export function contextPath(
  contexts: readonly ContextValue[],
  idOf: (entityPath: EntityPathDraft) => number,
): ContextPath {
  const places = outermostPlaces(contexts);
  const [outermost] = places as [Place];
  return {
    entityPath: idOf(outermost.entityPath),
    places: places.map((place, index): ContextPlace => {
      const { entityPath, group, step } = place;
      return {
        step: index === 0 ? null : { ...step, slot: slotOf(group) },
        type: entityPath.filter,
        ...onlyOfType(entityPath),
        values: contexts.flatMap(({ key, path, places: [setting] }, context) =>
          setting === place ? [{ context, key: key.map(keyField), path: [...path] }] : [],
        ),
      };
    }),
  };
}

/** Set where the objects do not have their types: only those of the path's type are meant. */
export function onlyOfType({ typedBy, typeName }: EntityPathDraft): Pick<ContextPlace, 'only'> {
  return typedBy ? { only: { slot: representative(typedBy).slot, type: typeName } } : {};
}
