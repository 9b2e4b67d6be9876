// Warnings about rules in measure mode: what they would protect is not protected.
import type { Client } from './client-views/load-clients.ts';
import type { CheckedConfig } from './config/config.ts';
import { measurableLimits } from './config/limits.ts';
import { type LimitModes, measuredNames } from './config/measure-mode.ts';
import { measurableInPlan, measurableRates } from './config/rate-limits.ts';

type Measured = Pick<CheckedConfig, 'limits' | 'rateLimits' | 'authorization'>;

export function measureWarnings({ limits, rateLimits, authorization }: Measured, clients: readonly Client[]): string[] {
  const warnings: string[] = [];
  const warn = <Name extends string>(path: string, modes: LimitModes<Name> | undefined, names: readonly Name[]) => {
    const measured = modes === undefined ? [] : measuredNames(modes, names);
    if (measured.length > 0) warnings.push(`${path}: measured, and not enforced: ${measured.join(', ')}`);
  };
  if (authorization.mode === 'measure') {
    warnings.push(
      'authorization.mode is "measure": NO FIELD IS PROTECTED; every caller, also an anonymous one, gets what ' +
        '@authenticated, @requiresScopes and @policy would deny; this is counted and logged, and nothing else',
    );
  }
  warn('limits.mode', limits.mode, measurableLimits);
  warn('rateLimits.mode', rateLimits.mode, measurableRates);
  for (const [name, { mode }] of Object.entries(rateLimits.plans)) {
    warn(`rateLimits.plans.${name}.mode`, mode, measurableInPlan);
  }
  for (const { reference, definition } of clients) {
    warn(`client ${reference}: limits.mode`, definition.limits?.mode, measurableLimits);
  }
  return warnings;
}
