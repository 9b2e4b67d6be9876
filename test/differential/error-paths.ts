// Error paths in a response: the value that each leads to, and the places that errors of two responses have in common.
import type { FormattedExecutionResult } from 'graphql';

type Path = readonly (string | number)[];

/** The value that a path leads to: a null on the way is where it ends; undefined if it leads nowhere. */
function follow(data: unknown, path: Path): { value: unknown; place: Path } {
  let value = data;
  for (const [depth, key] of path.entries()) {
    if (value === null) return { value, place: path.slice(0, depth) };
    // A list has its own `length`, which no path means.
    const leads =
      typeof value === 'object' && Object.hasOwn(value, key) && Array.isArray(value) === (typeof key === 'number');
    if (!leads) return { value: undefined, place: path };
    value = (value as Record<string | number, unknown>)[key];
  }
  return { value, place: path };
}

/** An error that explains no null (specification, section 7.1.2); null if there is none such. */
export function errorBesideData({ data, errors = [] }: FormattedExecutionResult): string | null {
  const forNested = errors.find(({ path }) => path && follow(data, path).value !== null);
  return forNested ? JSON.stringify(forNested.path) : null;
}

/** True where an error's path is not one of this response. */
export function someLeadNowhere({ data, errors = [] }: FormattedExecutionResult): boolean {
  return errors.some(({ path }) => path && follow(data, path).value === undefined);
}

/**
 * The places that errors explain, each once. An error below a null that has propagated stands for that null: which of
 * several fields under it are reported is up to the executor (section 6.4.4).
 */
export function placesOf({ data, errors = [] }: FormattedExecutionResult): string[] {
  const places = errors.map(({ path }) => {
    if (!path) return '(no path)';
    const { place } = follow(data, path);
    return place.length === path.length ? JSON.stringify(path) : `${JSON.stringify(place)} and below`;
  });
  return [...new Set(places)].sort();
}
