// Measure mode of limits: what they would have rejected is counted and logged, and served as if they were not there.
import { z } from 'zod';

/** `enforce`, the default: what exceeds a limit is rejected. `measure`: it is counted, and served. */
export type LimitMode = 'enforce' | 'measure';

/** For all limits of a section, or for some of them by their names; those left out are enforced. */
export type LimitModes<Name extends string> = LimitMode | Partial<Record<Name, LimitMode>>;

/** @param names of the limits. */
export function modeOf<const Name extends string>(names: readonly [Name, ...Name[]]) {
  const [example] = names;
  const message = `give "enforce", "measure", or an object such as { ${example}: "measure" }`;
  const mode = z.enum(['enforce', 'measure'], { error: 'give "enforce" or "measure"' });
  return z.union([mode, z.partialRecord(z.enum(names), mode)], message);
}

/** Whether a limit is in measure mode. */
export function isMeasured<Name extends string>(modes: LimitModes<Name>, name: Name): boolean {
  return (typeof modes === 'string' ? modes : modes[name]) === 'measure';
}

/** Names of the limits in measure mode. */
export function measuredNames<Name extends string>(modes: LimitModes<Name>, names: readonly Name[]): Name[] {
  return names.filter((name) => isMeasured(modes, name));
}
