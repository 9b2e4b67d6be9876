// Configuration of a subgraph's failures: balancing between addresses, ejection and health checks, retries, hedging,
// circuit breaker and bulkhead.
import { z } from 'zod';
import { headerName, neverSentReason } from './headers.ts';
import { count, duration, whole } from './values.ts';

const shareMessage = 'give a share from 0 to 1, such as 0.1';
const share = z.number(shareMessage).min(0, shareMessage).max(1, shareMessage);

const balances = ['fastest', 'leastBusy', 'roundRobin'] as const;

export const balance = z.enum(balances, { error: 'give "fastest", "leastBusy" or "roundRobin"' });

export const healthCheck = z.strictObject(
  {
    /**
     * Path that responds to GET with a status of 2xx where the address may get requests. Required.
     * @example '/ready'
     */
    path: z.string('give a path such as "/ready"').regex(/^\/[^\s\p{Cc}]*$/u, 'give a path such as "/ready"'),
    /**
     * Time between two checks of an address. In milliseconds, or as text. Default: "5s".
     * @example '2s'
     */
    every: duration.optional(),
    /**
     * Time-out of a check. In milliseconds, or as text. Default: "1s".
     * @example '500ms'
     */
    timeout: duration.optional(),
    /**
     * Failed checks in a row after which an address gets no requests. Default: 3.
     * @example 2
     */
    unhealthyAfter: count('checks').optional(),
    /**
     * Successful checks in a row after which it gets them again. Default: 2.
     * @example 1
     */
    healthyAfter: count('checks').optional(),
  },
  'give an object such as { path: "/ready" }',
);

export const eject = z.union(
  [
    z.literal(false),
    z.strictObject({
      /**
       * Failures in a row after which an address gets no requests for a while. Default: 5.
       * @example 3
       */
      failures: count('failures').optional(),
      /**
       * Time of the first ejection; the n-th in a row takes n times as long. In milliseconds, or as text. Default:
       * "30s".
       * @example '10s'
       */
      time: duration.optional(),
      /**
       * Maximum time of an ejection. In milliseconds, or as text. Default: "5m".
       * @example '2m'
       */
      maxTime: duration.optional(),
      /**
       * Maximum share of the addresses that get no requests. Where more of them fail, all addresses get requests.
       * Default: 0.5.
       * @example 0.3
       */
      maxShare: share.optional(),
    }),
  ],
  'give false, or an object such as { failures: 5, time: "30s" }',
);

/** Names whose fields have another meaning. */
const otherHeaders = new Set([
  'authorization',
  'cookie',
  'traceparent',
  'tracestate',
  'baggage',
  'x-request-timeout-ms',
]);

const keyHeader = headerName.refine((name) => neverSentReason(name) === undefined && !otherHeaders.has(name), {
  error: 'give the name of a header that the service reads keys from, such as "idempotency-key"',
});

export const retry = z.union(
  [
    z.literal(false),
    z.strictObject({
      /**
       * Maximum number of times that one request is sent. Default: 2.
       * @example 3
       */
      maxAttempts: count('attempts').optional(),
      /**
       * Retries as a share of the requests of the last ten seconds. Default: 0.1.
       * @example 0.2
       */
      budget: share.optional(),
      /**
       * Retries per second that there are in any case. Default: 3.
       * @example 1
       */
      minPerSecond: whole('give retries per second as a whole number', 0).optional(),
      /**
       * Header field in which each mutation has an idempotency key, that of the client's request or a new one. Only for
       * a service that executes requests with the same key once: its mutations are retried as queries are. Default:
       * none.
       * @example 'idempotency-key'
       */
      idempotencyKey: keyHeader.optional(),
    }),
  ],
  'give false, or an object such as { maxAttempts: 2, budget: 0.1 }',
);

export const hedge = z.union(
  [
    z.boolean('give true or false'),
    z.strictObject({
      /**
       * Hedges as a share of the requests of the last ten seconds. Default: 0.05.
       * @example 0.02
       */
      budget: share.optional(),
    }),
  ],
  'give true, or an object such as { budget: 0.05 }',
);

export const breaker = z.union(
  [
    z.literal(false),
    z.strictObject({
      /**
       * Share of failures at which no more requests are sent. Default: 0.5.
       * @example 0.8
       */
      failures: share.optional(),
      /**
       * Requests within the time below which it does not open. Default: 20.
       * @example 50
       */
      minRequests: count('requests').optional(),
      /**
       * Time in which requests are counted. In milliseconds, or as text. Default: "10s".
       * @example '30s'
       */
      within: duration.optional(),
      /**
       * Time without requests. In milliseconds, or as text. Default: "5s".
       * @example '10s'
       */
      open: duration.optional(),
      /**
       * Requests that are sent after that, all of which must succeed. Default: 3.
       * @example 1
       */
      trials: count('trials').optional(),
    }),
  ],
  'give false, or an object such as { failures: 0.5, open: "5s" }',
);

export const queue = z.union(
  [
    z.literal(false),
    z.strictObject({
      /**
       * Maximum number of requests that wait; those for the same fields have three quarters of it at most. Default:
       * 2,000.
       * @example 500
       */
      max: count('requests').optional(),
      /**
       * Maximum time that a request waits, which counts for its time-out and its deadline. In milliseconds, or as text.
       * Default: "5s".
       * @example '1s'
       */
      maxTime: duration.optional(),
    }),
  ],
  'give false, or an object such as { max: 500, maxTime: "1s" }',
);
