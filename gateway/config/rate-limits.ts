// What a configuration may say about rate limits: how often, and at what cost, somebody may ask. Nothing is limited unless it
// is said here or in `@rateLimit`. `config.ts` mounts the section as `rateLimits`.
import { z } from 'zod';
import { milliseconds, whole } from './values.ts';

/** Days that a timer of Node can count, in seconds: the longest window whose end is sure to come. */
export const MAX_WINDOW_SECONDS = 24 * 86_400;

/** The largest limit; what is counted stays far from what no number holds exactly. */
export const MAX_RATE_LIMIT = 1_000_000_000;

const count = (what: string) => whole(`give ${what} as a whole number from 1 to 1000000000`, 1, MAX_RATE_LIMIT);

const aWindow = 'give whole seconds from 1 to 2073600 (24 days), as a number or as text such as "30s", "5m", "1h"';

/** Becomes whole seconds: a number is seconds as it is, text has its unit. */
const window = z
  .union([z.number(aWindow), z.string().regex(/^[1-9]\d*(ms|s|m|h)$/, aWindow)], aWindow)
  .transform((value) => (typeof value === 'number' ? value : milliseconds(value) / 1000))
  .refine((value) => Number.isInteger(value) && value >= 1 && value <= MAX_WINDOW_SECONDS, aWindow);

const requestLimit = z.strictObject(
  { limit: count('requests'), duration: window },
  'give an object such as { limit: 100, duration: "1m" }',
);

const costBudget = z.strictObject(
  { budget: count('cost'), duration: window },
  'give an object such as { budget: 10000, duration: "1m" }',
);

const limits = {
  /** Requests of one identity, or of one address where nobody has signed in. */
  request: requestLimit.optional(),
  /** Requests of one address, whoever sends them. */
  perAddress: requestLimit.optional(),
  /** Requests of one client (frontend), of all its users together. */
  perClient: requestLimit.optional(),
  /** What the operations of one identity, or of one address where nobody has signed in, may cost (estimated). */
  cost: costBudget.optional(),
};

const lifted = z.literal(false);
const planRequest = z.union([requestLimit, lifted], 'give { limit: 100, duration: "1m" }, or false for no limit');
const planCost = z.union([costBudget, lifted], 'give { budget: 10000, duration: "1m" }, or false for no limit');

/** What it leaves out is as for everybody; `false` lifts what holds for everybody. */
const plan = z.strictObject(
  {
    request: planRequest.optional(),
    perAddress: planRequest.optional(),
    perClient: planRequest.optional(),
    cost: planCost.optional(),
  },
  'give an object such as { request: { limit: 1000, duration: "1m" } }',
);

const planName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]*$/, 'a name is letters, digits, "-" and "_", and begins with a letter');

export const rateLimitsSchema = z.strictObject({
  ...limits,
  /** Other limits for those whose API key or client names the plan. */
  plans: z.record(planName, plan, 'give an object with one entry for each plan').default({}),
  /**
   * Whether answers say what is left (`RateLimit`, `RateLimit-Policy`): to those who have signed in, about limits that are
   * theirs alone; `always` to everybody, about every limit.
   */
  headers: z.union([z.boolean(), z.literal('always')], 'give true, false or "always"').default(true),
  /** How long a decision waits for Redis, in milliseconds, before this gateway decides by its own count. */
  redisTimeout: whole('give milliseconds as a whole number from 1 to 1000', 1, 1000).default(50),
  /** How many gateways share the limits: while Redis is away, each of them allows this part. */
  localShare: count('gateways').default(1),
  /** How many counts this gateway keeps in memory; the least used goes first. */
  maxCounts: count('counts').default(100_000),
});

/** A checked `rateLimits`: every default filled in, every duration in seconds. */
export type RateLimitsConfig = z.output<typeof rateLimitsSchema>;

export type RatePlan = z.output<typeof plan>;
