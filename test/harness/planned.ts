// Planned operations: whether an engine has a plan for an operation, or rejects it.
import type { Engine } from '../../gateway/engine/engine.ts';

/** The reason for which an operation has no plan; null where it has one. @throws for one that is not valid. */
export function reasonUnplanned(
  engine: Engine,
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
): string | null {
  const { errors, operations } = engine.documents.get(query);
  const [operation] = operations;
  const coerced = operation?.coerce(variables);
  if (errors || !operation || !coerced || 'errors' in coerced) throw new Error(`not a valid operation: ${query}`);
  const plan = operation.planFor(coerced.values);
  return 'unsupported' in plan ? plan.unsupported : null;
}
