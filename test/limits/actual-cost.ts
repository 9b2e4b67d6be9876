// Actual costs of random operations over a graph of the differential tests, by the gateway and by a naive count over
// the responses.
import { type GraphQLSchema, getOperationAST, getVariableValues, parse, print } from 'graphql';
import type { Executed } from '../../gateway/engine/plan-runner.ts';
import { CostModel } from '../../gateway/policy/limits/cost.ts';
import type { CostRules } from '../../gateway/policy/limits/cost-rules.ts';
import { ResponseCounter } from '../../gateway/policy/response-counter.ts';
import { noDeniedFields } from '../../gateway/query-plan/denied-fields.ts';
import { operationFor } from '../differential/check.ts';
import type { GraphUnderTest } from '../differential/graph-under-test.ts';
import { countedCost, randomRules, withTypes } from './counted-response.ts';

/** A rule set serves so many operations. */
const PER_RULES = 50;

export interface Tally {
  operations: number;
  /** Operations whose response has errors. */
  withErrors: number;
  /** Operations that cost anything. */
  withCost: number;
  /** Operations of which a null has removed what was executed. */
  removed: number;
}

/** @throws Error for the first operation whose costs differ. */
export async function compareCosts(graph: GraphUnderTest, firstSeed: number, count: number): Promise<Tally> {
  const tally: Tally = { operations: 0, withErrors: 0, withCost: 0, removed: 0 };
  const { schema } = graph.graph;
  let [rules, counter] = countersOf(schema, firstSeed);
  for (let seed = firstSeed; seed < firstSeed + count; seed += 1) {
    if ((seed - firstSeed) % PER_RULES === 0) [rules, counter] = countersOf(schema, seed);
    const generated = operationFor(graph, seed);
    const document = withTypes(parse(generated.text));
    const operation = { ...generated, document, text: print(document) };
    graph.options.reset?.(seed, operation);
    const { executed, prepared, result } = await graph.runEngine(operation);
    const node = getOperationAST(document, operation.operationName);
    const { coerced: variables } = getVariableValues(schema, node?.variableDefinitions ?? [], operation.variables);
    const coerced = prepared.coerce(operation.variables);
    // What nulls of variables make impossible is not executed, which its null in the response does not show.
    if (!variables || 'errors' in coerced || prepared.nullFaults(coerced.values)) continue;
    tally.operations += 1;
    const planned = {
      ...{ operation: prepared, plan: prepared.planFor(coerced.values), coerced: coerced.values },
      ...{ given: coerced.given, deniedFields: noDeniedFields },
    };
    const counted = counter.count(planned, executed as Executed);
    const expected = countedCost({ schema, rules, document, variables }, result.data ?? null);
    if (result.errors) tally.withErrors += 1;
    if (expected > 0) tally.withCost += 1;
    if (counted && counted.executed > counted.actual) tally.removed += 1;
    if (counted?.actual === expected && counted.executed >= expected) continue;
    const found = `actual ${counted?.actual}, executed ${counted?.executed}, expected ${expected}`;
    throw new Error(
      `${graph.name}, seed ${seed}: ${found}\n${operation.text}\n${JSON.stringify(operation.variables)}\n${JSON.stringify(result)}`,
    );
  }
  return tally;
}

function countersOf(schema: GraphQLSchema, seed: number): [CostRules, ResponseCounter] {
  const rules = randomRules(schema, seed);
  return [rules, new ResponseCounter(new CostModel(schema, rules, { assumedListSize: 10 }))];
}
