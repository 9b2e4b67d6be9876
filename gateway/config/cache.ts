// What a configuration may say about caching, and about the Redis that instances share.
// Stands beside the way of a request; `config.ts` mounts both sections.
import { z } from 'zod';
import { count, duration, whole } from './values.ts';

const aWindow = 'give milliseconds as a number, 0 for never, or text such as "500ms", "30s", "2m"';
const window = z.union([whole(aWindow, 0), z.string().regex(/^[1-9]\d*(ms|s|m|h)$/, aWindow)], aWindow);

const bytes = count('bytes');
const onOrOff = z.boolean('give true or false');

const aToken = 'give a secret of at least 16 characters, without spaces';
const aPath = 'give a path such as "/admin/invalidate"';

/** Whether `Cache-Control` of services' responses can shorten what a schema allows. */
export const serviceHeaders = z.enum(['honour', 'ignore'], { error: 'give "honour" or "ignore"' });

/** What has changed, and what is out of date with it. */
export interface Invalidated {
  /** Of one object, or, without an id, of any of the type. */
  changes: readonly { type: string; id?: string | undefined }[];
  /** The cache tags of responses that are out of date, as `tagHeader` lists them. */
  tags: readonly string[];
  /** Aborted when the call takes too long. */
  signal: AbortSignal;
}

export type OnInvalidate = (invalidated: Invalidated) => unknown;

/** `cache` in a configuration. */
export const cacheSection = z
  .strictObject({
    /** Whole answers are kept, as far as `@cacheControl` (or `defaultMaxAge`) allows it. */
    responses: onOrOff.default(true),
    /** Entities that subgraphs are asked for by key are kept, as far as `@cacheControl` allows it. */
    entities: onOrOff.default(false),
    /** Memory for what is kept, where there is no Redis. */
    memoryBytes: bytes.default(67_108_864),
    /** Answers and entities longer than this are not kept. */
    maxEntryBytes: bytes.default(1_048_576),
    /** Longest wait for Redis: a read that takes longer is a miss, a write that takes longer is given up. */
    maxWait: duration.default(20),
    /** How long after its `maxAge` an answer is still given while a fresh one is fetched. */
    staleWhileRevalidate: window.default(0),
    /** How long after its `maxAge` an answer is given when no fresh one can be had. */
    staleIfError: window.default(0),
    /** Seconds for fields whose `@cacheControl` says nothing. 0: only what a schema allows is kept. */
    defaultMaxAge: whole('give seconds as a whole number, 0 for none', 0).default(0),
    /** Nothing is kept longer, whatever a schema says. */
    maxTtl: duration.default('24h'),
    /** The stricter of `Cache-Control` of services' responses and of the schema holds; or that of the schema alone. */
    serviceHeaders: serviceHeaders.default('honour'),
    /** A response header with the cache tags of public responses, by which a CDN purges. Off unless given. */
    tagHeader: z.enum(['cache-tag', 'surrogate-key'], { error: 'give "cache-tag" or "surrogate-key"' }).optional(),
    /** Called with all that this instance invalidates, to purge a CDN of it. */
    onInvalidate: z
      .custom<OnInvalidate>((value) => typeof value === 'function', 'give a function: ({ tags }) => purge(tags)')
      .optional(),
    /** Whether CDNs keep apart responses of one address by the header that names the client: then they may be public. */
    varyByHeader: onOrOff.default(false),
    /** An HTTP endpoint that invalidates, for services that change data past the gateway. Off unless given. */
    purge: z
      .strictObject(
        {
          /** Sent as `Authorization: Bearer …`. */
          token: z.string(aToken).regex(/^[\x21-\x7e]{16,}$/, aToken),
          path: z
            .string(aPath)
            .regex(/^\/[^\s?#]+$/, aPath)
            .default('/admin/invalidate'),
        },
        'give an object such as { token: process.env.PURGE_TOKEN }',
      )
      .optional(),
  })
  .superRefine(({ memoryBytes, maxEntryBytes }, context) => {
    if (maxEntryBytes <= memoryBytes) return;
    context.addIssue({ code: 'custom', path: ['maxEntryBytes'], message: 'give no more than memoryBytes' });
  });

const anAddress = 'give an address such as "redis://127.0.0.1:6379" (or rediss:// for TLS), or the path of a socket';
const aPrefix = 'give letters, digits, "-" and "_"';

/** `redis` in a configuration: shared by the caches and the rate limits of all instances. */
export const redisSection = z.strictObject(
  {
    /** Environment: REDIS_URL. */
    url: z.string(anAddress).refine(isRedisAddress, { error: anAddress }),
    /** Begins every key, so that several gateways can use one Redis. */
    prefix: z
      .string(aPrefix)
      .regex(/^[A-Za-z0-9_-]+$/, aPrefix)
      .default('concierge'),
  },
  'give an object such as { url: "redis://127.0.0.1:6379" }',
);

/** A checked `cache` section: every default filled in. */
export type CacheConfig = z.output<typeof cacheSection>;

export type PurgeConfig = NonNullable<CacheConfig['purge']>;

function isRedisAddress(text: string): boolean {
  return text.startsWith('/') || (/^rediss?:\/\//i.test(text) && URL.canParse(text));
}
