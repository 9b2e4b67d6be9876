// Property of preparation: whatever the document, it takes no more steps than the limit, and an accepted document is
// planned. Steps are counted, not timed: the same on every machine.
import { parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { composeGraph } from '../../gateway/compose/graph.ts';
import { limitsSection, maxSteps } from '../../gateway/config/limits.ts';
import { documentRules } from '../../gateway/engine/document-rules.ts';
import type { PreparedOperation } from '../../gateway/engine/prepared-operation.ts';
import { GraphModel } from '../../gateway/planner/model.ts';
import { Planner } from '../../gateway/planner/planner.ts';
import { OperationTooComplex, StepBudget } from '../../gateway/planner/step-budget.ts';
import { analyse } from '../../gateway/policy/analysis.ts';
import { CostModel } from '../../gateway/policy/limits/cost.ts';
import { readCostRules } from '../../gateway/policy/limits/cost-rules.ts';
import { noDeniedFields } from '../../gateway/query-plan/denied-fields.ts';
import { testEngine } from '../harness/engine.ts';
import { hostileDocument, kinds, network } from './hostile-documents.ts';

const LIMIT = maxSteps(limitsSection.parse({}));
const graph = composeGraph(Object.entries(network()).map(([name, sdl]) => ({ name, sdl })));
const planner = new Planner(new GraphModel(graph.schema, graph.subschemas));
const costs = new CostModel(graph.schema, readCostRules(graph.sources), { assumedListSize: 10 });
const { engine } = testEngine(network());

interface Preparing {
  /** By stage; a stage that stopped at the limit has one more. */
  steps: Record<string, number>;
  complex: boolean;
}

function prepare(text: string): Preparing {
  const document = parse(text);
  const operation = engine.documents.prepare(document).operation(null) as PreparedOperation;
  const conditions = { yes: true };
  const stages: Record<string, (steps: StepBudget) => unknown> = {
    validation: (steps) => expect(validate(graph.schema, document, documentRules(steps))).toEqual([]),
    analysis: (steps) => analyse(graph.schema, graph.rules, operation, conditions, 0, steps),
    cost: (steps) => costs.compile(operation.operation, document, steps),
    planning: (steps) =>
      planner.plan({ document, operation: operation.operation, conditions, deniedFields: noDeniedFields, steps }),
  };
  const preparing: Preparing = { steps: {}, complex: false };
  for (const [stage, run] of Object.entries(stages)) {
    const steps = new StepBudget(LIMIT);
    try {
      run(steps);
    } catch (error) {
      if (!(error instanceof OperationTooComplex)) throw error;
      preparing.complex = true;
    }
    preparing.steps[stage] = steps.used;
  }
  return preparing;
}

test('150 generated documents take no more steps than the limit, of every kind', () => {
  const seen = new Map<string, { accepted: number; rejected: number }>();
  for (let seed = 1; seed <= 150; seed += 1) {
    const { kind, text } = hostileDocument(seed);
    const { steps, complex } = prepare(text);
    // One more where a stage stopped, and what it spent at once.
    for (const [stage, used] of Object.entries(steps))
      expect({ seed, stage, within: used < LIMIT * 1.1 }).toEqual({ seed, stage, within: true });
    // Validation and analysis are linear in the document: fragments are looked at once, however often they are spread.
    expect({ seed, linear: (steps.validation ?? 0) + (steps.analysis ?? 0) < 60 * text.length }).toEqual({
      seed,
      linear: true,
    });
    const counts = seen.get(kind) ?? { accepted: 0, rejected: 0 };
    counts[complex ? 'rejected' : 'accepted'] += 1;
    seen.set(kind, counts);
  }
  expect([...seen.keys()].sort()).toEqual([...kinds].sort());
  const total = [...seen.values()].reduce((sum, { rejected }) => sum + rejected, 0);
  expect(total).toBeGreaterThan(10);
  expect(150 - total).toBeGreaterThan(50);
});
