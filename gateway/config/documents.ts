// Configuration section `documents`: the cache of parsed, validated and planned documents.
import { z } from 'zod';
import { count, size } from './values.ts';

const automaticMessage = 'give true or false, or an object such as { maxBytes: "16mb", perMinute: 100 }';

const automaticBounds = z
  .strictObject(
    {
      /**
       * Maximum of all registered texts: in Redis, and in the memory of each instance. In bytes, or as text such as "1mb".
       * Default: 16 MiB.
       * @example '64mb'
       */
      maxBytes: size.default(16_777_216),
      /**
       * Longest text that is registered; longer ones are executed without it. In bytes, or as text such as "1mb".
       * Default: 128 KiB.
       * @example '32kb'
       */
      maxEntryBytes: size.default(131_072),
      /**
       * New texts of one caller (an identity, or the address of anonymous ones) that an instance registers in a minute;
       * further ones are executed without it. Default: 100.
       * @example 20
       */
      perMinute: count('documents').default(100),
    },
    automaticMessage,
  )
  .superRefine(({ maxBytes, maxEntryBytes }, context) => {
    // Not for a size that is none: it has an issue of its own.
    if (!(maxEntryBytes * 2 > maxBytes)) return;
    context.addIssue({ code: 'custom', path: ['maxEntryBytes'], message: 'give no more than half of maxBytes' });
  });

export type AutomaticDocumentsConfig = z.output<typeof automaticBounds>;

/** Those that hold where no others are given, also where a client alone may register documents. */
export const defaultAutomaticBounds: AutomaticDocumentsConfig = automaticBounds.parse({});

const shareMessage = 'give a share of the time as a number from 0.05 to 1';

export const documentsSection = z
  .strictObject({
    /**
     * Maximum number of documents. Default: 10,000.
     * @example 2000
     */
    max: count('documents').default(10_000),
    /**
     * Maximum memory (estimated). In bytes, or as text such as "1mb". Default: 128 MiB.
     * @example '64mb'
     */
    maxBytes: size.default(134_217_728),
    /**
     * Maximum share of the gateway's time that preparing new documents (parsing, validating, analyzing, planning) may
     * take. Default: 0.5.
     * @example 0.25
     */
    preparationShare: z.number(shareMessage).min(0.05, shareMessage).max(1, shareMessage).default(0.5),
    /**
     * Maximum number of new documents that wait for their preparation; more are rejected with 503. Default: 1000.
     * @example 200
     */
    maxWaiting: count('documents').default(1000),
    /**
     * Automatic persisted queries: whether clients may register a document and send its SHA-256 from then on.
     * `true`, or an object with their bounds. Default: false.
     * @example { perMinute: 20 }
     */
    automaticPersistedQueries: z.union([z.boolean(), automaticBounds], automaticMessage).default(false),
  })
  .prefault({});
