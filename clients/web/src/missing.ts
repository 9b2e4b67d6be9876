// Missing parts of a response: null alone may also mean that there is no value.
import type { GraphQLFailure } from '../generated/sdk.ts';

/** Whether anything failed at this path, or below it. "*" stands for any item of a list. */
export function isMissing(errors: readonly GraphQLFailure[], ...wanted: readonly (string | number)[]): boolean {
  return errors.some(({ path }) => wanted.every((step, index) => step === '*' || step === path[index]));
}
