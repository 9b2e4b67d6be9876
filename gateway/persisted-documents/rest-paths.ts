// Paths of a client's documents in the REST façade: two that match the same URL differ in their texts, or are an
// error.
import { type DocumentProblem, describeLocation } from './documents-error.ts';
import type { PathSegment, RestDeclaration } from './rest-declaration.ts';

/** Paths that conflict, or of which neither is the more specific one where both match. */
export function routeProblems(
  documents: readonly { declaration: { rest: RestDeclaration | null } }[],
): DocumentProblem[] {
  const routes = documents.flatMap(({ declaration: { rest } }) => rest ?? []);
  const byLength = Map.groupBy(routes, ({ segments }) => segments.length);
  return [...byLength.values()].flatMap((group) =>
    group.flatMap((route, index) => group.slice(0, index).flatMap((earlier) => problemOf(earlier, route) ?? [])),
  );
}

function problemOf(earlier: RestDeclaration, route: RestDeclaration): DocumentProblem | null {
  const comparison = compare(earlier.segments, route.segments);
  if (comparison === 'apart' || comparison === 'ordered') return null;
  if (comparison === 'same' && earlier.method !== route.method) return null;
  const other = `${earlier.method} ${earlier.path} (${describeLocation(earlier.place)})`;
  const message =
    comparison === 'same'
      ? `${route.method} ${route.path} is that of ${other} as well: give one of them another path`
      : `a URL may match both ${route.path} and ${other}, and neither is the more specific one: change one of them`;
  return { ...route.place, message };
}

/** `same`: they match the same URLs; `ordered`: one of them matches a part of the other's; `ambiguous`: neither does. */
function compare(
  one: readonly PathSegment[],
  other: readonly PathSegment[],
): 'apart' | 'same' | 'ordered' | 'ambiguous' {
  let isLess = false;
  let isMore = false;
  for (const [index, { text }] of one.entries()) {
    const otherText = other[index]?.text;
    if (text !== undefined && otherText !== undefined && text !== otherText) return 'apart';
    isMore ||= text !== undefined && otherText === undefined;
    isLess ||= text === undefined && otherText !== undefined;
  }
  return isMore && isLess ? 'ambiguous' : isMore || isLess ? 'ordered' : 'same';
}
