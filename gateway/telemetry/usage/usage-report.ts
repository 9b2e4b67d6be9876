// Usage report: clients and operations that use a coordinate, and the deprecated coordinates still in use.
import { type GraphQLSchema, isEnumType, isInputObjectType, isInterfaceType, isObjectType } from 'graphql';
import { countOf, type Day, isOther, other, type UsageRecord } from './usage-record.ts';

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
  return linesOf(records.filter(({ coordinates }) => coordinates.some((used) => isWithin(used, coordinate))));
}

/** Names for people, without parentheses of what has none; version and operation are empty where they say nothing. */
export function shownNames({ client, version, operation }: Pick<UsageLine, 'client' | 'version' | 'operation'>): {
  client: string;
  version: string;
  operation: string;
} {
  if (client === other) return { client: 'counted without names', version: '', operation: '' };
  return {
    client: client === '(none)' ? 'no client name' : client,
    version: version === '(none)' ? '' : version === other ? 'other versions' : version,
    operation: operation === other ? 'other operations' : operation === '(unnamed)' ? 'no operation name' : operation,
  };
}

function linesOf(records: readonly UsageRecord[]): UsageLine[] {
  const lines = new Map<string, UsageLine>();
  for (const record of records) {
    const { client, version, operation, firstSeen, lastSeen } = record;
    const key = JSON.stringify([client, version, operation]);
    const count = countOf(record);
    const line = lines.get(key);
    if (!line) lines.set(key, { client, version, operation, count, firstSeen, lastSeen });
    else {
      // Of those without names, coordinates of one operation are counted apart: the maximum is the least that there were.
      line.count = isOther(record) ? Math.max(line.count, count) : line.count + count;
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
  const found = deprecated(schema);
  const users = new Map(found.map(({ coordinate }) => [coordinate, new Set<UsageRecord>()] as const));
  for (const record of records) {
    for (const used of record.coordinates) {
      // An argument is a use of its field.
      users.get(used)?.add(record);
      const field = used.slice(0, used.indexOf('('));
      if (field.length < used.length) users.get(field)?.add(record);
    }
  }
  return found
    .map(({ coordinate, reason }) => ({ coordinate, reason, usedBy: linesOf([...(users.get(coordinate) ?? [])]) }))
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
