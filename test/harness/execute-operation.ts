// Execution of an operation on an engine alone, without the pipeline's checks and caches.
import type { Engine } from '../../gateway/engine/engine.ts';
import type { Executed } from '../../gateway/engine/plan-runner.ts';
import type { PreparedOperation } from '../../gateway/engine/prepared-operation.ts';
import { type DeniedFields, noDeniedFields } from '../../gateway/query-plan/denied-fields.ts';
import type { SubgraphScope } from '../../gateway/transport/subgraph-client.ts';

/** Variables that the operation does not allow are errors; nothing is fetched then. */
export async function executeOperation(
  engine: Engine,
  operation: PreparedOperation,
  variables: Readonly<Record<string, unknown>>,
  scope: SubgraphScope,
  allDenied: DeniedFields = noDeniedFields,
): Promise<Executed> {
  const variableValues = operation.coerce(variables);
  if ('errors' in variableValues) return { response: { errors: variableValues.errors }, objects: null };
  const { values: coerced, given } = variableValues;
  const nulls = operation.nullFaults(coerced);
  if (nulls?.whole) return { response: { data: null, errors: [nulls.whole] }, objects: null };
  const deniedFields = nulls ? allDenied.with(nulls.fields) : allDenied;
  const plan = operation.planFor(coerced, deniedFields);
  return engine.execute({ operation, plan, coerced, given, deniedFields }, scope);
}
