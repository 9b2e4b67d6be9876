// Weather of a case, by its seed: nothing goes wrong, single fields, objects that are not found, or services that are
// down.
import { hash } from '../random.ts';

export interface Weather {
  /** Changes all data. */
  seed: number;
  /** Fields that throw, from 0 to 1. */
  errors: number;
  /** Fields, list items too, that are null though they must not be. */
  holes: number;
  /** Leaves that are not what the schema says. */
  lies: number;
  /** Objects that a service does not find, or fails to find, when it is queried by key. */
  missing: number;
  /** Services that do not respond. */
  down: ReadonlySet<string>;
}

export const subgraphNames = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta'] as const;

const calm = { errors: 0, holes: 0, lies: 0, missing: 0, down: new Set<string>() };

export function weatherOf(seed: number): Weather {
  const pick = (hash(`weather ${seed}`) >>> 0) % 10;
  if (pick < 4) return { seed, ...calm };
  if (pick === 4) return { seed, ...calm, errors: 0.1 };
  if (pick === 5) return { seed, ...calm, holes: 0.1, lies: 0.05 };
  if (pick === 6) return { seed, ...calm, lies: 0.2 };
  if (pick === 7) return { seed, ...calm, missing: 0.25 };
  const down = new Set([subgraphNames[(hash(`down ${seed}`) >>> 0) % subgraphNames.length] as string]);
  if (pick === 8) return { seed, ...calm, down };
  return { seed, errors: 0.04, holes: 0.04, lies: 0.04, missing: 0.1, down };
}

export function isCalm({ errors, holes, lies, missing, down }: Weather): boolean {
  return errors + holes + lies + missing + down.size === 0;
}
