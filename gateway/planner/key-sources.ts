// Key sources: the properties of objects that keys, and values for other objects, are made from.
import { type GraphQLOutputType, isEnumType, isNonNullType, isScalarType, isSpecifiedScalarType } from 'graphql';
import type { KeyLeaf, ValuePath } from '../query-plan/plan.ts';
import type { KeySource } from './fetch-graph.ts';

export const typenameKey: KeySource = {
  name: '__typename',
  types: null,
  leaf: 'plain',
  mayBeNull: false,
  fetchGroup: null,
  property: '__typename',
  fields: null,
};

const keyLeaves: Readonly<Record<string, KeyLeaf>> = { Boolean: 'boolean', ID: 'id', Int: 'number', Float: 'number' };

/** The form of a key's field; null for custom scalars and lists, which can be anything. */
export function leafOf(type: GraphQLOutputType): KeyLeaf | null {
  const named = isNonNullType(type) ? type.ofType : type;
  if (isEnumType(named)) return 'plain';
  if (!isScalarType(named) || !isSpecifiedScalarType(named)) return null;
  return keyLeaves[named.name] ?? 'plain';
}

/** Adds what a computed field requires to the key. An object that is selected twice, with different fields, has both. */
export function mergeKeys(known: KeySource[], more: readonly KeySource[]): void {
  for (const field of more) {
    const same = known.find(
      (other) =>
        other.name === field.name &&
        other.types?.[0] === field.types?.[0] &&
        (!field.fields || (other.property === field.property && other.fetchGroup === field.fetchGroup)),
    );
    if (!same) known.push(field);
    else if (same.fields && field.fields) mergeKeys(same.fields, field.fields);
  }
}

/** A source whose absence is a null. */
export function withNull(source: KeySource): KeySource {
  return { ...source, mayBeNull: true };
}

/** The way to the one value in an object that is made from these sources. */
export function valuePaths(sources: readonly KeySource[]): ValuePath[] {
  const named = sources.filter(({ name }) => name !== '__typename');
  return (named.length > 0 ? named : sources).map(({ name, fields }) => ({
    name,
    below: fields ? valuePaths(fields) : [],
  }));
}
