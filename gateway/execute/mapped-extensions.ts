// Error extensions for clients with a view: names of the graph are mapped to those of the view.
import type { Extensions } from './field-error.ts';

/** The view's names for names and coordinates of the graph; null for those it hides. */
export type FieldNames = ReadonlyMap<string, string | null>;

/** The names that an error at a field of the graph may contain. @param coordinate `Type.field` of the graph. */
export type ErrorNames = (coordinate: string) => FieldNames;

/** Values that are nested deeper are left out. */
const MAX_DEPTH = 20;

const hidden = Symbol('hidden');

/**
 * The same extensions, with names mapped wherever one is a whole key or a whole string. Values and keys with hidden
 * names are left out.
 */
export function mapExtensions(extensions: Extensions, names: FieldNames): Extensions {
  const mapped: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(extensions)) {
    const own = ofGateway.has(key) ? value : mapValue(value, names, 0);
    if (own !== hidden) mapped[key] = own;
  }
  return mapped;
}

/** The extensions that are the same in every view. */
export function unmappable(extensions: Extensions): Extensions {
  return Object.fromEntries(Object.entries(extensions).filter(([key]) => ofGateway.has(key)));
}

const ofGateway: ReadonlySet<string> = new Set(['code', 'subgraph', 'retryAfter', 'http', 'unexpected', 'reference']);

function mapValue(value: unknown, names: FieldNames, depth: number): unknown {
  if (typeof value === 'string') return mapName(value, names);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return hidden;
  if (Array.isArray(value))
    return value.map((item) => mapValue(item, names, depth + 1)).filter((item) => item !== hidden);
  const entries = Object.entries(value).map(([key, below]) => [mapName(key, names), mapValue(below, names, depth + 1)]);
  return Object.fromEntries(entries.filter(([key, below]) => key !== hidden && below !== hidden));
}

function mapName(name: string, names: FieldNames): string | typeof hidden {
  const mapped = names.get(name);
  return mapped === undefined ? name : (mapped ?? hidden);
}
