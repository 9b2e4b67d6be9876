// Configuration sections `limits` (limits for one request) and `csrf`; mounted by `config.ts`, applied by
// `policy/limits` and `pipeline/csrf.ts`.
import { z } from 'zod';
import { modeOf } from './measure-mode.ts';
import { size, whole } from './values.ts';

const limit = (what: string) => {
  const allowed = `give ${what} as a whole number above 0, or false for no limit`;
  return z.union([whole(allowed, 1), z.literal(false)], allowed);
};

const bytesMessage = 'give bytes as a whole number above 0, text such as "64kb", "10mb", or false for no limit';
const batchMessage = 'give the operations of a batch as a whole number from 1 to 1000, or false for no batches';
const listSizeMessage = 'give the length of a list as a whole number from 0 to 1000000';

/** The limits that can be measured. What bounds the gateway's own work (`steps`) is always enforced. */
export const measurableLimits = [
  ...(['depth', 'aliases', 'rootFields', 'tokens', 'directives', 'conditions'] as const),
  ...(['cost', 'subgraphCost', 'variablesBytes', 'batch'] as const),
] as const;

export const limitsSection = z
  .strictObject({
    /**
     * `measure`: what exceeds a limit is counted and logged, and served as if there were no limit. For all limits but
     * `steps`, or by name; `subgraphCost` is the `maxCost` of subgraphs. Default: `enforce`.
     * @example { depth: 'measure' }
     */
    mode: modeOf(measurableLimits).default('enforce'),
    /**
     * Maximum depth of fields in an operation; introspection has a limit of its own. Default: 15.
     * @example 10
     */
    depth: limit('levels').default(15),
    /**
     * Maximum number of aliased fields in an operation, after fragment expansion. Default: 100.
     * @example 30
     */
    aliases: limit('aliases').default(100),
    /**
     * Maximum number of root fields in an operation. Default: 20.
     * @example 5
     */
    rootFields: limit('root fields').default(20),
    /**
     * Maximum number of lexical tokens (names, values, punctuators) in a document. Default: 5000.
     * @example 2000
     */
    tokens: limit('tokens').default(5000),
    /**
     * Maximum number of directives in an operation, after fragment expansion. Default: 50.
     * @example 20
     */
    directives: limit('directives').default(50),
    /**
     * Maximum number of variables in the `@skip`, `@include` and `@defer` of a document: each combination has its own plan.
     * Default: 32.
     * @example 8
     */
    conditions: limit('variables').default(32),
    /**
     * Maximum number of steps for analyzing an operation, and for planning it: see docs/limits.md. Default: 100,000.
     * @example 50_000
     */
    steps: limit('steps').default(100_000),
    /**
     * Maximum cost of an operation, estimated before it runs: see docs/limits.md. Default: 100,000.
     * @example 10_000
     */
    cost: limit('the cost').default(100_000),
    /**
     * Assumed length of lists that neither an argument nor `@listSize` bounds. Default: 10.
     * @example 25
     */
    assumedListSize: whole(listSizeMessage, 0, 1_000_000).default(10),
    /**
     * Whether the actual cost of every response is counted, for the metrics and the log. Where callers have budgets, it
     * is in any case. Default: false.
     * @example true
     */
    actualCost: z.boolean('give true or false').default(false),
    /**
     * Whether every response has `x-cost-estimated`, `x-cost-actual` and `x-cost-max`. Without it, callers that get
     * explanations get them by `x-concierge-cost: 1`. Default: false.
     * @example true
     */
    costHeaders: z.boolean('give true or false').default(false),
    /**
     * Maximum size of an operation's variables as JSON text. In bytes, or as text such as "1mb". Default: 256 KiB.
     * @example '64kb'
     */
    variablesBytes: z.union([size, z.literal(false)], bytesMessage).default(262_144),
    /**
     * Maximum number of operations in one HTTP request. Default: 10.
     * @example false
     */
    batch: z.union([whole(batchMessage, 1, 1000), z.literal(false)], batchMessage).default(10),
    /**
     * Whether clients may introspect the schema (`__schema`, `__type`). Default: only under `concierge dev`.
     * @example true
     */
    introspection: z.boolean('give true or false').optional(),
    /**
     * "Did you mean" in errors, which names parts of the schema. Default: only under `concierge dev`.
     * @example true
     */
    suggestions: z.boolean('give true or false').optional(),
  })
  .prefault({});

