// Usage record, as plain data: a schema coordinate, the client and operation that use it, and the requests on each day.

/** A day in UTC: `2026-11-21`. Days sort like strings. */
export type Day = string;

export interface UsageRecord {
  client: string;
  version: string;
  /** Name of the operation; `(other)` for operations that are not counted by name. */
  operation: string;
  /** Using graph names: `Product.rating`, `Query.products(first:)`, `Category.AUDIO`. */
  coordinate: string;
  firstSeen: Day;
  lastSeen: Day;
  /** Requests by day, for the days of the retention period. */
  days: Record<Day, number>;
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
   * Total records. Beyond it those not seen for longest are merged into records of `(other)`, which are dropped last.
   */
  maxRecords: number;
}

export const usageBounds: UsageBounds = { keepDays: 30, maxRecords: 20_000 };

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

/** Adds up records of the same client, version, operation and coordinate, drops old days, and enforces the bounds. */
export function mergeUsage(
  records: Iterable<UsageRecord>,
  today: Day,
  { keepDays, maxRecords }: UsageBounds = usageBounds,
): UsageRecord[] {
  const oldest = daysBefore(today, keepDays - 1);
  const merged = addUp(records);
  for (const record of merged.values()) {
    for (const day of Object.keys(record.days)) if (day < oldest) delete record.days[day];
  }
  const retained = [...merged.values()].filter(({ lastSeen }) => lastSeen >= oldest);
  if (retained.length <= maxRecords) return retained;
  // By the day last seen: names that are out of use are merged first, then those with few requests, as from a flood of
  // names.
  retained.sort((a, b) => (a.lastSeen < b.lastSeen ? 1 : a.lastSeen > b.lastSeen ? -1 : countOf(b) - countOf(a)));
  const retainedByName = Math.floor(maxRecords / 2);
  const folded = retained
    .slice(retainedByName)
    .map((record) => ({ ...record, client: other, version: other, operation: other }));
  return [...addUp([...retained.slice(0, retainedByName), ...folded]).values()].slice(0, maxRecords);
}

function addUp(records: Iterable<UsageRecord>): Map<string, UsageRecord> {
  const sums = new Map<string, UsageRecord>();
  for (const record of records) {
    const key = JSON.stringify([record.client, record.version, record.operation, record.coordinate]);
    const sum = sums.get(key);
    if (!sum) {
      sums.set(key, { ...record, days: { ...record.days } });
      continue;
    }
    if (record.firstSeen < sum.firstSeen) sum.firstSeen = record.firstSeen;
    if (record.lastSeen > sum.lastSeen) sum.lastSeen = record.lastSeen;
    for (const [day, count] of Object.entries(record.days)) sum.days[day] = (sum.days[day] ?? 0) + count;
  }
  return sums;
}
