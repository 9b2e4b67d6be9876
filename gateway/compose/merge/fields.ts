// Merging of fields of objects and interfaces: nullable if any source's is, with the arguments that every source
// accepts.
import type { GraphQLField, GraphQLInterfaceType, GraphQLNamedType, GraphQLObjectType } from 'graphql';
import { argumentCoordinate, memberCoordinate } from '../schema-elements.ts';
import { type MergedInputValues, mergeInputValues } from './arguments.ts';
import {
  deprecationOf,
  descriptionOf,
  differenceBetween,
  type MergeReport,
  membersByName,
  type Sourced,
} from './sources.ts';
import { shapeOf, weakest } from './type-references.ts';

export interface MergedField {
  /** The type, as text. */
  type: string;
  arguments: MergedInputValues;
  description: string | undefined;
  deprecationReason: string | undefined;
}

/**
 * Merges the fields of one type.
 * @param isSkipped whether a field is not merged: lookup fields, of which each source has its own.
 */
export function mergeFields(
  typeName: string,
  definitions: readonly Sourced<GraphQLNamedType>[],
  isSkipped: (field: string) => boolean,
  report: MergeReport,
): Map<string, MergedField> {
  const merged = new Map<string, MergedField>();
  const holders = definitions as readonly Sourced<GraphQLObjectType | GraphQLInterfaceType>[];
  const byName = membersByName<GraphQLObjectType | GraphQLInterfaceType, GraphQLField<unknown, unknown>>(
    holders,
    (type) => Object.values(type.getFields()),
  );
  for (const [name, fields] of byName) {
    if (isSkipped(name)) continue;
    const coordinate = memberCoordinate(typeName, name);
    const shapes = differenceBetween(fields, ({ type }) => shapeOf(type));
    if (shapes) {
      report.conflicts.push(`${coordinate} is ${shapes}; give it one type`);
      continue;
    }
    merged.set(name, {
      type: weakest(fields.map(({ node }) => node.type)),
      arguments: mergeInputValues(
        fields,
        ({ args }) => args,
        (argument) => argumentCoordinate(typeName, name, argument),
        report,
      ),
      description: descriptionOf(fields),
      deprecationReason: deprecationOf(fields),
    });
  }
  return merged;
}
