// Cache policy of a field: merging of `@cacheControl` hints and their inheritance, by the rules of Apollo Server.
import { type ConstDirectiveNode, type GraphQLOutputType, getNamedType, isCompositeType } from 'graphql';
import { directiveArguments } from './declared-directives.ts';

export interface CacheHint {
  /** Seconds. */
  maxAge?: number;
  scope?: 'PUBLIC' | 'PRIVATE';
  inheritMaxAge?: boolean;
}

/** By coordinate `Type.field` of object types, or by the name of a composite type. */
export interface CacheHints {
  fieldHints: ReadonlyMap<string, CacheHint>;
  typeHints: ReadonlyMap<string, CacheHint>;
}

export interface CachePolicy {
  /** Seconds; also the maximum age that fields below inherit. */
  maxAge: number;
  private: boolean;
}

/** The hint that these directives give together: the shortest age and the narrowest scope; undefined without one. */
export function readCacheHint(
  directives: readonly ConstDirectiveNode[],
  report: (problem: string) => void,
): CacheHint | undefined {
  const hints = directives
    .filter((directive) => directive.name.value === 'cacheControl')
    .map((directive) => directiveArguments(directive) as CacheHint);
  if (hints.length === 0) return undefined;
  const ages = hints.flatMap(({ maxAge }) => (maxAge === undefined || maxAge === null ? [] : [maxAge]));
  if (ages.some((age) => !Number.isSafeInteger(age) || age < 0))
    report('@cacheControl requires maxAge (seconds) as a whole number');
  const scopes = hints.flatMap(({ scope }) => scope ?? []);
  return {
    ...(ages.length > 0 && { maxAge: Math.min(...ages) }),
    ...(scopes.length > 0 && { scope: scopes.includes('PRIVATE') ? 'PRIVATE' : 'PUBLIC' }),
    ...(hints.some(({ inheritMaxAge }) => inheritMaxAge) && { inheritMaxAge: true }),
  };
}

/**
 * Merges the hints of a field whose value may be an object of any of these types, not only of the field's named type:
 * the shortest age and the narrowest scope. A hint on the field itself takes precedence.
 */
export function mergeCacheHints(
  { fieldHints, typeHints }: CacheHints,
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
  { fieldHints, typeHints }: CacheHints,
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
