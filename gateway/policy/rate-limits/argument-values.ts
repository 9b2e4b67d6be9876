// Arguments that rate limits count by (`identityArgs`, `arrayLengthField`): values of one field, and the key that they
// make.
import { type FieldNode, GraphQLError, type GraphQLSchema, getArgumentValues, isObjectType } from 'graphql';
import { NumberText } from '../../json/number-text.ts';

export type Arguments = Readonly<Record<string, unknown>>;

/** The field's arguments with their defaults; none of a field whose arguments are wrong, which is not executed. */
export function givenArguments(
  schema: GraphQLSchema,
  coordinate: string,
  node: FieldNode,
  variables: Readonly<Record<string, unknown>>,
): Arguments {
  const [typeName = '', fieldName = ''] = coordinate.split('.');
  const type = schema.getType(typeName);
  const field = isObjectType(type) ? type.getFields()[fieldName] : undefined;
  if (!field) return {};
  try {
    return getArgumentValues(field, node, { ...variables });
  } catch (error) {
    if (error instanceof GraphQLError) return {};
    throw error;
  }
}

/**
 * Equal for values that mean the same: `1` and `"1"`, numbers however they are written, objects whatever the order of
 * their fields, absent ones and null. Texts are compared without case, surrounding space, invisible characters and
 * compatible forms (NFKC), since a caller who guesses passwords would write an address of one account in many ways:
 * domains, for example, are looked up without soft hyphens (UTS 46).
 */
export function argumentsKey(values: Arguments, paths: readonly (readonly string[])[]): string {
  return paths.map((path) => textOf(valueAt(values, path))).join('');
}

/** How often a selection counts: the length of the list at the path, and once where there is none. */
export function lengthOf(values: Arguments, path: readonly string[]): number {
  const value = valueAt(values, path);
  return Array.isArray(value) ? Math.max(1, value.length) : 1;
}

function valueAt(values: unknown, path: readonly string[]): unknown {
  let value = values;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return 'null ';
  if (value instanceof NumberText) return sized(String(value.toPlain()));
  if (Array.isArray(value)) return `[${value.map(textOf).join('')}]`;
  if (typeof value !== 'object') return sized(plainText(String(value)));
  const fields = Object.entries(value).filter(([, field]) => field !== null && field !== undefined);
  return `{${fields
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, field]) => sized(name) + textOf(field))
    .join('')}}`;
}

function plainText(text: string): string {
  return text
    .normalize('NFKC')
    .replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '')
    .trim()
    .toLowerCase();
}

/** With its length, so that no text can be taken for two. */
function sized(text: string): string {
  return `${text.length}:${text}`;
}
