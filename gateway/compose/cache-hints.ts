// How long a field's value may be kept: the rules that Apollo Server set for `@cacheControl`.
import { type GraphQLOutputType, getNamedType, isCompositeType } from 'graphql';
import type { Rules } from './rules.ts';

export interface CachePolicy {
  /** Seconds; also what fields below take for themselves. */
  maxAge: number;
  private: boolean;
}

/**
 * What the hints say of a field's value when it may be an object of any of these types, not only of the one that the field
 * names: of all that is said, the shortest age and the narrowest scope. What is said of the field itself holds before that.
 */
export function mergeCacheHints(
  { fieldHints, typeHints }: Pick<Rules, 'fieldHints' | 'typeHints'>,
  coordinate: string,
  possibleTypes: readonly string[],
  policy: CachePolicy,
): CachePolicy {
  const onField = fieldHints.get(coordinate);
  const hints = possibleTypes.flatMap((name) => typeHints.get(name) ?? []);
  const ages = onField?.maxAge === undefined ? hints.flatMap(({ maxAge }) => maxAge ?? []) : [];
  return {
    maxAge: Math.min(policy.maxAge, ...ages),
    private: policy.private || (onField?.scope === undefined && hints.some(({ scope }) => scope === 'PRIVATE')),
  };
}

/**
 * What the hints say of a field. Fields with objects below them, and those at the root, are kept for `defaultMaxAge` unless
 * something is said of them or of their type; leaves are kept as long as the object they are of.
 *
 * @param inherited the age of the object that the field is of; null at the root.
 */
export function fieldCachePolicy(
  { fieldHints, typeHints }: Pick<Rules, 'fieldHints' | 'typeHints'>,
  coordinate: string,
  type: GraphQLOutputType,
  inherited: number | null,
  defaultMaxAge: number,
): CachePolicy {
  const named = getNamedType(type);
  const composite = isCompositeType(named);
  const onField = fieldHints.get(coordinate);
  const onType = composite ? typeHints.get(named.name) : undefined;
  const declared = onField?.maxAge ?? (onField?.inheritMaxAge ? undefined : onType?.maxAge);
  const inherits = onField?.inheritMaxAge || (onField?.maxAge === undefined && onType?.inheritMaxAge);
  const own = inherited !== null && (inherits || !composite) ? inherited : defaultMaxAge;
  return { maxAge: declared ?? own, private: (onField?.scope ?? onType?.scope) === 'PRIVATE' };
}
