// Usage report: clients and operations that use a coordinate, and the deprecated coordinates still in use.
import { type GraphQLSchema, isEnumType, isInputObjectType, isInterfaceType, isObjectType } from 'graphql';
import { countOf, type Day, type UsageRecord } from './usage-record.ts';

export interface UsageLine {
  client: string;
  version: string;
  operation: string;
  /** Requests in the retention period. */
  count: number;
  firstSeen: Day;
  lastSeen: Day;
}

/**
 * Clients and operations that used the coordinate, the latest first. A type (`Product`) is used with any of its fields
 * or values, a field with any of its arguments.
 */
export function usageOf(records: readonly UsageRecord[], coordinate: string): UsageLine[] {
  const lines = new Map<string, UsageLine>();
  for (const record of records) {
    if (!isWithin(record.coordinate, coordinate)) continue;
    const { client, version, operation, firstSeen, lastSeen } = record;
    const key = JSON.stringify([client, version, operation]);
    const count = countOf(record);
    const line = lines.get(key);
    if (!line) lines.set(key, { client, version, operation, count, firstSeen, lastSeen });
    else {
      // Coordinates of one operation are used together: the maximum is the count of the operation.
      line.count = Math.max(line.count, count);
      if (firstSeen < line.firstSeen) line.firstSeen = firstSeen;
      if (lastSeen > line.lastSeen) line.lastSeen = lastSeen;
    }
  }
  return [...lines.values()].sort((a, b) =>
    a.lastSeen === b.lastSeen ? b.count - a.count : a.lastSeen < b.lastSeen ? 1 : -1,
  );
}

/** Whether a coordinate is `ancestor` or below it. */
export function isWithin(coordinate: string, ancestor: string): boolean {
  if (!coordinate.startsWith(ancestor)) return false;
  const next = coordinate[ancestor.length];
  return next === undefined || next === '.' || next === '(';
}

/** First day with a count; undefined without any. */
export function countedSince(records: readonly UsageRecord[]): Day | undefined {
  return records.reduce<Day | undefined>(
    (first, { firstSeen }) => (first === undefined || firstSeen < first ? firstSeen : first),
    undefined,
  );
}

export interface DeprecatedUse {
  coordinate: string;
  reason: string;
  usedBy: readonly UsageLine[];
}

/** Coordinates that are `@deprecated` in the graph and still in use, sorted. */
export function deprecatedInUse(schema: GraphQLSchema, records: readonly UsageRecord[]): DeprecatedUse[] {
  return deprecated(schema)
    .map(({ coordinate, reason }) => ({ coordinate, reason, usedBy: usageOf(records, coordinate) }))
    .filter(({ usedBy }) => usedBy.length > 0)
    .sort((a, b) => (a.coordinate < b.coordinate ? -1 : 1));
}

function deprecated(schema: GraphQLSchema): { coordinate: string; reason: string }[] {
  const found: { coordinate: string; reason: string }[] = [];
  const check = (coordinate: string, { deprecationReason }: { deprecationReason?: string | null | undefined }) => {
    if (deprecationReason != null) found.push({ coordinate, reason: deprecationReason });
  };
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    if (isObjectType(type) || isInterfaceType(type)) {
      for (const field of Object.values(type.getFields())) {
        check(`${type.name}.${field.name}`, field);
        for (const argument of field.args) check(`${type.name}.${field.name}(${argument.name}:)`, argument);
      }
    } else if (isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) check(`${type.name}.${field.name}`, field);
    } else if (isEnumType(type)) {
      for (const value of type.getValues()) check(`${type.name}.${value.name}`, value);
    }
  }
  return found;
}
