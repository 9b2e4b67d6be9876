// Stored cache values: entries with the epoch at which their data was read, tag versions, and the logical clock that
// they are compared with.
import { crc32 } from 'node:zlib';

/** A cached value: metadata as small plain data, and a body that is never parsed. */
export interface CacheEntry {
  /** The clock's epoch, read before the data was fetched. */
  epoch: number;
  /** The data that the entry depends on. A tag version above `epoch` makes the entry stale. */
  tags: readonly string[];
  /** Data of the cache that wrote the entry; JSON. */
  metadata: Readonly<Record<string, unknown>>;
  body: Buffer | string;
}

/**
 * Logical clock: the order of invalidations, shared by all instances that use a store. Its epoch is the time in
 * microseconds, and at least one more with every change: fine enough that a store that was emptied starts above its
 * former epochs.
 */
export interface Clock {
  /** The epoch of the last invalidation. */
  epoch: number;
  /** The minimum epoch of valid entries: every older one is stale. */
  minEpoch: number;
}

/** A number is a tag version: the epoch of the tag's last invalidation. */
export type Stored = CacheEntry | Clock | number;

export const clockKey = 'clock';

export function tagVersionKey(tag: string): string {
  return `tag:${tag}`;
}

export function isEntry(value: Stored | null | undefined): value is CacheEntry {
  return typeof value === 'object' && value !== null && 'tags' in value;
}

const lineFeed = 10;

/** A tag version, or a clock's epoch and minimum epoch. */
const numbers = /^(\d{1,16})(?: (\d{1,16}))?$/;

/**
 * Encodes an entry as `<head as JSON>\n<body>`, with the body's checksum in the head: reading it costs no parsing of
 * the body. A tag version is one number, a clock two.
 */
export function encode(value: Stored): string | Buffer {
  if (typeof value === 'number') return String(value);
  if (!isEntry(value)) return `${value.epoch} ${value.minEpoch}`;
  const head = `${JSON.stringify([value.epoch, value.tags, value.metadata, crc32(value.body)])}\n`;
  if (typeof value.body === 'string') return head + value.body;
  return Buffer.concat([Buffer.from(head), value.body]);
}

/** Bytes that `encode` did not write. */
export class InvalidEntryError extends Error {
  override readonly name = 'InvalidEntryError';
}

/**
 * Decodes what `encode` wrote; the body is a view of the same memory.
 * @throws InvalidEntryError
 */
export function decode(bytes: Buffer): Stored {
  const end = bytes.indexOf(lineFeed);
  if (end !== -1) {
    const [epoch, tags, metadata, checksum] = parseHead(bytes.toString('utf8', 0, end));
    const body = bytes.subarray(end + 1);
    if (crc32(body) !== checksum) throw new InvalidEntryError();
    return { epoch, tags, metadata, body };
  }
  const [, epoch, minEpoch] = numbers.exec(bytes.toString('latin1')) ?? [];
  if (epoch === undefined) throw new InvalidEntryError();
  return minEpoch === undefined ? Number(epoch) : { epoch: Number(epoch), minEpoch: Number(minEpoch) };
}

type Head = [epoch: CacheEntry['epoch'], tags: CacheEntry['tags'], metadata: CacheEntry['metadata'], checksum: number];

function parseHead(text: string): Head {
  let head: unknown;
  try {
    head = JSON.parse(text);
  } catch (cause) {
    throw new InvalidEntryError(undefined, { cause });
  }
  const isTags = (tags: unknown) => Array.isArray(tags) && tags.every((tag) => typeof tag === 'string');
  if (
    !Array.isArray(head) ||
    !Number.isSafeInteger(head[0]) ||
    !isTags(head[1]) ||
    typeof head[2] !== 'object' ||
    !head[2]
  ) {
    throw new InvalidEntryError();
  }
  return head as Head;
}
