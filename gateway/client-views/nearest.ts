// Suggestions ("did you mean") for unknown names in errors: nearest first, by edit distance.
import { suggestionList } from 'graphql/jsutils/suggestionList.js';

const MAX_DISTANCE = 3;

/**
 * `; did you mean A, B or C?`, or an empty text where no name is near.
 * @param show the text shown for a name, such as its whole coordinate.
 */
export function didYouMean(written: string, names: Iterable<string>, show = (name: string) => name): string {
  const near = suggestionList(written, [...new Set(names)])
    .slice(0, MAX_DISTANCE)
    .map(show);
  const last = near.pop();
  if (last === undefined) return '';
  return `; did you mean ${near.length > 0 ? `${near.join(', ')} or ` : ''}${last}?`;
}
