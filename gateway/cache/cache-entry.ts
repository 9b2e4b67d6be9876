// What stores keep: entries with the epoch their data was read at, stamps of invalidation, and the clock they are read off.
import { crc32 } from 'node:zlib';

/** Something that is kept: a head of small plain data, and a body that nobody looks into. */
export interface Entry {
  /** The clock's epoch, read before the data was fetched. */
  epoch: number;
  /** What the data is about. A stamp above `epoch` on any of them makes the entry void. */
  tags: readonly string[];
  /** What else the cache that wrote it wants to know; JSON. */
  about: Readonly<Record<string, unknown>>;
  body: Buffer | string;
}

/**
 * The order of invalidations, shared by all who use a store. The time in microseconds, and at least one
 * more with every change: so fine that a store that was emptied starts above whatever it had before.
 */
export interface Clock {
  /** That of the last invalidation. */
  epoch: number;
  /** Every entry from before is void. */
  floor: number;
}

/** A number is a stamp: the epoch of a tag's last invalidation. */
export type Stored = Entry | Clock | number;

export const clockKey = 'clock';

export function stampKey(tag: string): string {
  return `tag:${tag}`;
}

export function isEntry(value: Stored | null | undefined): value is Entry {
  return typeof value === 'object' && value !== null && 'tags' in value;
}

const lineFeed = 10;

/** A stamp, or a clock's epoch and floor. */
const numbers = /^(\d{1,16})(?: (\d{1,16}))?$/;

/**
 * An entry as `<head as JSON>\n<body>`, with the body's checksum in the head: reading it costs no parsing of the body. A stamp is
 * digits, a clock two of them.
 */
export function encode(value: Stored): string | Buffer {
  if (typeof value === 'number') return String(value);
  if (!isEntry(value)) return `${value.epoch} ${value.floor}`;
  const head = `${JSON.stringify([value.epoch, value.tags, value.about, crc32(value.body)])}\n`;
  if (typeof value.body === 'string') return head + value.body;
  return Buffer.concat([Buffer.from(head), value.body]);
}

/** Bytes that `encode` did not write. */
export class NotOfTheCache extends Error {
  override readonly name = 'NotOfTheCache';
}

/**
 * What `encode` wrote; the body is a view of the same memory.
 * @throws NotOfTheCache
 */
export function decode(bytes: Buffer): Stored {
  const end = bytes.indexOf(lineFeed);
  if (end !== -1) {
    const [epoch, tags, about, checksum] = parseHead(bytes.toString('utf8', 0, end));
    const body = bytes.subarray(end + 1);
    if (crc32(body) !== checksum) throw new NotOfTheCache();
    return { epoch, tags, about, body };
  }
  const [, epoch, floor] = numbers.exec(bytes.toString('latin1')) ?? [];
  if (epoch === undefined) throw new NotOfTheCache();
  return floor === undefined ? Number(epoch) : { epoch: Number(epoch), floor: Number(floor) };
}

type Head = [epoch: Entry['epoch'], tags: Entry['tags'], about: Entry['about'], checksum: number];

function parseHead(text: string): Head {
  let head: unknown;
  try {
    head = JSON.parse(text);
  } catch (cause) {
    throw new NotOfTheCache(undefined, { cause });
  }
  const isTags = (tags: unknown) => Array.isArray(tags) && tags.every((tag) => typeof tag === 'string');
  if (
    !Array.isArray(head) ||
    !Number.isSafeInteger(head[0]) ||
    !isTags(head[1]) ||
    typeof head[2] !== 'object' ||
    !head[2]
  ) {
    throw new NotOfTheCache();
  }
  return head as Head;
}
