// Configuration section `rateLimits`: requests and cost for each identity, address and client. Nothing is limited
// unless it is configured here or in `@rateLimit`. Mounted by `config.ts`.
import { z } from 'zod';
import { claimPath } from './claims.ts';
import { modeOf } from './measure-mode.ts';
import { quota, quotaName, timeZone } from './quotas.ts';
import { durationText, milliseconds, whole } from './values.ts';

/** 24 days in seconds, the longest delay of a Node timer: every window is sure to end. */
export const MAX_WINDOW_SECONDS = 24 * 86_400;

/** Maximum limit; counts stay far below the integers that a number cannot represent exactly. */
export const MAX_RATE_LIMIT = 1_000_000_000;

const count = (what: string) => whole(`give ${what} as a whole number from 1 to 1000000000`, 1, MAX_RATE_LIMIT);

const windowMessage =
  'give whole seconds from 1 to 2073600 (24 days), as a number or as text such as "30s", "5m", "1h"';

/** Result in whole seconds: a number is in seconds, text has its unit. */
const window = z
  .union([z.number(windowMessage), durationText(windowMessage)], windowMessage)
  .transform((value) => (typeof value === 'number' ? value : milliseconds(value) / 1000))
  .refine((value) => Number.isInteger(value) && value >= 1 && value <= MAX_WINDOW_SECONDS, windowMessage);

const requestLimit = z.strictObject(
  {
    /**
     * Maximum number of requests in `duration`. Required.
     * @example 100
     */
    limit: count('requests'),
    /**
     * Length of the window, in whole seconds, or as text such as "1m". Required.
     * @example '1m'
     */
    duration: window,
  },
  'give an object such as { limit: 100, duration: "1m" }',
);

const costBudget = z.strictObject(
  {
    /**
     * Maximum cost of all operations in `duration`: estimated before their execution, and settled after it by what was
     * executed. Required.
     * @example 10_000
     */
    budget: count('cost'),
    /**
     * Length of the window, in whole seconds, or as text such as "1h". Required.
     * @example '1h'
     */
    duration: window,
  },
  'give an object such as { budget: 10000, duration: "1m" }',
);

/** `fields` are those of `@rateLimit`. */
export const measurableRates = ['request', 'perAddress', 'perClient', 'cost', 'quotas', 'fields'] as const;

const limits = {
  /**
   * Requests of one identity, or of one address if anonymous. Default: none.
   * @example { limit: 100, duration: '1m' }
   */
  request: requestLimit.optional(),
  /**
   * Requests of one address, of all its callers together. Default: none.
   * @example { limit: 1000, duration: '1m' }
   */
  perAddress: requestLimit.optional(),
  /**
   * Requests of one client (frontend), of all its users together. Default: none.
   * @example { limit: 10_000, duration: '1m' }
   */
  perClient: requestLimit.optional(),
  /**
   * Cost of the operations of one identity, or of one address if anonymous. Default: none.
   * @example { budget: 100_000, duration: '1h' }
   */
  cost: costBudget.optional(),
};

/** Limits that plans can have. */
export const measurableInPlan = ['request', 'perAddress', 'perClient', 'cost', 'quotas'] as const;
const lifted = z.literal(false);
const planRequest = z.union([requestLimit, lifted], 'give { limit: 100, duration: "1m" }, or false for no limit');
const planCost = z.union([costBudget, lifted], 'give { budget: 10000, duration: "1m" }, or false for no limit');

