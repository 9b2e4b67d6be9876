// Sentences for issues of a section's schema that has none of its own for them: what to write, from what is expected.
import type { z } from 'zod';
import { listed } from '../did-you-mean.ts';
import { alternatives, definitionOf } from './option-paths.ts';

/** At most so many names of options are listed. */
const MAX_LISTED = 10;

const remedies: Readonly<Record<string, string>> = {
  string: 'give a text',
  number: 'give a number',
  int: 'give a whole number',
  boolean: 'give true or false',
  array: 'give a list',
  record: 'give an object',
  function: 'give a function',
};

/** An error map of zod: the remedy for an issue. Messages that the schema has itself come before it. */
export function remedyOf(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected === 'object' ? objectRemedy(issue.inst) : (remedies[issue.expected] ?? otherValue);
    case 'invalid_value':
      return `give ${listed(issue.values.map(literal), 'or')}`;
    case 'too_small':
      return bound(issue.origin, 'at least', Number(issue.minimum));
    case 'too_big':
      return bound(issue.origin, 'at most', Number(issue.maximum));
    case 'invalid_union':
      return unionRemedy(issue);
    default:
      return otherValue;
  }
}

const otherValue = 'give another value: see docs/configuration.md';

function objectRemedy(schema: unknown): string {
  const names = Object.keys(definitionOf(schema as z.core.$ZodType).shape ?? {});
  if (names.length === 0) return 'give an object';
  const shown = names.length > MAX_LISTED ? [...names.slice(0, MAX_LISTED), 'others'] : names;
  return `give an object; ${names.length === 1 ? 'its option is' : 'its options are'} ${listed(shown, 'and')}`;
}

function literal(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : String(value);
}

function bound(origin: string, comparison: string, count: number): string {
  if (count === 1 && origin === 'string' && comparison === 'at least') return 'give a text that is not empty';
  if (origin === 'string') return `give a text of ${comparison} ${count} characters`;
  if (origin === 'array') return `give ${comparison} ${count === 1 ? 'one' : count}, in a list`;
  return `give a number of ${comparison} ${count}`;
}

/** What the alternatives expect, one after the other. */
function unionRemedy({ inst }: z.core.$ZodRawIssue): string {
  const expected = alternatives(inst as z.core.$ZodType).map((schema) => {
    const { type, values } = definitionOf(schema);
    if (values) return values.map(literal).join(', ');
    return type === 'object' ? 'an object' : (remedies[type] ?? '').replace('give ', '');
  });
  const known = [...new Set(expected)].filter((each) => each !== '');
  return known.length === 0 ? otherValue : `give ${listed(known, 'or')}`;
}
