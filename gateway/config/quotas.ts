// Configuration option `rateLimits.quotas`: requests or cost of a calendar day or month, counted in Redis.
import { z } from 'zod';
import { whole } from './values.ts';

/** Far above what is used in a month, and far below the integers that a number cannot represent exactly. */
export const MAX_QUOTA = 1_000_000_000_000;

const quotaMessage = 'give an object such as { limit: 10000, per: "day", by: "apiKey" }, with `limit` or `budget`';

const count = (what: string) => whole(`give ${what} as a whole number from 1 to 1000000000000`, 1, MAX_QUOTA);

export const quota = z
  .strictObject(
    {
      /**
       * Maximum number of requests in the period. Required, unless there is a `budget`.
       * @example 10_000
       */
      limit: count('requests').optional(),
      /**
       * Maximum cost of all operations in the period. Required, unless there is a `limit`.
       * @example 1_000_000
       */
      budget: count('cost').optional(),
      /**
       * The period: a calendar day or month in `rateLimits.timeZone`. Required.
       * @example 'month'
       */
      per: z.enum(['day', 'month'], { error: 'give "day" or "month"' }),
      /**
       * What is counted together: all requests with one API key, of one tenant (`countBy`), of one client (frontend), or
       * of one caller, as `request` counts. Required.
       * @example 'apiKey'
       */
      by: z.enum(['apiKey', 'tenant', 'client', 'caller'], {
        error: 'give "apiKey", "tenant", "client" or "caller"',
      }),
    },
    quotaMessage,
  )
  .refine(({ limit, budget }) => (limit === undefined) !== (budget === undefined), quotaMessage);

/** Names of other limits in header fields. */
const reserved = ['default', 'address', 'client', 'cost'];

export const quotaName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, 'a name is letters, digits, "-" and "_", and begins with a letter')
  .refine((name) => !reserved.includes(name), `these are names of other limits: ${reserved.join(', ')}`);

export const timeZone = z
  .string('give the name of a time zone, such as "Europe/Berlin"')
  .refine(isTimeZone, 'give the name of a time zone, such as "Europe/Berlin"');

export type Quota = z.output<typeof quota>;
type Quotas = Readonly<Record<string, Quota | false>>;

interface Limits {
  quotas: Quotas;
}

interface Quotad {
  rateLimits: Limits & { countBy?: unknown; plans: Readonly<Record<string, Partial<Limits>>> };
  redis?: unknown;
  authentication: { apiKeys?: unknown };
}

/** What quotas need besides: Redis, and what they count by. */
export function quotaProblems({ rateLimits, redis, authentication }: Quotad): { path: string[]; message: string }[] {
  const all = [
    { path: ['rateLimits', 'quotas'], quotas: rateLimits.quotas },
    ...Object.entries(rateLimits.plans).map(([name, { quotas = {} }]) => ({
      ...{ path: ['rateLimits', 'plans', name, 'quotas'], quotas },
    })),
  ];
  return all.flatMap(({ path, quotas }) => {
    const counted = Object.entries(quotas).flatMap(([name, each]) => (each ? [{ name, by: each.by }] : []));
    if (counted.length === 0) return [];
    const needed = counted.flatMap(({ name, by }) => {
      const missing = by === 'tenant' ? !rateLimits.countBy : by === 'apiKey' && !authentication.apiKeys;
      const option = by === 'tenant' ? 'rateLimits.countBy' : 'authentication.apiKeys';
      return missing ? [{ path: [...path, name, 'by'], message: `nothing would be counted: set ${option}` }] : [];
    });
    const message =
      'quotas are counted in Redis, since a count in memory ends with the process: set `redis` (or REDIS_URL), or remove them';
    return redis ? needed : [{ path, message }, ...needed];
  });
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
