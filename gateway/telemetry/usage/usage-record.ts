// Usage record, as plain data: an operation of a client with the schema coordinates that it uses, and its requests on each
// day.
import { hash } from 'node:crypto';

/** A day in UTC: `2026-11-21`. Days sort like strings. */
export type Day = string;

export interface UsageRecord {
  client: string;
  version: string;
  /** Name of the operation; `(other)` for operations that are not counted by name. */
  operation: string;
  /** Using graph names: `Product.rating`, `Query.products(first:)`, `Category.AUDIO`. Of `(other)`, one. */
  coordinates: readonly string[];
  firstSeen: Day;
  lastSeen: Day;
  /** Requests by day, for the days of the retention period. */
  days: Record<Day, number>;
  /** Whether the names are those of the configuration, and not made up by requests: they have room of their own. */
  isTrusted: boolean;
}

/** New requests of an operation, on one day. */
export interface UsageCount extends Omit<UsageRecord, 'firstSeen' | 'lastSeen' | 'days'> {
  day: Day;
  count: number;
}

/** Name for clients, versions and operations that are not counted by their own name. */
export const other = '(other)';

/**
 * Operation and coordinate of records of API keys, which no coordinate of a schema can be: their client is the key's
 * owner, their version the beginning of its hash.
 */
export const keyUse = '(API key)';

/** Retention of usage: period and size. */
export interface UsageBounds {
  /** Days with counts; a record that was not seen for so long is dropped. */
  keepDays: number;
  /**
   * Records with names, half of them for those that requests make up. Beyond it those not seen for longest are merged
   * into records of `(other)`, one for each coordinate.
   */
  maxRecords: number;
}

export const usageBounds: UsageBounds = { keepDays: 30, maxRecords: 2_000 };

/** Records of `(other)`, which has one for each coordinate in use; more than the largest graphs have. */
export const MAX_OTHER = 20_000;

/** Characters of the coordinates of one operation; those of longer ones are counted as `(other)`. */
export const MAX_COORDINATES_LENGTH = 16_384;

/** @param milliseconds since 1970. */
export function dayOf(milliseconds: number): Day {
  return new Date(milliseconds).toISOString().slice(0, 10);
}

export function daysBefore(day: Day, count: number): Day {
  return dayOf(Date.parse(day) - count * 86_400_000);
}

/** Requests of all days of the retention period. */
export function countOf({ days }: UsageRecord): number {
  return Object.values(days).reduce((sum, count) => sum + count, 0);
}

export function recordOf({ day, count, ...named }: UsageCount): UsageRecord {
  return { ...named, firstSeen: day, lastSeen: day, days: { [day]: count } };
}

/** Adds up records of the same operation, drops old days, and enforces the bounds. */
export function mergeUsage(
  records: Iterable<UsageRecord>,
  today: Day,
  { keepDays, maxRecords }: UsageBounds = usageBounds,
): UsageRecord[] {
  const oldest = daysBefore(today, keepDays - 1);
  const merged = addUp(records);
  for (const record of merged) {
    for (const day of Object.keys(record.days)) if (day < oldest) delete record.days[day];
  }
  const retained = merged.filter(({ lastSeen }) => lastSeen >= oldest);
  const others = retained.filter(isOther);
  const named = retained.filter((record) => !isOther(record));
  const trusted = bounded(
    named.filter((record) => record.isTrusted),
    maxRecords,
  );
  const untrusted = bounded(
    named.filter((record) => !record.isTrusted),
    Math.min(Math.floor(maxRecords / 2), maxRecords - trusted.within.length),
  );
  const folded = [...trusted.beyond, ...untrusted.beyond].flatMap(asOther);
  const allOthers = folded.length > 0 ? addUp([...others, ...folded]) : others;
  return [...trusted.within, ...untrusted.within, ...allOthers.slice(0, MAX_OTHER)];
}

/**
 * By the day last seen: names that are out of use are beyond the bound first, then those with few requests, as from a
 * flood of names.
 */
function bounded(records: UsageRecord[], max: number): { within: UsageRecord[]; beyond: UsageRecord[] } {
  if (records.length > max) {
    records.sort((a, b) => (a.lastSeen < b.lastSeen ? 1 : a.lastSeen > b.lastSeen ? -1 : countOf(b) - countOf(a)));
  }
  return { within: records.slice(0, max), beyond: records.slice(max) };
}

/** The same requests, counted for each coordinate without the names. */
function asOther({ coordinates, ...record }: UsageRecord): UsageRecord[] {
  return coordinates.map((coordinate) => ({ ...record, ...asOtherNames, coordinates: [coordinate] }));
}

export const asOtherNames = { client: other, version: other, operation: other, isTrusted: false } as const;

export function isOther({ client }: Pick<UsageRecord, 'client'>): boolean {
  return client === other;
}

function addUp(records: Iterable<UsageRecord>): UsageRecord[] {
  const sums = new Map<string, UsageRecord>();
  for (const record of records) {
    const key = usageKey(record);
    const sum = sums.get(key);
    if (!sum) {
      sums.set(key, { ...record, days: { ...record.days } });
      continue;
    }
    if (record.firstSeen < sum.firstSeen) sum.firstSeen = record.firstSeen;
    if (record.lastSeen > sum.lastSeen) sum.lastSeen = record.lastSeen;
    for (const [day, count] of Object.entries(record.days)) sum.days[day] = (sum.days[day] ?? 0) + count;
  }
  return [...sums.values()];
}

/** Equal for what is counted together. */
export function usageKey(use: Pick<UsageRecord, 'client' | 'version' | 'operation' | 'coordinates'>): string {
  return JSON.stringify([use.client, use.version, use.operation, coordinatesId(use.coordinates)]);
}

const ids = new WeakMap<readonly string[], string>();

/** Short text that identifies a list of coordinates, which may be long; computed once for each list. */
export function coordinatesId(coordinates: readonly string[]): string {
  let id = ids.get(coordinates);
  if (id === undefined) {
    id = hash('sha256', coordinates.join('\n'), 'base64url').slice(0, 22);
    ids.set(coordinates, id);
  }
  return id;
}
