// Weight of cached plans in bytes, by estimate: see test/memory/weights.test.ts.
import type { NullFaults } from './null-variables.ts';

/** Memory of a plan, and of each of its fields. */
const BYTES_PER_PLAN = 3_000;
const BYTES_PER_FIELD = 2_500;
/** Memory of a field that a null variable makes impossible: its place and its error. */
const BYTES_PER_FAULT = 500;

export function planWeight(plan: { fields: number } | { unsupported: string }): number {
  return BYTES_PER_PLAN + ('unsupported' in plan ? 0 : plan.fields * BYTES_PER_FIELD);
}

export function faultsWeight({ fields }: NullFaults): number {
  return BYTES_PER_FAULT * (1 + fields.size);
}
