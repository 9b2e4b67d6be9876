// One case: an operation answered by both sides, and what differs.
import { type Deviation, deviations } from './deviations.ts';
import { generateOperation, type Operation } from './operations.ts';
import { errorBesideData, placesOf } from './places.ts';
import type { EngineResult, Result, Subject } from './subject.ts';

export interface Mismatch {
  seed: number;
  operation: Operation;
  what: string;
  engine: EngineResult | null;
  oracle: Result | null;
}

/** What a case was counted as, beside one in which both sides agree. */
export interface Counts {
  cases: number;
  /** Where stock execution is known to be wrong, by the deviation's name. */
  deviations: Record<string, number>;
}

export function operationFor(subject: Subject, seed: number): Operation {
  const { knownValues, mutations } = subject.options;
  return generateOperation({ schema: subject.graph.schema, seed, knownValues, mutations });
}

/** Answers the operation on all sides; null where they agree. */
export async function checkOperation(
  subject: Subject,
  seed: number,
  operation: Operation,
  counts: Counts,
): Promise<Mismatch | null> {
  const { reset, reference, stockKnows } = subject.options;
  let engine: EngineResult | null = null;
  let oracle: Result | null = null;
  const mismatch = (what: string): Mismatch => ({ seed, operation, what, engine, oracle });
  counts.cases += 1;
  const declinedBefore = subject.engine.declined;
  try {
    reset?.(seed, operation);
    engine = await subject.runEngine(operation);
  } catch (error) {
    return mismatch(`the engine threw: ${error instanceof Error ? error.stack : error}`);
  }
  if (subject.engine.declined > declinedBefore) return mismatch(`declined: ${subject.declined.at(-1)}`);
  if (engine.faults.length > 0) return mismatch(`upstream requests that are not valid:\n${engine.faults.join('\n')}`);
  if (engine.text !== jsonText(engine.result))
    return mismatch(`the answer as text differs from its data:\n${engine.text}`);
  const beside = errorBesideData(engine.result);
  if (beside) return mismatch(`an error's path leads to no null: ${beside}`);
  if (reference) {
    reset?.(seed, operation);
    oracle = await reference(operation);
    const difference = differenceBetween(engine.result, oracle);
    if (difference) return mismatch(`engine and reference: ${difference}`);
  }
  if (stockKnows?.(seed, operation) === false) return null;
  reset?.(seed, operation);
  const stock = await subject.runStock(operation);
  const difference = differenceBetween(engine.result, stock);
  if (!difference) return null;
  const known = deviations.find((deviation) => explains(deviation, subject, operation, engine as EngineResult, stock));
  if (!known) {
    oracle = stock;
    return mismatch(`engine and stock execution: ${difference}`);
  }
  counts.deviations[known.name] = (counts.deviations[known.name] ?? 0) + 1;
  return null;
}

function explains(deviation: Deviation, subject: Subject, operation: Operation, engine: EngineResult, stock: Result) {
  return deviation.applies({
    referenced: subject.options.reference !== undefined,
    operation,
    engine: engine.result,
    stock,
  });
}

/** What differs between two answers: data to the last key, errors by the places they explain. */
export function differenceBetween(one: Result, other: Result): string | null {
  if (JSON.stringify(one.data) !== JSON.stringify(other.data)) return 'data differs';
  const places = placesOf(one).join('\n');
  const others = placesOf(other).join('\n');
  return places === others ? null : `errors are at other places:\n${places}\n--- and\n${others}`;
}

function jsonText({ data, errors }: Result): string {
  return JSON.stringify({ data, ...(errors && { errors }) });
}

export function describeMismatch(subject: Subject, { seed, operation, what, engine, oracle }: Mismatch): string {
  return [
    `graph ${subject.name}, seed ${seed}: ${what}`,
    operation.text,
    `variables: ${JSON.stringify(operation.variables)}`,
    `engine: ${JSON.stringify(engine?.result)}`,
    `oracle: ${JSON.stringify(oracle)}`,
    `plan: ${JSON.stringify(engine?.plan?.fetches, null, 1)}`,
    `lookups: ${JSON.stringify(engine?.plan?.lookups)}`,
    `positions: ${JSON.stringify(engine?.plan?.positions)}`,
  ].join('\n');
}
