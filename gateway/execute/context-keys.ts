// Keys of entity fetches whose fields take values of enclosing objects: those of objects with equal values are
// requested together, with the values as variables.
import type { EntityFetch } from '../query-plan/plan.ts';
import { ContextWalk, type TakenValue } from './context-walk.ts';
import { EntityResult, type ResponseObject, slotProperty } from './hot-path/index.ts';
import { Missing, type NullReasons, Unusable } from './key-objects.ts';
import type { CollectedKeys, KeyCollector } from './keys.ts';

export interface ContextKeys {
  /** By the number of the context. */
  values: readonly unknown[];
  keys: CollectedKeys;
}

export interface CollectedContexts {
  groups: ContextKeys[];
  /** Results of objects for which there is no value. */
  failures: { failure: Missing | Unusable; entityPath: number; result: EntityResult }[];
  /** Objects that stand for those that have been reached with two values. */
  copies: ContextWalk['copies'];
}

/**
 * @param objectsAt by entity path; receives the copies.
 * @param nullReasons null where the response has no errors yet.
 */
export type ContextCollector = (
  objectsAt: readonly ResponseObject[][],
  nullReasons: NullReasons | null,
) => CollectedContexts;

/** @param collectKeys of the entity fetch. */
export function compileContextCollector({ id, sources }: EntityFetch, collectKeys: KeyCollector): ContextCollector {
  const slot = slotProperty(id);
  return (objectsAt, nullReasons) => {
    const walk = new ContextWalk(nullReasons);
    walk.run(sources, objectsAt);
    const collected: CollectedContexts = { groups: [], failures: [], copies: walk.copies };
    for (const { values, objects } of walk.groups.values()) {
      const failure = values.find((value) => value instanceof Missing || value instanceof Unusable);
      if (failure instanceof Missing || failure instanceof Unusable) {
        collected.failures.push({
          failure,
          entityPath: outermostOf(values.indexOf(failure)),
          result: attachTo(objects),
        });
        continue;
      }
      const inGroup: ResponseObject[][] = [];
      for (const [source, { entityPath }] of sources.entries()) inGroup[entityPath] = objects[source] ?? [];
      collected.groups.push({ values: values.map(takenValue), keys: collectKeys(inGroup, nullReasons) });
    }
    return collected;
  };

  /** One result for objects whose fields cannot be fetched. */
  function attachTo(objects: readonly ResponseObject[][]): EntityResult {
    const result = new EntityResult();
    const all = objects.flat();
    result.shared = all.length > 1;
    for (const object of all) object[slot] = result;
    return result;
  }

  function outermostOf(context: number): number {
    const paths = sources.flatMap(({ contexts }) => contexts ?? []);
    const path = paths.find(({ places }) =>
      places.some(({ values }) => values.some((each) => each.context === context)),
    );
    return path?.entityPath ?? 0;
  }
}

function takenValue(taken: TakenValue | undefined): unknown {
  return taken && 'value' in taken ? taken.value : null;
}
