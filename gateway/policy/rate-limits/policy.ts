// Rate limit policy: one limit with its counter, what it counts by, and its words.
import type { Caller } from './caller.ts';
import type { Counter } from './counters.ts';

export interface Policy {
  /** `default`, `address`, `client`, `cost`, or the name of a quota. */
  name: string;
  /** Whether it counts the cost of operations, and not requests. */
  isCost: boolean;
  /** Path of its option. */
  rule: string;
  /** Whether what exceeds it is measured in place of being rejected. */
  isMeasured: boolean;
  limit: number;
  /** Seconds; of a quota, those of the present day or month. */
  readonly duration: number;
  /** The limit, as a sentence for clients. */
  describe(): string;
  counter: Counter;
  /** Null: the limit does not apply to the caller. */
  keyOf(caller: Caller): string | null;
  /** Whether the limit is for the caller alone. */
  isOwn(caller: Caller): boolean;
}

/** Policies for a group of callers: those of a plan, or all others. */
export interface Policies {
  requests: readonly Policy[];
  cost: readonly Policy[];
}

export function quotaOf({ name, isCost, limit, duration }: Policy, remaining: number, resetsIn: number) {
  return { policy: name, limit, duration, remaining, resetsIn, unit: isCost ? 'cost' : undefined };
}

export function requestsOf(amount: number): string {
  return amount === 1 ? '1 request' : `${amount} requests`;
}

export function seconds(amount: number): string {
  return amount === 1 ? '1 second' : `${amount} seconds`;
}
