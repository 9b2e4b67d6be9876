// Versions of clients: which of a client's views serves a release. Releases are many and views few: a view serves a
// range.

/** A view's version; null for the current view where its file gives none. */
export interface Versioned {
  version: string | null;
}

const NUMBERS = /^v?(\d+(?:\.\d+)*)/i;
/** Numbers of one version that are compared. Builds have the time in one: 20261128233000123. */
const MAX_NUMBERS = 8;
const DATE = /^(\d{4})-(\d{2})(?:-(\d{2}))?$/;

/**
 * The view for a release: of the same version; else the one whose version the release's begins with (`1` for `1.4.2`,
 * the longest of several); else the newest of those before it, or the oldest where it is older than all. A release that
 * is newer than all, without a version or with one that is no number gets the current view.
 * @param views at least one; the last one is the current view.
 */
export function viewFor<View extends Versioned>(views: readonly View[], release: string | undefined): View {
  const current = views.at(-1) as View;
  if (release === undefined || views.length === 1) return current;
  const same = views.find(({ version }) => version === release);
  if (same) return same;
  const numbers = numbersOf(release);
  if (!numbers) return current;
  const numbered = views
    .flatMap((view) => {
      const own = view.version === null ? null : numbersOf(view.version);
      return own ? [{ view, own }] : [];
    })
    .sort((one, other) => compare(one.own, other.own));
  const ranges = numbered.filter(({ own }) => own.every((number, index) => number === (numbers[index] ?? 0)));
  const range = ranges.reduce<(typeof ranges)[number] | undefined>(
    (narrow, each) => (narrow && narrow.own.length > each.own.length ? narrow : each),
    undefined,
  );
  if (range) return range.view;
  const newest = numbered.at(-1);
  if (!newest || compare(numbers, newest.own) > 0) return current;
  return (numbered.findLast(({ own }) => compare(own, numbers) < 0) ?? (numbered[0] as typeof newest)).view;
}

/** Views with the newest one last; versions that are no numbers are the oldest. */
export function newestLast<View extends Versioned>(views: readonly View[]): View[] {
  const numbers = ({ version }: View) => (version === null ? null : numbersOf(version)) ?? [-1];
  return [...views].sort((one, other) => compare(numbers(one), numbers(other)));
}

/**
 * `1.4.2` of `1.4.2`, `v1.4.2-beta.1` and `1.4.2 (37)`, and 1 of `1.x`; the parts of a date; null for what begins with
 * no number.
 */
function numbersOf(version: string): readonly number[] | null {
  const date = DATE.exec(version);
  if (date) return date.slice(1).flatMap((part) => (part === undefined ? [] : Number(part)));
  const numbers = NUMBERS.exec(version)?.[1]?.split('.', MAX_NUMBERS);
  return numbers?.map((digits) => Math.min(Number(digits), Number.MAX_SAFE_INTEGER)) ?? null;
}

function compare(one: readonly number[], other: readonly number[]): number {
  for (let index = 0; index < Math.max(one.length, other.length); index++) {
    const difference = (one[index] ?? 0) - (other[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
