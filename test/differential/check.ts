// One case: an operation executed by both sides, and the difference.
import { type Deviation, deviations } from './deviations.ts';
import { errorBesideData, placesOf } from './error-paths.ts';
import type { EngineResult, GraphUnderTest, Result } from './graph-under-test.ts';
import { generateOperation, type Operation } from './operations.ts';

export interface Mismatch {
  seed: number;
  operation: Operation;
  what: string;
  engine: EngineResult | null;
  oracle: Result | null;
}

/** Counts of cases, beside those in which both sides agree. */
export interface Counts {
  cases: number;
  /** Where stitched execution is known to be wrong, by the deviation's name. */
  deviations: Record<string, number>;
}

export function operationFor(graph: GraphUnderTest, seed: number): Operation {
  const { knownValues, mutations } = graph.options;
  return generateOperation({ schema: graph.graph.schema, seed, knownValues, mutations });
}

/** Executes the operation on all sides; null where they agree. */
export async function checkOperation(
  graph: GraphUnderTest,
  seed: number,
  operation: Operation,
  counts: Counts,
): Promise<Mismatch | null> {
  const { reset, reference, stitchingSupports } = graph.options;
  let engine: EngineResult | null = null;
  let oracle: Result | null = null;
  const mismatch = (what: string): Mismatch => ({ seed, operation, what, engine, oracle });
  counts.cases += 1;
  try {
    reset?.(seed, operation);
    engine = await graph.runEngine(operation);
  } catch (error) {
    return mismatch(`the engine threw: ${error instanceof Error ? error.stack : error}`);
  }
  if (engine.unsupported !== null) return mismatch(`declined: ${engine.unsupported}`);
  if (engine.faults.length > 0) return mismatch(`upstream requests that are not valid:\n${engine.faults.join('\n')}`);
  if (engine.text !== jsonText(engine.result))
    return mismatch(`the response as text differs from its data:\n${engine.text}`);
  const forNested = errorBesideData(engine.result);
  if (forNested) return mismatch(`an error's path leads to no null: ${forNested}`);
  if (reference) {
    reset?.(seed, operation);
    oracle = await reference(operation);
    const difference = differenceBetween(engine.result, oracle);
    if (difference) return mismatch(`engine and reference: ${difference}`);
  }
  if (stitchingSupports?.(seed, operation) === false) return null;
  reset?.(seed, operation);
  const stitched = await graph.runStitched(operation);
  const difference = differenceBetween(engine.result, stitched);
  if (!difference) return null;
  const known = deviations.find((deviation) => explains(deviation, graph, operation, engine as EngineResult, stitched));
  if (!known) {
    oracle = stitched;
    return mismatch(`engine and stitched execution: ${difference}`);
  }
  counts.deviations[known.name] = (counts.deviations[known.name] ?? 0) + 1;
  return null;
}

function explains(
  deviation: Deviation,
  graph: GraphUnderTest,
  operation: Operation,
  engine: EngineResult,
  stitched: Result,
) {
  return deviation.applies({
    referenced: graph.options.reference !== undefined,
    operation,
    engine: engine.result,
    stitched,
  });
}

/** The difference of two responses: data to the last key, errors by the places they explain. */
export function differenceBetween(one: Result, other: Result): string | null {
  if (JSON.stringify(one.data) !== JSON.stringify(other.data)) return 'data differs';
  const places = placesOf(one).join('\n');
  const others = placesOf(other).join('\n');
  return places === others ? null : `errors are at other places:\n${places}\n--- and\n${others}`;
}

function jsonText({ data, errors }: Result): string {
  return JSON.stringify({ data, ...(errors && { errors }) });
}

export function describeMismatch(graph: GraphUnderTest, { seed, operation, what, engine, oracle }: Mismatch): string {
  return [
    `graph ${graph.name}, seed ${seed}: ${what}`,
    operation.text,
    `variables: ${JSON.stringify(operation.variables)}`,
    `engine: ${JSON.stringify(engine?.result)}`,
    `oracle: ${JSON.stringify(oracle)}`,
    `plan: ${JSON.stringify(engine?.plan?.fetches, null, 1)}`,
    `lookups: ${JSON.stringify(engine?.plan?.entityFetches)}`,
    `positions: ${JSON.stringify(engine?.plan?.entityPaths)}`,
  ].join('\n');
}
