// Configuration section `cache` (response and entity cache); mounted by `config.ts`.
import { detectKeyv, detectKeyvStorage, type Keyv } from 'keyv';
import { z } from 'zod';
import { duration, durationText, filePath, size, whole } from './values.ts';

const windowMessage = 'give milliseconds as a number, 0 for never, or text such as "500ms", "30s", "2m"';
const window = z.union([whole(windowMessage, 0), durationText(windowMessage)], windowMessage);

const flag = z.boolean('give true or false');

const tokenMessage = 'give a secret of at least 16 characters, without spaces';
const keyFilesMessage = 'give a list of files, such as ["/run/secrets/cache-key"]';
const pathMessage = 'give a path such as "/admin/invalidate"';

/** Default path of the purge endpoint. */
export const invalidationPath = '/admin/invalidate';

/** Whether `Cache-Control` of subgraph responses can shorten the lifetimes of the schema. */
export const serviceHeaders = z.enum(['honour', 'ignore'], { error: 'give "honour" or "ignore"' });

/** Argument of `cache.onInvalidate`. */
export interface Invalidated {
  /** Changed objects; without an id, all objects of the type. */
  changes: readonly { type: string; id?: string | undefined }[];
  /** Cache tags of the invalidated responses, as `tagHeader` lists them. */
  tags: readonly string[];
  /** Aborted when the call takes too long. */
  signal: AbortSignal;
}

export type OnInvalidate = (invalidated: Invalidated) => unknown;

/** `cache` in the configuration. */
export const cacheSection = z
  .strictObject({
    /**
     * Response cache: whole responses are cached as far as `@cacheControl` (or `defaultMaxAge`) allows it. Default:
     * true.
     * @example false
     */
    responses: flag.default(true),
    /**
     * Entity cache: entities fetched by key are cached as far as `@cacheControl` allows it. Default: false.
     * @example true
     */
    entities: flag.default(false),
    /**
     * Persistent cache store for one instance of the gateway: a Keyv (https://keyv.org), or a store that Keyv accepts.
     * Several instances share `redis` instead. Default: memory.
     * @example new Keyv({ store: new KeyvSqlite('sqlite://cache.sqlite') })
     */
    store: z
      .custom<object>(
        isStore,
        'give a Keyv, or a store that Keyv accepts, such as new KeyvSqlite("sqlite://cache.sqlite")',
      )
      .optional(),
    /**
     * Encryption of what the caches store in Redis (AES-256-GCM). Default: none.
     * @example { keyFiles: ['/run/secrets/cache-key'] }
     */
    encryption: z
      .strictObject(
        {
          /**
           * Files with keys: 32 random bytes each, in Base64 or hexadecimal, relative to the configuration. The first
           * encrypts, all decrypt. Required.
           * @example ['/run/secrets/cache-key', '/run/secrets/former-cache-key']
           */
          keyFiles: z.array(filePath, keyFilesMessage).min(1, keyFilesMessage).max(10, 'give at most 10 files'),
        },
        'give an object such as { keyFiles: ["/run/secrets/cache-key"] }',
      )
      .optional(),
    /**
     * Size of the in-memory cache; not used with Redis or `store`. In bytes, or as text such as "1mb". Default: 64 MiB.
     * @example '256mb'
     */
    memoryBytes: size.default(67_108_864),
    /**
     * Maximum size of a cached response or entity. In bytes, or as text such as "1mb". Default: 1 MiB.
     * @example '256kb'
     */
    maxEntryBytes: size.default(1_048_576),
    /**
     * Maximum wait for Redis: a read that takes longer is a miss, a write that takes longer is abandoned. In
     * milliseconds, or as text such as "30s". Default: 20 ms.
     * @example '50ms'
     */
    maxWait: duration.default(20),
    /**
     * How long after its `max-age` a response is still served while it is revalidated in the background. In
     * milliseconds, or as text such as "30s". Default: 0.
     * @example '30s'
     */
    staleWhileRevalidate: window.default(0),
    /**
     * How long after its `max-age` a response is served when fetching a fresh one fails. In milliseconds, or as text
     * such as "30s". Default: 0.
     * @example '5m'
     */
    staleIfError: window.default(0),
    /**
     * `maxAge` in seconds of fields without `@cacheControl`. Default: 0, so that only annotated fields are cached.
     * @example 60
     */
    defaultMaxAge: whole('give seconds as a whole number, 0 for none', 0).default(0),
    /**
     * Maximum lifetime of cache entries, whatever a schema allows. In milliseconds, or as text such as "30s". Default:
     * 24 hours.
     * @example '1h'
     */
    maxTtl: duration.default('24h'),
    /**
     * `honour`: the stricter of the subgraph response's `Cache-Control` and the schema applies. `ignore`: the schema
     * alone. Default: `honour`.
     * @example 'ignore'
     */
    serviceHeaders: serviceHeaders.default('honour'),
    /**
     * Response header that lists the cache tags of public responses, for purging a CDN. Default: none.
     * @example 'surrogate-key'
     */
    tagHeader: z.enum(['cache-tag', 'surrogate-key'], { error: 'give "cache-tag" or "surrogate-key"' }).optional(),
    /**
     * Called with everything that this instance invalidates, for purging a CDN. Default: none.
     * @example
     * async ({ tags, signal }) => {
     *   await fetch('https://cdn.example/purge', { method: 'POST', body: JSON.stringify({ tags }), signal });
     * }
     */
    onInvalidate: z
      .custom<OnInvalidate>((value) => typeof value === 'function', 'give a function: ({ tags }) => purge(tags)')
      .optional(),
    /**
     * Whether CDNs vary by the header that names the client: its responses may then be public. Default: false.
     * @example true
     */
    varyByHeader: flag.default(false),
    /**
     * HTTP endpoint for invalidation, for services that change data bypassing the gateway. Default: none.
     * @example { token: env('PURGE_TOKEN') }
     */
    purge: z
      .strictObject(
        {
          /**
           * Bearer token that callers send as `Authorization: Bearer …`. Required.
           * @example env('PURGE_TOKEN')
           */
          token: z.string(tokenMessage).regex(/^[\x21-\x7e]{16,}$/, tokenMessage),
          /**
           * Path of the endpoint. Default: `/admin/invalidate`.
           * @example '/internal/invalidate'
           */
          path: z
            .string(pathMessage)
            .regex(/^\/[^\s?#]+$/, pathMessage)
            .default(invalidationPath),
        },
        'give an object such as { token: process.env.PURGE_TOKEN }',
      )
      .optional(),
  })
  .superRefine(({ memoryBytes, maxEntryBytes, store, encryption }, context) => {
    if (store && encryption) {
      const message = 'it is for Redis: give a store that encrypts by itself, or a Keyv with encryption';
      context.addIssue({ code: 'custom', path: ['encryption'], message });
    }
    // Not for a size that is none: it has an issue of its own.
    if (!(maxEntryBytes > memoryBytes)) return;
    context.addIssue({ code: 'custom', path: ['maxEntryBytes'], message: 'give no more than memoryBytes' });
  });

/** Whether it is a Keyv itself, which brings its own namespace, serialization, compression and encryption. */
export function isKeyv(value: object): value is Keyv {
  return detectKeyv(value).compatible && 'store' in value && 'encode' in value && 'decode' in value;
}

function isStore(value: unknown): boolean {
  return typeof value === 'object' && value !== null && (isKeyv(value) || detectKeyvStorage(value).compatible);
}

/** A checked `cache` section: every default filled in. */
export type CacheConfig = z.output<typeof cacheSection>;

export type PurgeConfig = NonNullable<CacheConfig['purge']>;
