// Configuration sections `overload` and `health`: what is rejected while the gateway has more to do than it can, and
// health checks on a thread of their own.
import { z } from 'zod';
import { duration, whole } from './values.ts';

const message = 'give false, or an object such as { lag: "50ms" }';

export const overloadSection = z
  .union(
    [
      z.literal(false),
      z.strictObject(
        {
          /**
           * Delay of the event loop from which requests are rejected: some at first, more the longer it lasts. In
           * milliseconds, or as text such as "50ms". Default: 30 ms.
           * @example '50ms'
           */
          lag: duration.default('30ms'),
          /**
           * `Retry-After` of rejected requests. In milliseconds, or as text such as "5s". Default: 1 s.
           * @example '5s'
           */
          retryAfter: duration.default('1s'),
        },
        message,
      ),
    ],
    message,
  )
  .prefault({});

export type OverloadConfig = Exclude<z.output<typeof overloadSection>, false>;

export const healthSection = z.strictObject(
  {
    /**
     * TCP port; 0 for any free one. Required.
     * @example 9902
     */
    port: whole('give a whole number from 0 to 65535', 0, 65_535),
    /**
     * Address to listen on; "0.0.0.0" or "::" for every network. Default: 127.0.0.1.
     * @example '0.0.0.0'
     */
    host: z.string('give an address or host name').min(1, 'give an address or host name').default('127.0.0.1'),
  },
  'give an object such as { port: 9902 }',
);

export type HealthConfig = z.output<typeof healthSection>;

/** Which callers are rejected first while the gateway is overloaded; all of them after anonymous ones. */
export const priority = z.enum(['low', 'normal', 'high'], { error: 'give "low", "normal" or "high"' });

export type Priority = z.output<typeof priority>;
