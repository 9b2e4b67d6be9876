// Random ids of traces and spans, from a pool of random bytes that is written as text in parts: a call of the generator for
// each id would cost more than the rest of a span.
import { randomFillSync } from 'node:crypto';

const TRACE_BYTES = 16;
const SPAN_BYTES = 8;

const pool = Buffer.alloc(16_384);
let filled = pool.length;

/** Small, since an id is a part of its text: what holds the one has the other in memory. */
const PART = 512;
let part = pool.subarray(0, PART);
let text = '';
let position = PART;

/** Of as many bytes in the present part. */
function take(bytes: number): number {
  if (position + bytes > PART) nextPart();
  const start = position;
  position += bytes;
  return start;
}

function nextPart(): void {
  if (filled === pool.length) {
    randomFillSync(pool);
    filled = 0;
  }
  part = pool.subarray(filled, filled + PART);
  filled += PART;
  text = part.toString('hex');
  position = 0;
}

/** 16 hexadecimal digits. */
export function newSpanId(): string {
  const start = take(SPAN_BYTES);
  return text.slice(2 * start, 2 * (start + SPAN_BYTES));
}

/**
 * A trace id of 32 hexadecimal digits, with the decision to sample it, which is made by its last 32 bits.
 * @param ratio share of the ids that are sampled.
 */
export function newTraceId(ratio: number): { traceId: string; isSampled: boolean } {
  const start = take(TRACE_BYTES);
  const isSampled = part.readUInt32BE(start + TRACE_BYTES - 4) < ratio * 2 ** 32;
  return { traceId: text.slice(2 * start, 2 * (start + TRACE_BYTES)), isSampled };
}

/** The decision for an id that has come from elsewhere. */
export function isSampledId(traceId: string, ratio: number): boolean {
  return Number.parseInt(traceId.slice(-8), 16) < ratio * 2 ** 32;
}
