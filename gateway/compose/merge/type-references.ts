// Merging of type references: the graph must not guarantee more for returned values than every source does, nor accept
// more input than every source does.
import {
  GraphQLList,
  type GraphQLNamedType,
  GraphQLNonNull,
  type GraphQLType,
  getNullableType,
  isListType,
  isNonNullType,
  Kind,
  parseType,
  type TypeNode,
} from 'graphql';

/** A reference without its `!`s, the only part in which sources may differ. */
export function shapeOf(type: GraphQLType): string {
  const nullable = getNullableType(type);
  return isListType(nullable) ? `[${shapeOf(nullable.ofType)}]` : String(nullable);
}

/** The strongest guarantee that all references share, as text: at each level, non-null only if all are. */
export function weakest(types: readonly GraphQLType[]): string {
  return merged(types, (each) => each.every(isNonNullType));
}

/** The reference for input that all of them accept, as text: at each level, non-null if any is. */
export function strictest(types: readonly GraphQLType[]): string {
  return merged(types, (each) => each.some(isNonNullType));
}

/** @param types of one shape. */
function merged(types: readonly GraphQLType[], isNonNull: (types: readonly GraphQLType[]) => boolean): string {
  const bare = types.map((type) => getNullableType(type));
  const inner = bare.flatMap((type) => (isListType(type) ? [type.ofType as GraphQLType] : []));
  const text = inner.length > 0 ? `[${merged(inner, isNonNull)}]` : String(bare[0]);
  return isNonNull(types) ? `${text}!` : text;
}

/** Parses a reference with the types of a schema; undefined where the schema has no such type. */
export function typeFromText(
  text: string,
  typeNamed: (name: string) => GraphQLNamedType | undefined,
): GraphQLType | undefined {
  const build = (node: TypeNode): GraphQLType | undefined => {
    if (node.kind === Kind.NAMED_TYPE) return typeNamed(node.name.value);
    const inner = build(node.type);
    if (!inner) return undefined;
    return node.kind === Kind.LIST_TYPE ? new GraphQLList(inner) : new GraphQLNonNull(inner as never);
  };
  return build(parseType(text));
}
