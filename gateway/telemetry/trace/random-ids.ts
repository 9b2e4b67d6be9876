// Random ids of traces and spans, from a pool of random bytes that is written as text once: a call of the generator for
// each id would cost more than the rest of a span.
import { randomFillSync } from 'node:crypto';

const TRACE_BYTES = 16;
const SPAN_BYTES = 8;

/** Small, since an id is a part of its text: what holds the one has the other in memory. */
const pool = Buffer.alloc(1_024);
let text = '';
let position = pool.length;

function take(bytes: number): number {
  if (position + bytes > pool.length) {
    randomFillSync(pool);
    text = pool.toString('hex');
    position = 0;
  }
  const start = position;
  position += bytes;
  return start;
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
  const isSampled = pool.readUInt32BE(start + TRACE_BYTES - 4) < ratio * 2 ** 32;
  return { traceId: text.slice(2 * start, 2 * (start + TRACE_BYTES)), isSampled };
}

/** The decision for an id that has come from elsewhere. */
export function isSampledId(traceId: string, ratio: number): boolean {
  return Number.parseInt(traceId.slice(-8), 16) < ratio * 2 ** 32;
}
