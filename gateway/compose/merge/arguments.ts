// Merging of arguments and input fields: the graph has those that every source accepts, with the strictest type.
import { type GraphQLInputType, isNonNullType } from 'graphql';
import { defaultText } from '../default-literals.ts';
import {
  deprecationOf,
  descriptionOf,
  differenceBetween,
  listed,
  type MergeReport,
  membersByName,
  type Sourced,
} from './sources.ts';
import { shapeOf, strictest } from './type-references.ts';

/** An argument, or a field of an input type. */
interface InputValue {
  name: string;
  type: GraphQLInputType;
  defaultValue: unknown;
  description?: string | null | undefined;
  deprecationReason?: string | null | undefined;
}

export interface MergedInputValue {
  /** The type, as text. */
  type: string;
  description: string | undefined;
  deprecationReason: string | undefined;
}

/** By name; null for one that the graph does not have, because not every source accepts it. */
export type MergedInputValues = Map<string, MergedInputValue | null>;

/**
 * Merges the arguments of one field, or the fields of one input type.
 * @param holders the field or type in each source that serves it.
 * @param coordinateOf the graph's coordinate of an argument or input field.
 */
export function mergeInputValues<T>(
  holders: readonly Sourced<T>[],
  valuesOf: (holder: T) => readonly InputValue[],
  coordinateOf: (name: string) => string,
  report: MergeReport,
): MergedInputValues {
  const merged: MergedInputValues = new Map();
  for (const [name, values] of membersByName(holders, valuesOf)) {
    const coordinate = coordinateOf(name);
    const shapes = differenceBetween(values, ({ type }) => shapeOf(type));
    if (shapes) {
      report.conflicts.push(`${coordinate} is ${shapes}; give it one type`);
      continue;
    }
    const lacking = holders.filter(({ source }) => !values.some((value) => value.source === source));
    if (lacking.length > 0) {
      const required = values.filter(({ node }) => isNonNullType(node.type) && node.defaultValue === undefined);
      const where = listed(lacking.map(({ source }) => source));
      if (required.length > 0) {
        const by = listed(required.map(({ source }) => source));
        report.conflicts.push(`${coordinate} is required in ${by} but unknown in ${where}`);
      } else {
        const by = listed(values.map(({ source }) => source));
        report.warnings.push(`${coordinate} is not in the graph: ${by} accepts it, ${where} does not`);
        merged.set(name, null);
      }
      continue;
    }
    const defaults = differenceBetween(values, defaultOf);
    if (defaults) {
      report.conflicts.push(`${coordinate} has ${defaults}; give it one default`);
      continue;
    }
    merged.set(name, {
      type: strictest(values.map(({ node }) => node.type)),
      description: descriptionOf(values),
      deprecationReason: deprecationOf(values),
    });
  }
  return merged;
}

function defaultOf(value: InputValue): string {
  const text = defaultText(value);
  return text === null ? 'no default' : `the default ${text}`;
}
