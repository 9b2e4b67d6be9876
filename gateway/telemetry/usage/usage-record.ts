// What is remembered of usage: which operation of which client asked for a coordinate, on which days and how often. Plain data.

/** A day in UTC: `2026-11-21`. Days sort as texts do. */
export type Day = string;

export interface UsageRecord {
  client: string;
  version: string;
  /** The operation's name; `(other)` for operations beyond those that are counted by name. */
  operation: string;
  /** In the graph's names: `Product.rating`, `Query.products(first:)`, `Category.AUDIO`. */
  coordinate: string;
  firstSeen: Day;
  lastSeen: Day;
  /** Requests by day, of the days that are kept. */
  days: Record<Day, number>;
}

/** Stands for whatever is not counted by its own name. */
export const other = '(other)';

/** How long usage is remembered, and how much of it. */
export interface UsageBounds {
  /** Days with their counts; a record that was not seen for so long is forgotten. */
  keepDays: number;
  /** Records in all. Beyond it those longest unseen become records of `(other)`, which are dropped last. */
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

/** Requests in all the days that are kept. */
export function countOf({ days }: UsageRecord): number {
  return Object.values(days).reduce((sum, count) => sum + count, 0);
}

/** Adds records of the same client, version, operation and coordinate, forgets what is too old, and keeps to the bounds. */
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
  // By when they were seen: names that nobody uses any more go first, and what a flood of names brought goes with them.
  retained.sort((a, b) => (a.lastSeen < b.lastSeen ? 1 : a.lastSeen > b.lastSeen ? -1 : countOf(b) - countOf(a)));
  const spared = Math.floor(maxRecords / 2);
  const folded = retained
    .slice(spared)
    .map((record) => ({ ...record, client: other, version: other, operation: other }));
  return [...addUp([...retained.slice(0, spared), ...folded]).values()].slice(0, maxRecords);
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
