// Response shapes: the form that a value of a GraphQL type must have in the response.
import {
  type GraphQLNamedType,
  type GraphQLOutputType,
  isEnumType,
  isListType,
  isNonNullType,
  isScalarType,
  isSpecifiedScalarType,
} from 'graphql';
import type { ClientView } from '../client-views/client-view.ts';
import type { Leaf, Shape, ValueType } from '../query-plan/shape.ts';

/**
 * The type as the client's schema has it; `shape` is the selection's, null for leaves.
 * @param leaves cache of scalars and enums, which may have thousands of values.
 */
export function valueType(
  type: GraphQLOutputType,
  shape: Shape | null,
  view: ClientView | null,
  leaves: Map<GraphQLNamedType, Leaf>,
): ValueType {
  const nonNull = isNonNullType(type);
  const nullable = isNonNullType(type) ? type.ofType : type;
  if (isListType(nullable)) return { kind: 'list', nonNull, of: valueType(nullable.ofType, shape, view, leaves) };
  if (shape) return { kind: 'object', nonNull, shape, name: String(nullable) };
  const leaf = leaves.get(nullable) ?? leafOf(nullable, view);
  leaves.set(nullable, leaf);
  return { kind: 'leaf', nonNull, leaf };
}

function leafOf(type: GraphQLNamedType, view: ClientView | null): Leaf {
  if (isEnumType(type)) {
    const hidden = view?.hiddenEnumValues.get(type.name);
    const values = type.getValues().flatMap(({ name }) => (hidden?.has(name) ? [] : [name]));
    const shown = view?.enumValues.get(type.name);
    return {
      is: 'enum',
      name: view?.typeName(type.name) ?? type.name,
      values,
      ...(hidden && { hidden: [...hidden] }),
      ...(shown && { shown: Object.fromEntries(shown) }),
    };
  }
  if (isScalarType(type) && !isSpecifiedScalarType(type)) return { is: 'scalar', name: type.name };
  return { is: String(type) as 'Int' };
}
