// Preparation of documents as a request does it: parse, validate, analyze and plan, each with its steps. Nothing is
// cached: each document is prepared three times, and of each stage the fastest counts, so that what runs beside does
// not.
import type { Graph } from '../../gateway/compose/graph.ts';
import { type LimitsConfig, maxSteps } from '../../gateway/config/limits.ts';
import { DocumentStore } from '../../gateway/engine/document-store.ts';
import { GraphModel } from '../../gateway/planner/model.ts';
import { Planner } from '../../gateway/planner/planner.ts';
import { OperationTooComplex, StepBudget } from '../../gateway/planner/step-budget.ts';
import { UnsupportedOperation } from '../../gateway/planner/unsupported-operation.ts';
import { analyse } from '../../gateway/policy/analysis.ts';
import { createDocumentLimits } from '../../gateway/policy/limits/document-limits.ts';
import { noDeniedFields } from '../../gateway/query-plan/denied-fields.ts';

export interface Sample {
  /** Milliseconds in each turn of the event loop. */
  read: number;
  analyze: number;
  plan: number;
  /** Of the stage that takes most. */
  steps: number;
  rejected: boolean;
}

const ATTEMPTS = 3;

export function preparer(graph: Graph, limits: LimitsConfig): (text: string) => Sample {
  const prepare = preparerOnce(graph, limits);
  return (text) => {
    const samples = Array.from({ length: ATTEMPTS }, () => prepare(text));
    const fastest = (stage: 'read' | 'analyze' | 'plan') => Math.min(...samples.map((sample) => sample[stage]));
    return {
      ...(samples[0] as Sample),
      read: fastest('read'),
      analyze: fastest('analyze'),
      plan: fastest('plan'),
    };
  };
}

function preparerOnce(graph: Graph, limits: LimitsConfig): (text: string) => Sample {
  const planner = new Planner(new GraphModel(graph.schema, graph.subschemas, graph.parts));
  const documents = new DocumentStore({
    schema: graph.schema,
    compile: () => {
      throw new Error('Nothing is executed here.');
    },
    maxDocuments: 1,
    maxBytes: 1,
    maxTokens: limits.tokens || 0,
    maxSteps: maxSteps(limits),
    rules: createDocumentLimits(limits),
  });
  return (text) => {
    const times = [performance.now()];
    const sample = { read: 0, analyze: 0, plan: 0, steps: 0, rejected: false };
    const analyzing = new StepBudget(maxSteps(limits));
    const planning = new StepBudget(maxSteps(limits));
    const { errors, operations } = documents.get(text);
    times.push(performance.now());
    const [operation] = operations;
    try {
      if (errors || !operation) sample.rejected = true;
      else {
        const conditions = operation.conditions({ yes: true });
        analyse(graph.schema, graph.rules, operation, conditions, 0, analyzing);
        times.push(performance.now());
        const { document } = operation;
        planner.plan({
          document,
          operation: operation.operation,
          conditions,
          deniedFields: noDeniedFields,
          steps: planning,
        });
      }
    } catch (error) {
      if (!(error instanceof OperationTooComplex || error instanceof UnsupportedOperation)) throw error;
      sample.rejected = true;
    }
    times.push(performance.now());
    const [start = 0, read = start, analyzed = read, planned = analyzed] = times;
    const steps = Math.max(analyzing.used, planning.used);
    return { ...sample, read: read - start, analyze: analyzed - read, plan: planned - analyzed, steps };
  };
}

export function reportHead(): void {
  console.log(`${'documents'.padEnd(34)} count rejected  p50 ms  p99 ms  max ms max turn ms max steps`);
}

export function report(name: string, samples: readonly Sample[]): void {
  const total = samples.map(({ read, analyze, plan }) => read + analyze + plan);
  const maxTime = Math.max(...samples.map(({ read, analyze, plan }) => Math.max(read, analyze, plan)));
  const rejected = samples.filter((sample) => sample.rejected).length;
  const steps = Math.max(...samples.map((sample) => sample.steps));
  const times = [0.5, 0.99, 1].map((share) => at(total, share).toFixed(1).padStart(7));
  console.log(
    `${name.padEnd(34)} ${String(samples.length).padStart(5)} ${String(rejected).padStart(8)} ${times.join(' ')} ${maxTime.toFixed(1).padStart(11)} ${String(steps).padStart(9)}`,
  );
}

/** The value that this share of the values does not exceed. */
export function at(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
