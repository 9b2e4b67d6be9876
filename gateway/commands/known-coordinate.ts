// Coordinates that users write: whether a schema has one, and the one that may have been meant.
import {
  type GraphQLNamedType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  resolveSchemaCoordinate,
} from 'graphql';
import { didYouMean } from '../did-you-mean.ts';

/** @param coordinate valid in syntax. */
export function isCoordinateOf(schema: GraphQLSchema, coordinate: string): boolean {
  try {
    return resolveSchemaCoordinate(schema, coordinate) !== undefined;
  } catch {
    // graphql-js throws where what contains the element is unknown: its type or its field.
    return false;
  }
}

/** `; did you mean Product.rating?`, or an empty text where no name is near. */
export function suggestCoordinate(schema: GraphQLSchema, coordinate: string): string {
  const [, typeName = '', member, argument] = /^(\w+)(?:\.(\w+)(?:\((\w+):\))?)?$/.exec(coordinate) ?? [];
  const type = schema.getType(typeName);
  if (!type) {
    const rest = coordinate.slice(typeName.length);
    return didYouMean(typeName, Object.keys(schema.getTypeMap()), (name) => `${name}${rest}`);
  }
  const members = membersOf(type);
  if (member === undefined) return '';
  const field = members.get(member);
  if (!field) return didYouMean(member, members.keys(), (name) => `${typeName}.${name}`);
  return didYouMean(argument ?? '', field, (name) => `${typeName}.${member}(${name}:)`);
}

/** Names of the members, with those of their arguments. */
function membersOf(type: GraphQLNamedType): Map<string, string[]> {
  if (isEnumType(type)) return new Map(type.getValues().map(({ name }) => [name, []]));
  if (isInputObjectType(type)) return new Map(Object.keys(type.getFields()).map((name) => [name, []]));
  if (!isObjectType(type) && !isInterfaceType(type)) return new Map();
  return new Map(Object.values(type.getFields()).map(({ name, args }) => [name, args.map((each) => each.name)]));
}