/** Limits that a plan leaves out are the general ones; `false` lifts a general limit. */
const plan = z.strictObject(
  {
    /**
     * Mode of the plan's limits, also of the general ones where it has none of its own. Default: the general mode.
     * @example 'measure'
     */
    mode: modeOf(measurableInPlan).optional(),
    /**
     * Requests of one identity; false lifts the general limit. Default: the general limit.
     * @example { limit: 1000, duration: '1m' }
     */
    request: planRequest.optional(),
    /**
     * Requests of one address; false lifts the general limit. Default: the general limit.
     * @example false
     */
    perAddress: planRequest.optional(),
    /**
     * Requests of one client (frontend); false lifts the general limit. Default: the general limit.
     * @example { limit: 10_000, duration: '1m' }
     */
    perClient: planRequest.optional(),
    /**
     * Cost of the operations of one identity; false lifts the general limit. Default: the general limit.
     * @example { budget: 100_000, duration: '1h' }
     */
    cost: planCost.optional(),
    /**
     * Quotas in place of the general ones of the same names; false lifts one. Default: the general quotas.
     * @example { daily: { limit: 100_000, per: 'day', by: 'apiKey' } }
     */
    quotas: z.record(quotaName, z.union([quota, lifted]), 'give an object with one entry for each quota').optional(),
  },
  'give an object such as { request: { limit: 1000, duration: "1m" } }',
);

const planName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]*$/, 'a name is letters, digits, "-" and "_", and begins with a letter');

export const rateLimitsSchema = z.strictObject({
  /**
   * `measure`: what exceeds a limit is counted and logged, and served as if there were no limit. For all limits, or by
   * name; `fields` are those of `@rateLimit`. Default: `enforce`.
   * @example { cost: 'measure' }
   */
  mode: modeOf(measurableRates).default('enforce'),
  ...limits,
  /**
   * Requests or cost of a calendar day or month, by name; counted in Redis, which they require. Default: none.
   * @example { monthly: { limit: 1_000_000, per: 'month', by: 'apiKey' } }
   */
  quotas: z.record(quotaName, quota, 'give an object with one entry for each quota').default({}),
  /**
   * Time zone of the days and months of quotas. Default: `UTC`.
   * @example 'Europe/Berlin'
   */
  timeZone: timeZone.default('UTC'),
  /**
   * Requests with a quota while Redis is unavailable. `count`: each gateway counts by itself, from what it last read.
   * `reject`: they are rejected with 503 and QUOTA_UNAVAILABLE. Default: `count`.
   * @example 'reject'
   */
  quotasWithoutRedis: z.enum(['count', 'reject'], { error: 'give "count" or "reject"' }).default('count'),
  /**
   * Claim that names the caller's plan; that of an API key comes before it, that of a client after it. Default: none.
   * @example 'https://shop.example/plan'
   */
  plan: claimPath.optional(),
  /**
   * Claim, such as the organisation, whose callers are counted together, for `request`, `cost` and `@rateLimit`.
   * Callers without it are counted by themselves. Default: each caller by itself.
   * @example 'organisation'
   */
  countBy: claimPath.optional(),
  /**
   * Other limits for API keys or clients that name the plan. Default: none.
   * @example { partner: { request: { limit: 1000, duration: '1m' } } }
   */
  plans: z.record(planName, plan, 'give an object with one entry for each plan').default({}),
  /**
   * Whether responses carry the remaining quota (`RateLimit`, `RateLimit-Policy`). `true`: for authenticated callers,
   * about limits that count them alone. `always`: for all callers, about every limit. Default: true.
   * @example 'always'
   */
  headers: z.union([z.boolean(), z.literal('always')], 'give true, false or "always"').default(true),
  /**
   * Maximum wait for Redis in milliseconds, after which this instance decides by its own counts. Default: 50.
   * @example 100
   */
  redisTimeout: whole('give milliseconds as a whole number from 1 to 1000', 1, 1000).default(50),
  /**
   * Number of gateways that share the limits: while Redis is unavailable, each of them allows this fraction. Default:
   * 1.
   * @example 4
   */
  localShare: count('gateways').default(1),
  /**
   * Maximum number of counters in memory; the least recently used is dropped first. Default: 100,000.
   * @example 1_000_000
   */
  maxCounts: count('counts').default(100_000),
});

/** A checked `rateLimits`: every default filled in, every duration in seconds. */
export type RateLimitsConfig = z.output<typeof rateLimitsSchema>;

export type RatePlan = z.output<typeof plan>;
