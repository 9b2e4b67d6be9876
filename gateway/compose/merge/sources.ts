// Definitions of one element in several sources, and the texts that describe their differences.
import type { GraphQLSchema } from 'graphql';

export interface NamedSchema {
  /** The source's name. */
  name: string;
  schema: GraphQLSchema;
}

/** A definition and its source. */
export interface Sourced<T> {
  source: string;
  node: T;
}

/** Result of merging: conflicts stop composition, warnings are for operators. One message each. */
export interface MergeReport {
  conflicts: string[];
  warnings: string[];
}

/** `A in users, B in orders` where the definitions differ, else undefined. */
export function differenceBetween<T>(
  definitions: readonly Sourced<T>[],
  print: (node: T) => string,
): string | undefined {
  const byText = new Map<string, string[]>();
  for (const { source, node } of definitions) grouped(byText, print(node)).push(source);
  if (byText.size < 2) return undefined;
  return [...byText].map(([text, sources]) => `${text} in ${sources.join(', ')}`).join(' and ');
}

/** The group of a key, created if there is none. */
export function grouped<K, V>(groups: Map<K, V[]>, key: K): V[] {
  const group = groups.get(key) ?? [];
  groups.set(key, group);
  return group;
}

/** `users and orders`. */
export function listed(names: readonly string[]): string {
  return [...new Set(names)].join(' and ');
}

/** The members of each definition, by name. */
export function membersByName<T, M extends { name: string }>(
  definitions: readonly Sourced<T>[],
  members: (node: T) => readonly M[],
): Map<string, Sourced<M>[]> {
  const byName = new Map<string, Sourced<M>[]>();
  for (const { source, node } of definitions) {
    for (const member of members(node)) grouped(byName, member.name).push({ source, node: member });
  }
  return byName;
}

/** The first description of any definition. */
export function descriptionOf(
  definitions: readonly Sourced<{ description?: string | null | undefined }>[],
): string | undefined {
  for (const { node } of definitions) if (node.description) return node.description;
  return undefined;
}

/**
 * The first deprecation reason of any definition: an element that is deprecated in one source is deprecated in the
 * graph.
 */
export function deprecationOf(
  definitions: readonly Sourced<{ deprecationReason?: string | null | undefined }>[],
): string | undefined {
  for (const { node } of definitions) if (typeof node.deprecationReason === 'string') return node.deprecationReason;
  return undefined;
}
