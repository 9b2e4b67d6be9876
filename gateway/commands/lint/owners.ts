// Owners of types, from a file: names and patterns to owners.
import { z } from 'zod';
import { nonEmpty } from '../../config/values.ts';
import { readYamlFile } from '../../config/yaml-file.ts';
import { didYouMean } from '../../did-you-mean.ts';
import { shownFile } from '../../persisted-documents/documents-error.ts';

const patternMessage = 'give names of types, or patterns such as "Order*"';

const ownersSchema = z.record(
  z.string().regex(/^[\w*]+$/, patternMessage),
  nonEmpty('give the team or person that owns it'),
  'give an object of types and their owners, such as { Product: "team-shop", "Order*": "team-orders" }',
);

export interface Owners {
  /** Relative to the working directory. */
  shown: string;
  entries: { pattern: string; line: number; column: number }[];
}

/** @param file an absolute path. @throws ConfigError with every problem, each with its place. */
export function readOwners(file: string): Owners {
  const { value, placeOf } = readYamlFile(file, ownersSchema, {});
  const entries = Object.keys(value).map((pattern) => ({ pattern, ...placeOf([pattern]) }));
  return { shown: shownFile(file), entries };
}

export function isMatch(pattern: string, name: string): boolean {
  return new RegExp(`^${pattern.replaceAll('*', '\\w*')}$`).test(name);
}

/** Entries of the file that no type has the name of. */
export function staleEntries(
  { entries }: Owners,
  names: readonly string[],
): { line: number; column: number; message: string }[] {
  return entries
    .filter(({ pattern }) => !names.some((name) => isMatch(pattern, name)))
    .map(({ pattern, line, column }) => {
      const message = `no type is named ${pattern}${didYouMean(pattern, names) || ': remove the entry, or correct its name'}`;
      return { line, column, message };
    });
}
