// Absent objects: entities that no subgraph has. Where only their ids came from the gateway, they are null.

import type { ExecutionState } from './execution-state.ts';
import { entityResultsOf, type ResponseObject } from './hot-path/index.ts';

/** Replaces each object of the root fields' lists that no subgraph has found by null, in place. */
export function nullAbsentObjects({ root }: Pick<ExecutionState, 'root'>): void {
  for (const { entity } of entityResultsOf(root)) {
    for (const list of Object.values(entity ?? {})) {
      if (!Array.isArray(list)) continue;
      for (const [index, object] of list.entries()) if (isAbsent(object)) list[index] = null;
    }
  }
}

function isAbsent(object: unknown): boolean {
  if (typeof object !== 'object' || object === null) return false;
  const results = entityResultsOf(object as ResponseObject);
  return results.length > 0 && results.every(({ entity, errors }) => entity === null && !errors);
}
