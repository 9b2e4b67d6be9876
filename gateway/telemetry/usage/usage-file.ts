// Format of stored usage records as JSON: coordinates are in a table, and records have their places in it. Records of the
// first version, which had one for each coordinate, are read too.
import { z } from 'zod';
import type { UsageRecord } from './usage-record.ts';

const day = z.string().regex(/^\d{4}-\d\d-\d\d$/);
const named = {
  client: z.string(),
  version: z.string(),
  operation: z.string(),
  firstSeen: day,
  lastSeen: day,
  days: z.record(day, z.number().int().nonnegative()),
};
const first = z.object({ version: z.literal(1), records: z.array(z.object({ ...named, coordinate: z.string() })) });
const second = z.object({
  version: z.literal(2),
  coordinates: z.array(z.string()),
  records: z.array(
    z.object({ ...named, coordinates: z.array(z.number().int().nonnegative()), isTrusted: z.boolean() }),
  ),
});
const file = z.union([first, second]);

export function writeUsage(records: readonly UsageRecord[]): string {
  const places = new Map<string, number>();
  const placeOf = (coordinate: string) => {
    const place = places.get(coordinate) ?? places.size;
    places.set(coordinate, place);
    return place;
  };
  const written = records.map((record) => ({ ...record, coordinates: record.coordinates.map(placeOf) }));
  return JSON.stringify({ version: 2, coordinates: [...places.keys()], records: written });
}

/** Parses the output of `writeUsage`. @throws Error that names `source` for any other text. */
export function readUsage(text: string, source: string): UsageRecord[] {
  try {
    const stored = file.parse(JSON.parse(text));
    if (stored.version === 1) return byOperation(stored.records);
    const table = stored.coordinates;
    return stored.records.map((record) => ({
      ...record,
      coordinates: record.coordinates.map((at) => found(table, at)),
    }));
  } catch (cause) {
    throw new Error(`${source} is not a usage record: remove it to start counting anew`, { cause });
  }
}

function found(table: readonly string[], place: number): string {
  const coordinate = table[place];
  if (coordinate === undefined) throw new RangeError(`there is no coordinate ${place}`);
  return coordinate;
}

/** Coordinates of one operation were counted together: their records have the same days. */
function byOperation(records: z.output<typeof first>['records']): UsageRecord[] {
  const operations = new Map<string, UsageRecord & { coordinates: string[] }>();
  for (const { coordinate, ...record } of records) {
    const key = JSON.stringify([record.client, record.version, record.operation, record.firstSeen, record.days]);
    const known = operations.get(key);
    if (known && record.client !== '(other)') known.coordinates.push(coordinate);
    else
      operations.set(known ? `${key} ${coordinate}` : key, { ...record, coordinates: [coordinate], isTrusted: false });
  }
  return [...operations.values()];
}
