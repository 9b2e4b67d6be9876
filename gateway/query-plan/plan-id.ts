// Plan id: the same for the same plan, in every instance of the gateway and in `concierge explain`. A graph that changes may
// give an operation another plan, and with it another id.
import { hash } from 'node:crypto';
import type { Plan } from './plan.ts';

/** 12 hexadecimal digits. @param plan as the planner has made it, without `sent`. */
export function planId(plan: Plan): string {
  return hash('sha256', JSON.stringify(plan)).slice(0, 12);
}
