// Configuration section `compression`: content codings of responses. Mounted by `config.ts`, applied by
// `server/compression/`.
import { z } from 'zod';
import { size, whole } from './values.ts';

const level = (name: string, minimum: number, maximum: number) => {
  const message = `give a ${name} as a whole number from ${minimum} to ${maximum}, or false`;
  return z.union([z.literal(false), whole(message, minimum, maximum)], message);
};

const settings = z.strictObject({
  /**
   * Minimum size of a body that is compressed. In bytes, or as text such as "1mb". Default: 1024.
   * @example '2kb'
   */
  minBytes: size.default(1024),
  /**
   * Level of Zstandard, or false without it. Default: 3.
   * @example 6
   */
  zstd: level('level', 1, 19).default(3),
  /**
   * Quality of Brotli, or false without it. Default: 3.
   * @example false
   */
  br: level('quality', 0, 11).default(3),
  /**
   * Level of gzip, or false without it. Default: 2.
   * @example 6
   */
  gzip: level('level', 1, 9).default(2),
  /**
   * Memory for the compressed bodies of responses from the response cache. In bytes, or as text such as "1mb". Default:
   * 16 MiB.
   * @example '64mb'
   */
  maxCachedBytes: size.default(16_777_216),
});

export type CompressionConfig = z.output<typeof settings>;

/** False where responses are not compressed. */
export const compressionSection = z
  .union([z.boolean(), settings], 'give true, false, or an object such as { minBytes: 1024, br: 4 }')
  .default(true)
  .transform((value) => (value === true ? settings.parse({}) : value));
