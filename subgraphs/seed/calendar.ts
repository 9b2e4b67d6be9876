// The days between which the seed data lies. They are fixed: data that depended on the clock would differ between two
// starts.

/**
 * The moment at which the seed data stands still, in ms since 1970. Orders placed in a running service are all newer.
 */
export const seededUntil = Date.UTC(2026, 10, 1);

/** When the first order was placed, in ms since 1970. */
export const firstOrderAt = Date.UTC(2023, 0, 2);

export const day = 86_400_000;

export function timestamp(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
