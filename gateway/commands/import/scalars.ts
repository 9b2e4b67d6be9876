// Scalars of GraphQL for schemas of scalar values. Numbers that an Int or a Float cannot hold have scalars of their own, whose values
// the gateway passes on as they are written.
import type { Shape } from './schema-shape.ts';

/** Custom scalars with their descriptions. */
export const customScalars: Readonly<Record<string, string>> = {
  Date: 'A date: 2026-11-29 (RFC 3339)',
  DateTime: 'A moment: 2026-11-29T10:30:00Z (RFC 3339)',
  Decimal: 'A decimal number or its text, passed on with all of its digits',
  Int64: 'A whole number of up to 64 bits, passed on with all of its digits',
  JSON: 'Any value of JSON',
};

const MAX_INT = 2 ** 31 - 1;
const MIN_INT = -(2 ** 31);

/** The scalar of a shape; null for objects, lists and what may be of several types. */
export function scalarOf(shape: Shape): string | null {
  const { types, format } = shape;
  if (types === null || types.size !== 1) return null;
  if (types.has('boolean')) return 'Boolean';
  if (types.has('integer')) return isInt(shape) ? 'Int' : 'Int64';
  if (types.has('number')) return format === 'decimal' ? 'Decimal' : 'Float';
  if (!types.has('string')) return null;
  if (format === 'date-time') return 'DateTime';
  if (format === 'date') return 'Date';
  return format === 'decimal' ? 'Decimal' : 'String';
}

/** A 64-bit format, or a bound beyond 32 bits, is an Int64. */
function isInt({ format, minimum, maximum }: Shape): boolean {
  if (format !== null && /64|^long$/.test(format)) return false;
  if (format === 'uint32') return maximum !== null && maximum <= MAX_INT;
  return (maximum === null || maximum <= MAX_INT) && (minimum === null || minimum >= MIN_INT);
}
