// Deviations of stitched execution (`@graphql-tools/stitch` 10, `delegate` 12) from the specification of October 2021.
// Each case is as narrow as it can be, so that it hides nothing that the engine does.

import { someLeadNowhere } from './error-paths.ts';
import type { Result } from './graph-under-test.ts';
import type { Operation } from './operations.ts';

export interface Compared {
  /** True where the engine's response was already found equal to a reference that is no gateway. */
  referenced: boolean;
  operation: Operation;
  engine: Result;
  stitched: Result;
}

export interface Deviation {
  name: string;
  reason: string;
  applies(compared: Compared): boolean;
}

export const deviations: readonly Deviation[] = [
  {
    name: 'list index lost',
    reason:
      'An error below a list must have the index of its item in its path (section 7.1.2). For entities that were looked up, ' +
      'stock leaves out the indices of the lists above, or gives the errors of all items the first index ' +
      '(graphql-hive/gateway#741).',
    applies: ({ engine, stitched }) =>
      sameData(engine, stitched) &&
      namesOnly(engine) === namesOnly(stitched) &&
      engine.errors?.length === stitched.errors?.length &&
      (someLeadNowhere(stitched) || somePathTwice(stitched)),
  },
  {
    name: 'shared entity fetch reported once',
    reason:
      'When one entity fetch serves several places of the response, each has its error at its own path (section 7.1.2). Stock gives ' +
      'them all the path of the first.',
    applies: ({ engine, stitched }) =>
      sameData(engine, stitched) && lastNames(engine) === lastNames(stitched) && somePathTwice(stitched),
  },
  {
    name: 'null sent as a key',
    reason:
      'An object whose key is null in a service cannot be looked up there. Stock asks all the same, and what was to be looked ' +
      'up in the same request fails with it.',
    applies: ({ referenced, stitched }) => referenced && someMessage(stitched, /null/),
  },
  {
    name: 'half of a computed key sent',
    reason:
      'A service whose computed fields need another object is asked for its plain fields too. Stock then sends as much of that ' +
      'object as happens to be there, which the service refuses.',
    applies: ({ referenced, stitched }) => referenced && someMessage(stitched, /keys\[\d+\].*was not provided/),
  },
];

function sameData(engine: Result, stitched: Result): boolean {
  return JSON.stringify(engine.data) === JSON.stringify(stitched.data);
}

/** The paths of all errors, each once, without list indices. */
function namesOnly({ errors = [] }: Result): string {
  const paths = errors.map(({ path }) => path?.filter((key) => typeof key === 'string').join('.'));
  return [...new Set(paths)].sort().join('\n');
}

function somePathTwice({ errors = [] }: Result): boolean {
  return new Set(errors.map(({ path }) => JSON.stringify(path))).size < errors.length;
}

/** The fields that errors are at, once for each error. */
function lastNames({ errors = [] }: Result): string {
  return errors
    .map(({ path }) => path?.findLast((key) => typeof key === 'string'))
    .sort()
    .join();
}

function someMessage({ errors = [] }: Result, pattern: RegExp): boolean {
  return errors.some(({ message }) => pattern.test(message));
}
