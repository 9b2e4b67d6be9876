// Suggestions ("did you mean") for unknown names in messages: nearest first, by edit distance.
import { suggestionList } from 'graphql/jsutils/suggestionList.js';

/** Maximum number of names in a suggestion. */
const MAX_NAMES = 3;

/**
 * `; did you mean A, B or C?`, or an empty text where no name is near.
 * @param show the text shown for a name, such as its whole coordinate.
 */
export function didYouMean(written: string, names: Iterable<string>, show = (name: string) => name): string {
  const known = [...new Set(names)];
  const all = known.includes(written) ? [written] : suggestionList(written, known);
  const [first = ''] = all;
  // A name that only lacks an ending, or has one too many, is meant.
  const isMeant = first.startsWith(written) || (first !== '' && written.startsWith(first));
  const near = all.slice(0, isMeant ? 1 : MAX_NAMES).map(show);
  return near.length === 0 ? '' : `; did you mean ${listed(near, 'or')}?`;
}

/** `A`, `A or B`, `A, B or C`. */
export function listed(names: readonly string[], conjunction: 'or' | 'and'): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} ${conjunction} ${last}`;
}

/** Maximum number of known names that a message lists. */
const MAX_LISTED = 10;

/** `; did you mean A?`; where no name is near, `; there are A, B and C`, or an empty text for no names or very many. */
export function nearOrKnown(written: string, names: Iterable<string>): string {
  const known = [...new Set(names)];
  const near = didYouMean(written, known);
  if (near !== '' || known.length === 0 || known.length > MAX_LISTED) return near;
  return `; there ${known.length === 1 ? 'is' : 'are'} ${listed(known, 'and')}`;
}
