// Planned operations: whether an engine executes an operation by a plan, and not by fallback execution, which has the
// same response.
import type { Engine } from '../../gateway/engine/engine.ts';

/** The reason for which an operation has no plan; null where it has one. @throws for one that is not valid. */
export function reasonForFallback(
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