export type LimitsConfig = z.output<typeof limitsSection>;

/** Whether `__schema` and `__type` are executed. */
export function allowsIntrospection({ introspection }: Pick<LimitsConfig, 'introspection'>): boolean {
  return introspection ?? false;
}

/** Whether errors may name parts of the schema. */
export function allowsSuggestions({ suggestions }: Pick<LimitsConfig, 'suggestions'>): boolean {
  return suggestions ?? false;
}

/** Infinity for no limit. */
export function maxSteps({ steps }: Pick<LimitsConfig, 'steps'>): number {
  return steps === false ? Number.POSITIVE_INFINITY : steps;
}

/** Sent by browsers for pages of other origins without a preflight (Fetch standard, "CORS-safelisted", "forbidden"). */
const sentWithoutPreflight =
  /^(accept|accept-.+|access-control-.+|authorization|connection|content-.+|cookie2?|date|dnt|downlink|dpr|ect|expect|host|keep-alive|last-event-id|origin|proxy-.+|range|referer|rtt|save-data|sec-.+|te|trailer|transfer-encoding|upgrade|upgrade-.+|user-agent|via|viewport-width|width)$/;

const headerMessage = 'give the name of a header that browsers do not send by themselves, such as "x-shop-request"';

/** Added by proxies, load balancers, tracing and service meshes to requests of any client. */
const addedByIntermediaries =
  /^(x-request-id|x-correlation-id|traceparent|tracestate|baggage|b3|x-b3-.+|x-datadog-.+|sentry-trace|uber-trace-id|x-amzn-.+|x-amz-cf-id|x-cloud-trace-context|x-real-ip|x-client-ip|true-client-ip|x-cluster-client-ip|x-original-.+|x-envoy-.+|x-scheme|cf-.+|cdn-loop|fastly-.+|forwarded|x-forwarded|x-forwarded-.+|max-forwards|cache-control|pragma|if-.+|priority)$/;

/** Whether a header of this name, in lower case, can be in a request although the client has not set it. */
export function canBeSetByOthers(name: string): boolean {
  return sentWithoutPreflight.test(name) || addedByIntermediaries.test(name);
}

const headerName = z
  .string(headerMessage)
  .regex(/^[\w!#$%&'*+.^`|~-]+$/, headerMessage)
  .toLowerCase()
  .refine((name) => !sentWithoutPreflight.test(name), headerMessage)
  .refine(
    (name) => !addedByIntermediaries.test(name),
    'proxies add it to any request: give a header that only your clients set',
  );

/**
 * CSRF protection: rejects what a browser would send for a page of another origin without a preflight. `headers` are
 * those that prove a preflight, in place of the default ones. `bearer: false` where a proxy turns cookies into bearer
 * tokens.
 */
export const csrfSection = z
  .union(
    [
      z.boolean(),
      z.strictObject({
        /**
         * Headers that prove a preflight, in place of the usual ones. Default: those of Apollo Client, Relay and
         * others.
         * @example ['x-shop-request']
         */
        headers: z.array(headerName).min(1, headerMessage).max(50, headerMessage).optional(),
        /**
         * Whether a bearer token proves that no web page sent the request. Default: true.
         * @example false
         */
        bearer: z.boolean('give true or false').default(true),
      }),
    ],
    {
      // Shown only where no single header has a problem of its own, whose message is more specific.
      error:
        'give true, false, or { headers: ["x-shop-request"], bearer: true } with headers that browsers do not send ' +
        'by themselves',
    },
  )
  .default(true);

export type CsrfConfig = z.output<typeof csrfSection>;
