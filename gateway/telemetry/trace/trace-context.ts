// Trace context in header fields: W3C `traceparent`, `tracestate` and `baggage`, and B3. Reading is strict: a field that
// is not exactly as its specification says counts as missing.
import type { IncomingHttpHeaders } from 'node:http';
import type { PropagationFormat } from '../../config/tracing.ts';

/** A span elsewhere. */
export interface SpanContext {
  /** 32 lower-case hexadecimal digits, not all zero. */
  traceId: string;
  /** 16 of them. */
  spanId: string;
  /** Trace flags of W3C: 1 for sampled, 2 for a random trace id. */
  flags: number;
}

export interface RemoteContext extends SpanContext {
  /** `tracestate` as it came; null without a valid one. */
  state: string | null;
  /** False where the sender leaves the decision to sample to the receiver. */
  isDecided: boolean;
}

export const SAMPLED = 1;
const RANDOM = 2;

const parentPattern = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const allZero = /^0+$/;

/**
 * The first valid context among the formats.
 * @see https://www.w3.org/TR/trace-context/ and https://github.com/openzipkin/b3-propagation
 */
export function readContext(headers: IncomingHttpHeaders, formats: readonly PropagationFormat[]): RemoteContext | null {
  for (const format of formats) {
    const context = format === 'w3c' ? readW3c(headers) : readB3(headers);
    if (context) return context;
  }
  return null;
}

function readW3c(headers: IncomingHttpHeaders): RemoteContext | null {
  const text = headers.traceparent;
  if (typeof text !== 'string') return null;
  const [, version, traceId = '', spanId = '', flags = '', more] = parentPattern.exec(text) ?? [];
  // Later versions may have more fields.
  if (version === undefined || version === 'ff' || (version === '00' && more !== undefined)) return null;
  if (allZero.test(traceId) || allZero.test(spanId)) return null;
  const known = Number.parseInt(flags, 16) & (SAMPLED | RANDOM);
  return { traceId, spanId, flags: known, state: readState(headers.tracestate), isDecided: true };
}

/** In characters and members; the specification requires 512 and 32. */
const MAX_STATE_LENGTH = 4_096;
const MAX_STATE_MEMBERS = 32;
const statePattern =
  /^([a-z0-9][a-z0-9_*/@-]{0,255})=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;

function readState(given: string | string[] | undefined): string | null {
  const text = Array.isArray(given) ? given.join(',') : given;
  if (text === undefined || text.length > MAX_STATE_LENGTH) return null;
  const keys = new Set<string>();
  const members = text.split(',');
  if (members.length > MAX_STATE_MEMBERS) return null;
  for (const each of members) {
    const member = each.trim();
    if (member === '') continue;
    const [, key] = statePattern.exec(member) ?? [];
    if (key === undefined || keys.has(key)) return null;
    keys.add(key);
  }
  return keys.size > 0 ? text : null;
}

/** In bytes and members (W3C Baggage, section 3.3.2). */
const MAX_BAGGAGE_LENGTH = 8_192;
const MAX_BAGGAGE_MEMBERS = 180;
const baggagePattern = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+[\t ]*=[\t\x20-\x2b\x2d-\x7e]*$/;

/** `baggage` as it came; null without a valid one. @see https://www.w3.org/TR/baggage/ */
export function readBaggage(headers: IncomingHttpHeaders): string | null {
  const given = headers.baggage as string | string[] | undefined;
  const text = Array.isArray(given) ? given.join(',') : given;
  if (text === undefined || text.length > MAX_BAGGAGE_LENGTH) return null;
  const members = text.split(',');
  const isValid = members.length <= MAX_BAGGAGE_MEMBERS && members.every((each) => baggagePattern.test(each.trim()));
  return isValid ? text : null;
}

const b3Pattern = /^([0-9a-f]{16}|[0-9a-f]{32})-([0-9a-f]{16})(?:-([01d]))?(?:-[0-9a-f]{16})?$/;

/** The single header, or the fields of their own. Without ids, which a mere decision has none of, there is no context. */
function readB3(headers: IncomingHttpHeaders): RemoteContext | null {
  const single = headers.b3;
  const text = typeof single === 'string' ? single : joinedB3(headers);
  const [, traceId = '', spanId = '', decision] = b3Pattern.exec(text ?? '') ?? [];
  if (traceId === '' || allZero.test(traceId) || allZero.test(spanId)) return null;
  const flags = decision === '1' || decision === 'd' ? SAMPLED : 0;
  return { traceId: traceId.padStart(32, '0'), spanId, flags, state: null, isDecided: decision !== undefined };
}

function joinedB3(headers: IncomingHttpHeaders): string | undefined {
  const { 'x-b3-traceid': traceId, 'x-b3-spanid': spanId, 'x-b3-sampled': sampled, 'x-b3-flags': flags } = headers;
  if (typeof traceId !== 'string' || typeof spanId !== 'string') return undefined;
  const decision = flags === '1' ? 'd' : sampled;
  return decision === undefined ? `${traceId}-${spanId}` : `${traceId}-${spanId}-${decision}`;
}

/** What is sent of a trace, besides its ids. */
interface Sent {
  traceId: string;
  flags: number;
  state: string | null;
  baggage: string | null;
}

/**
 * Adds the header fields of one request to a subgraph, names and values in turn.
 * @param spanId of the attempt.
 */
export function writeContext(
  headers: string[],
  { traceId, flags, state, baggage }: Sent,
  spanId: string,
  formats: readonly PropagationFormat[],
): void {
  const sampled = flags & SAMPLED;
  for (const format of formats) {
    if (format === 'w3c') {
      headers.push('traceparent', `00-${traceId}-${spanId}-0${flags}`);
      if (state !== null) headers.push('tracestate', state);
    } else if (format === 'b3') headers.push('b3', `${traceId}-${spanId}-${sampled}`);
    else headers.push('x-b3-traceid', traceId, 'x-b3-spanid', spanId, 'x-b3-sampled', String(sampled));
  }
  if (baggage !== null) headers.push('baggage', baggage);
}
