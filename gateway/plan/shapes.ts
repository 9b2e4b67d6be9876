// What a value of a GraphQL type must look like in the answer.
import {
  type GraphQLOutputType,
  isEnumType,
  isListType,
  isNonNullType,
  isScalarType,
  isSpecifiedScalarType,
} from 'graphql';
import type { Leaf, Shape, ValueType } from '../execute/plan.ts';

/** The type as the client's schema has it; `shape` is what was selected, null for leaves. */
export function valueType(type: GraphQLOutputType, shape: Shape | null): ValueType {
  const nonNull = isNonNullType(type);
  const nullable = isNonNullType(type) ? type.ofType : type;
  if (isListType(nullable)) return { kind: 'list', nonNull, of: valueType(nullable.ofType, shape) };
  if (shape) return { kind: 'object', nonNull, shape, name: String(nullable) };
  return { kind: 'leaf', nonNull, leaf: leafOf(nullable) };
}

function leafOf(type: GraphQLOutputType): Leaf {
  if (isEnumType(type)) return { is: 'enum', name: type.name, values: type.getValues().map((value) => value.name) };
  if (isScalarType(type) && !isSpecifiedScalarType(type)) return { is: 'scalar', name: type.name };
  return { is: String(type) as 'Int' };
}
