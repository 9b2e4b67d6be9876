// Rare use: operations that clients requested less often than a number of times in a number of days, by recorded usage, break
// nothing.
import { daysBefore, isOther, other, type UsageRecord } from '../telemetry/usage/usage-record.ts';
import { countedSince } from '../telemetry/usage/usage-report.ts';
import { overlap } from './break-coordinates.ts';

export interface UsageRule {
  /** Below so many requests, an operation breaks nothing. */
  minRequests: number;
  /** The period, in days before and with today. */
  days: number;
}

export interface UsageJudgement extends UsageRule {
  /** First day with a count; null without any. */
  countedSince: string | null;
  /** Whether the period is counted as a whole; otherwise all operations count, however rare they are. */
  isApplied: boolean;
}

export function judgementBy(rule: UsageRule, records: readonly UsageRecord[], today: string): UsageJudgement {
  const since = countedSince(records) ?? null;
  return { ...rule, countedSince: since, isApplied: since !== null && since <= daysBefore(today, rule.days - 1) };
}

interface CountedOperation {
  /** The client's names; null for documents of any client. */
  clients: ReadonlySet<string> | null;
  /** Undefined where it has no name. */
  operation: string | undefined;
  /** Of the graph: requests that are counted without names count where they use one of these. */
  coordinates: readonly string[];
}

/** The requests in the period that may have been for the operation. */
export function requestsOf(
  records: readonly UsageRecord[],
  { clients, operation = '(unnamed)', coordinates }: CountedOperation,
  { days }: UsageRule,
  today: string,
): number {
  const first = daysBefore(today, days - 1);
  const isNamed = (record: UsageRecord) => record.operation === operation && operation !== '(unnamed)';
  const uses = (record: UsageRecord) =>
    record.coordinates.some((used) => coordinates.some((one) => overlap(used, one)));
  const isUnnamed = ({ operation: name }: UsageRecord) => name === other || name === operation;
  let sum = 0;
  // Of those without names, each coordinate is counted apart.
  let mostOfOthers = 0;
  for (const record of records) {
    if (clients && !clients.has(record.client) && !isOther(record)) continue;
    if (!isNamed(record) && !(isUnnamed(record) && uses(record))) continue;
    const inPeriod = Object.entries(record.days).reduce((all, [day, count]) => (day >= first ? all + count : all), 0);
    if (isOther(record)) mostOfOthers = Math.max(mostOfOthers, inPeriod);
    else sum += inPeriod;
  }
  return sum + mostOfOthers;
}
