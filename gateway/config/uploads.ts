// Configuration section `uploads`: files that clients send in forms (GraphQL multipart request specification). Mounted
// by `server-options.ts`, applied by `server/uploads/` and `transport/uploads/`.
import { z } from 'zod';
import { count, duration, size } from './values.ts';

const settings = z.strictObject({
  /**
   * Maximum size of one file. In bytes, or as text such as "10mb". Default: 10 MiB.
   * @example '2mb'
   */
  maxFileBytes: size.default(10_485_760),
  /**
   * Maximum size of all files of a request together. In bytes, or as text such as "10mb". Default: 50 MiB.
   * @example '20mb'
   */
  maxBytes: size.default(52_428_800),
  /**
   * Maximum number of files in a request. Default: 10.
   * @example 1
   */
  maxFiles: count('files').default(10),
  /**
   * Maximum number of requests with files at the same time, of all workers together: each takes one of the requests to its
   * service for as long as its client sends. Default: 50.
   * @example 200
   */
  concurrency: count('requests').default(50),
  /**
   * Time from the first byte of a request with files to its response, in place of `deadline` and of the service's
   * `timeout`. In milliseconds, or as text such as "30s". A longer one needs a longer `requestTimeout` too. Default:
   * 30 s.
   * @example '2m'
   */
  timeout: duration.default('30s'),
});

export type UploadsConfig = z.output<typeof settings>;

export const uploadsSection = z
  .union([z.boolean(), settings], "give true, false, or an object such as { maxFileBytes: '10mb', maxFiles: 4 }")
  .default(false)
  .transform((value) => (value === true ? settings.parse({}) : value));
