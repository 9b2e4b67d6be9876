// Compressor: zlib with bounded work. Short bodies are compressed at once, long ones in Node's thread pool, a few at a
// time; what would wait behind too many bytes is not compressed.
import { promisify } from 'node:util';
import {
  brotliCompress,
  brotliCompressSync,
  constants,
  gzip,
  gzipSync,
  zstdCompress,
  zstdCompressSync,
} from 'node:zlib';
import type { CompressionConfig } from '../../config/compression.ts';
import type { MaybePromise } from '../../maybe-promise.ts';
import type { Coding } from './accepted-codings.ts';

/**
 * Length in bytes up to which the thread pool costs the event loop about as much as compressing at once, and the
 * process twice as much (`npm run bench:compression`).
 */
const MAX_SYNC_BYTES = 32_768;

/** Compressions at the same time; the thread pool has four threads, which look up names and read files too. */
const MAX_CONCURRENT = 2;

/** Maximum size of all bodies that wait or are being compressed, in bytes. */
const MAX_PENDING_BYTES = 33_554_432;

interface Coder {
  sync(body: Buffer): Buffer;
  inPool(body: Buffer): Promise<Buffer>;
}

interface Waiting {
  start(): void;
}

export class Compressor {
  readonly #coders: Readonly<Record<Coding, Coder>>;
  readonly #waiting: Waiting[] = [];
  #running = 0;
  #pendingBytes = 0;

  constructor(config: Pick<CompressionConfig, Coding>) {
    this.#coders = createCoders(config);
  }

  /**
   * Compresses a body. Null where too many bytes are waiting already.
   * @param isWanted false once the client has left: then a waiting body is not compressed, and the result is null.
   * @throws Error of zlib.
   */
  compress(coding: Coding, body: Buffer, isWanted: () => boolean): MaybePromise<Buffer | null> {
    const coder = this.#coders[coding];
    if (body.length <= MAX_SYNC_BYTES) return coder.sync(body);
    // A single body of any size is compressed where nothing else waits.
    if (this.#pendingBytes > 0 && this.#pendingBytes + body.length > MAX_PENDING_BYTES) return null;
    this.#pendingBytes += body.length;
    return this.#inTurn(() => (isWanted() ? coder.inPool(body) : null)).finally(() => {
      this.#pendingBytes -= body.length;
    });
  }

  async #inTurn<Value>(work: () => MaybePromise<Value>): Promise<Value> {
    if (this.#running >= MAX_CONCURRENT) await new Promise<void>((start) => this.#waiting.push({ start }));
    else this.#running += 1;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      // The next one takes over this place.
      if (next) next.start();
      else this.#running -= 1;
    }
  }
}

function createCoders({ gzip: gzipLevel, br, zstd }: Pick<CompressionConfig, Coding>): Record<Coding, Coder> {
  const gzipOptions = { level: Number(gzipLevel) };
  const brotliOptions = (body: Buffer) => ({
    params: {
      [constants.BROTLI_PARAM_QUALITY]: Number(br),
      [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
      [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
    },
  });
  const zstdOptions = (body: Buffer) => ({
    params: { [constants.ZSTD_c_compressionLevel]: Number(zstd) },
    pledgedSrcSize: body.length,
  });
  const [inPoolGzip, inPoolBrotli] = [promisify(gzip), promisify(brotliCompress)];
  return {
    gzip: { sync: (body) => gzipSync(body, gzipOptions), inPool: (body) => inPoolGzip(body, gzipOptions) },
    br: {
      sync: (body) => brotliCompressSync(body, brotliOptions(body)),
      inPool: (body) => inPoolBrotli(body, brotliOptions(body)),
    },
    zstd: {
      sync: (body) => zstdCompressSync(body, zstdOptions(body)),
      inPool: (body) =>
        new Promise((resolve, reject) => {
          zstdCompress(body, zstdOptions(body), (error, result) => (error ? reject(error) : resolve(result)));
        }),
    },
  };
}
