// What a configuration may say of how much one request may ask for, and of requests that web pages send unasked.
// `config.ts` takes these sections in; `policy/limits` and `pipeline/csrf.ts` act on them.
import { z } from 'zod';
import { whole } from './values.ts';

const limit = (what: string) => {
  const allowed = `give ${what} as a whole number above 0, or false for no limit`;
  return z.union([whole(allowed, 1), z.literal(false)], allowed);
};

const aBatch = 'give the operations of a batch as a whole number from 1 to 1000, or false for no batches';
const aListSize = 'give the length of a list as a whole number from 0 to 1000000';

export const limitsSection = z
  .strictObject({
    /** Levels of fields in an operation. Introspection has a bound of its own. */
    depth: limit('levels').default(15),
    /** Fields with an alias in an operation, once fragments are put in their places. */
    aliases: limit('aliases').default(100),
    /** Fields that an operation asks of Query, Mutation or Subscription itself. */
    rootFields: limit('root fields').default(20),
    /** Lexical tokens (names, values, punctuators) of a document. */
    tokens: limit('tokens').default(5000),
    /** Directives in an operation, once fragments are put in their places. */
    directives: limit('directives').default(50),
    /** Variables in the `@skip` and `@include` of a document: each choice of theirs is planned. */
    conditions: limit('variables').default(32),
    /** Steps that analyzing and planning an operation may take, each by itself: see docs/limits.md. */
    steps: limit('steps').default(100_000),
    /** What an operation may cost, estimated before it runs: see docs/limits.md. */
    cost: limit('the cost').default(100_000),
    /** How long a list is taken to be where neither an argument nor `@listSize` says it. */
    assumedListSize: whole(aListSize, 0, 1_000_000).default(10),
    /** JSON text of an operation's variables, in bytes. */
    variablesBytes: limit('bytes').default(262_144),
    /** Operations in one HTTP request. */
    batch: z.union([whole(aBatch, 1, 1000), z.literal(false)], aBatch).default(10),
    /** Whether clients may ask for the schema; on unless NODE_ENV is production. */
    introspection: z.boolean('give true or false').optional(),
    /** "Did you mean" in errors, which names what the schema has; on unless NODE_ENV is production. */
    suggestions: z.boolean('give true or false').optional(),
  })
  .prefault({});

export type LimitsConfig = z.output<typeof limitsSection>;

/** Whether clients may ask for the schema. */
export function allowsIntrospection({ introspection }: Pick<LimitsConfig, 'introspection'>): boolean {
  return introspection ?? process.env.NODE_ENV !== 'production';
}

/** Whether errors may name what the schema has. */
export function allowsSuggestions({ suggestions }: Pick<LimitsConfig, 'suggestions'>): boolean {
  return suggestions ?? process.env.NODE_ENV !== 'production';
}

/** Infinity for no limit. */
export function maxSteps({ steps }: Pick<LimitsConfig, 'steps'>): number {
  return steps === false ? Number.POSITIVE_INFINITY : steps;
}

/** Sent by browsers for pages of other origins without asking first (Fetch standard, "CORS-safelisted", "forbidden"). */
const sentUnasked =
  /^(accept|accept-.+|access-control-.+|authorization|connection|content-.+|cookie2?|date|dnt|downlink|dpr|ect|expect|host|keep-alive|last-event-id|origin|proxy-.+|range|referer|rtt|save-data|sec-.+|te|trailer|transfer-encoding|upgrade|upgrade-.+|user-agent|via|viewport-width|width)$/;

const aHeader = 'give the name of a header that browsers do not send by themselves, such as "x-shop-request"';

/** Added by proxies, load balancers, tracing and service meshes, whoever sent the request. */
const addedOnTheWay =
  /^(x-request-id|x-correlation-id|traceparent|tracestate|baggage|b3|x-b3-.+|x-datadog-.+|sentry-trace|uber-trace-id|x-amzn-.+|x-amz-cf-id|x-cloud-trace-context|x-real-ip|x-client-ip|true-client-ip|x-cluster-client-ip|x-original-.+|x-envoy-.+|x-scheme|cf-.+|cdn-loop|fastly-.+|forwarded|x-forwarded|x-forwarded-.+|max-forwards|cache-control|pragma|if-.+|priority)$/;

/** Whether a header of this name, in lower case, may stand in a request without its client having set it. */
export function provesNothing(name: string): boolean {
  return sentUnasked.test(name) || addedOnTheWay.test(name);
}

const headerName = z
  .string(aHeader)
  .regex(/^[\w!#$%&'*+.^`|~-]+$/, aHeader)
  .toLowerCase()
  .refine((name) => !sentUnasked.test(name), aHeader)
  .refine(
    (name) => !addedOnTheWay.test(name),
    'proxies add it to any request: give a header that only your clients set',
  );

/**
 * Rejects what a browser would send for a page of another origin without a preflight. `headers` are those that prove that
 * there was one, in place of the usual ones. `bearer: false` where a proxy makes bearer tokens of cookies.
 */
export const csrfSection = z
  .union(
    [
      z.boolean(),
      z.strictObject({
        headers: z.array(headerName).min(1, aHeader).max(50, aHeader).optional(),
        bearer: z.boolean('give true or false').default(true),
      }),
    ],
    {
      // A header's own mistake says more than this, and is told in its place.
      error:
        'give true, false, or { headers: ["x-shop-request"], bearer: true } with headers that browsers do not send by themselves',
    },
  )
  .default(true);

export type CsrfConfig = z.output<typeof csrfSection>;
