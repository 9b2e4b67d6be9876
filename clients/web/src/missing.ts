// Missing parts of a response: null alone may also mean that there is no value.
import type { GraphQLFailure } from '../generated/sdk.ts';

type Path = readonly (string | number)[];
type Part = Pick<GraphQLFailure, 'path'> | Path;

/**
 * Whether anything failed, or has a fallback, at this path or below it. "*" stands for any item of a list.
 * @param parts errors, or paths of fields that have fallbacks.
 */
export function isMissing(parts: readonly Part[], ...wanted: readonly (string | number)[]): boolean {
  return parts.some((part) => {
    const path = 'path' in part ? part.path : part;
    return wanted.every((step, index) => step === '*' || step === path[index]);
  });
}
