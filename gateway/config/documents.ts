// Configuration section `documents`: the cache of parsed, validated and planned documents.
import { z } from 'zod';
import { count, size } from './values.ts';

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
     * Default: false.
     * @example true
     */
    automaticPersistedQueries: z.boolean('give true or false').default(false),
  })
  .prefault({});
