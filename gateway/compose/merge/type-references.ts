// References to types, merged: the graph may promise no more of a value than every source does, and take no less than
// every source needs.
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

/** A reference without its `!`s: sources may differ in these alone. */
export function shapeOf(type: GraphQLType): string {
  const nullable = getNullableType(type);
  return isListType(nullable) ? `[${shapeOf(nullable.ofType)}]` : String(nullable);
}

/** The reference, as text, that every one of them keeps to: non-null, at each level, only where all are. */
export function weakest(types: readonly GraphQLType[]): string {
  return merged(types, (each) => each.every(isNonNullType));
}

/** The reference, as text, of values that every one of them takes: non-null, at each level, where one is. */
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

/** A reference's text with the types of a schema. Undefined where the schema has no such type. */
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
