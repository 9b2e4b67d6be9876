// Event key: the message of a channel as the object that an event field returns, with its key alone. The rest of the
// object is fetched from the services that serve it.
import {
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isLeafType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { parsePlainJson } from '../../json/parse-json.ts';

/** Reads a message. @throws InvalidKey */
export type KeyReader = (text: string) => Record<string, unknown>;

/** A message that is no key of the field's type. */
export class InvalidKey extends Error {
  override readonly name = 'InvalidKey';
}

interface KeyField {
  name: string;
  isRequired: boolean;
  type: GraphQLOutputType;
}

/**
 * A reader for the messages of a field that returns this type; what is wrong with the type, as text, where none can be
 * read. Fields with resolvers are none of the key.
 */
export function keyReader(
  type: GraphQLOutputType,
  schema: GraphQLSchema,
  hasResolver: (type: string, field: string) => boolean,
): KeyReader | string {
  const named = isNonNullType(type) ? type.ofType : type;
  if (!isObjectType(named) && !isAbstractType(named)) return 'it must return one object, whose key is the message';
  const keys = new Map<string, KeyField[]>();
  for (const each of isObjectType(named) ? [named] : schema.getPossibleTypes(named)) {
    keys.set(each.name, keyFields(each, hasResolver));
  }
  const without = [...keys].find(([, fields]) => !fields.some(({ isRequired }) => isRequired));
  if (without) return `${without[0]} needs a field of its key that cannot be null, such as id: ID!`;
  return (text) => keyIn(text, named, keys);
}

function keyFields(type: GraphQLObjectType, hasResolver: (type: string, field: string) => boolean): KeyField[] {
  return Object.values(type.getFields()).flatMap(({ name, type: of }) =>
    isLeafType(isNonNullType(of) ? of.ofType : of) && !hasResolver(type.name, name)
      ? [{ name, isRequired: isNonNullType(of), type: of }]
      : [],
  );
}

function keyIn(
  text: string,
  type: GraphQLNamedType,
  keys: ReadonlyMap<string, readonly KeyField[]>,
): Record<string, unknown> {
  let message: unknown;
  try {
    message = parsePlainJson(text);
  } catch {
    throw new InvalidKey('it is no JSON');
  }
  if (typeof message !== 'object' || message === null || Array.isArray(message))
    throw new InvalidKey('it is no object');
  const given = message as Record<string, unknown>;
  const typename = Object.hasOwn(given, '__typename') ? given.__typename : isObjectType(type) ? type.name : undefined;
  const fields = typeof typename === 'string' ? keys.get(typename) : undefined;
  if (!fields) throw new InvalidKey(`its __typename is none of ${[...keys.keys()].join(', ')}`);
  const key: Record<string, unknown> = { __typename: typename };
  for (const { name, isRequired, type: of } of fields) {
    const value = Object.hasOwn(given, name) ? given[name] : null;
    if (value === null && !isRequired) continue;
    if (!isValueOf(value, of)) throw new InvalidKey(`its ${name} is no ${String(of)}`);
    key[name] = value;
  }
  return key;
}

function isValueOf(value: unknown, type: GraphQLOutputType): boolean {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return false;
  const leaf = getNamedType(type);
  if (!isLeafType(leaf)) return false;
  try {
    // Text and numbers are not made from each other: another key could come of it.
    const serialized = leaf.serialize(value);
    return leaf.name === 'ID' ? value !== '' && typeof value !== 'boolean' : serialized === value;
  } catch {
    return false;
  }
}
