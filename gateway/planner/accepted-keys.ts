// Accepted keys: whether a service would accept a key as the argument of its lookup field. A service rejects the
// whole request for one value of another type, so such a key is not sent.
import {
  type GraphQLField,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isScalarType,
} from 'graphql';
import { keyNumber } from '../json/key-text.ts';
import { ownProperties } from '../json/own-properties.ts';

type ToArguments = (keys: readonly unknown[]) => Record<string, unknown>;

const scalars: Readonly<Record<string, (value: unknown) => boolean>> = ownProperties<
  Record<string, (value: unknown) => boolean>
>({
  ID: (value) => typeof value === 'string' || Number.isInteger(keyNumber(value)),
  String: (value) => typeof value === 'string',
  // An Int has 32 bits (GraphQL, section 3.5.1).
  Int: (value) => keyNumber(value) === ((keyNumber(value) as number) | 0),
  Float: (value) => Number.isFinite(keyNumber(value)),
  Boolean: (value) => typeof value === 'boolean',
});

/**
 * A check for the keys of a lookup field that takes a list.
 * @param sample a key as the lookup field takes it.
 * @returns undefined where there is nothing to check: custom scalars accept anything.
 */
export function acceptedInLists(
  { args }: GraphQLField<unknown, unknown>,
  toArguments: ToArguments,
  sample: unknown,
): ((key: unknown) => boolean) | undefined {
  if (!args.some(({ type }) => isChecked(type))) return undefined;
  const given = Object.entries(toArguments([sample]));
  const [only, ...more] = given;
  const argument = args.find(({ name }) => name === only?.[0]);
  if (
    argument &&
    more.length === 0 &&
    typeof sample !== 'object' &&
    Array.isArray(only?.[1]) &&
    only[1][0] === sample
  ) {
    const list = nullable(argument.type);
    if (isListType(list)) return (key) => fits(list.ofType, key);
  }
  return (key) => argumentsFit(args, toArguments([key]));
}

/** A check for the objects from which the arguments of a lookup field for one key are made. */
export function acceptedAlone(
  { args }: GraphQLField<unknown, unknown>,
  toArguments: (object: Record<string, unknown>) => Record<string, unknown>,
): ((object: Record<string, unknown>) => boolean) | undefined {
  if (!args.some(({ type }) => isChecked(type))) return undefined;
  return (object) => argumentsFit(args, toArguments(object));
}

function argumentsFit(args: GraphQLField<unknown, unknown>['args'], values: Record<string, unknown>): boolean {
  return args.every(
    ({ name, type }) => !Object.hasOwn(values, name) || values[name] === undefined || fits(type, values[name]),
  );
}

function fits(type: GraphQLInputType, value: unknown): boolean {
  if (isNonNullType(type)) return value !== null && value !== undefined && fits(type.ofType, value);
  if (value === null || value === undefined) return true;
  if (isListType(type)) {
    return Array.isArray(value) ? value.every((item) => fits(type.ofType, item)) : fits(type.ofType, value);
  }
  if (isInputObjectType(type)) {
    if (typeof value !== 'object') return false;
    return Object.values(type.getFields()).every((field) => {
      const given = Object.hasOwn(value, field.name) ? (value as Record<string, unknown>)[field.name] : undefined;
      return given === undefined && field.defaultValue !== undefined ? true : fits(field.type, given);
    });
  }
  if (isEnumType(type)) return typeof value === 'string' && type.getValue(value) !== undefined;
  return Object.hasOwn(scalars, type.name) ? (scalars[type.name]?.(value) ?? true) : true;
}

/** False where any value fits. */
function isChecked(type: GraphQLInputType): boolean {
  const named = nullable(type);
  if (isListType(named)) return isChecked(named.ofType);
  return !isScalarType(named) || Object.hasOwn(scalars, named.name);
}

function nullable(type: GraphQLInputType): GraphQLInputType {
  return isNonNullType(type) ? type.ofType : type;
}
