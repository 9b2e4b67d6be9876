// Cache policy of a field: merging of `@cacheControl` hints and their inheritance, by the rules of Apollo Server.
import { type GraphQLOutputType, getNamedType, isCompositeType } from 'graphql';
import type { Rules } from './rules.ts';

export interface CachePolicy {
  /** Seconds; also the maximum age that fields below inherit. */
  maxAge: number;
  private: boolean;
}

/**
 * Merges the hints of a field whose value may be an object of any of these types, not only of the field's named type:
 * the shortest age and the narrowest scope. A hint on the field itself takes precedence.
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
 * The cache policy of a field. Fields that return objects, and root fields, have `defaultMaxAge` unless they or their
 * type have a hint; leaves inherit the age of their object.
 *
 * @param inherited the maximum age of the field's object; null at the root.
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
