// Methods of the mapping language, `->name(…)`: those of the subset, with the check of their arguments, and what they
// compute.
import { nearOrKnown } from '../../../did-you-mean.ts';
import { NumberText } from '../../../json/number-text.ts';
import { parseJson } from '../../../json/parse-json.ts';
import { type Expression, MappingError } from './syntax.ts';
import { areEqual, isObject, kindOf, MappingFailure, scalarText } from './values.ts';

/** An argument, evaluated with `@` as the value. */
export type Argument = (current: unknown) => unknown;

export interface Method {
  /** Minimum and maximum number of arguments. */
  arity: readonly [number, number];
  /** Whether null is a value for it like any other; else it is null for null. */
  takesNull?: true;
  apply(value: unknown, args: readonly Argument[]): unknown;
}

export const methods: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['map', { arity: [1, 1], apply: map }],
  ['first', { arity: [0, 0], apply: (value) => at(value, 0) }],
  ['last', { arity: [0, 0], apply: (value) => at(value, -1) }],
  ['slice', { arity: [1, 2], apply: slice }],
  ['size', { arity: [0, 0], apply: size }],
  ['match', { arity: [1, 1_000], takesNull: true, apply: match }],
  ['entries', { arity: [0, 0], apply: entries }],
  ['joinNotNull', { arity: [1, 1], apply: joinNotNull }],
  ['get', { arity: [1, 1], apply: get }],
  ['eq', { arity: [1, 1], takesNull: true, apply: (value, [other]) => areEqual(value, other?.(value)) }],
  ['jsonParse', { arity: [0, 0], apply: jsonParse }],
  ['jsonStringify', { arity: [0, 0], takesNull: true, apply: (value) => JSON.stringify(value ?? null) }],
]);

/** Methods of Apollo Connectors beyond the subset, with what stands for them. */
const replacements: Readonly<Record<string, string>> = {
  echo: 'write the value as $(…)',
  typeof: 'map the property to a custom scalar',
  filter: 'let the service filter, by a query parameter',
  find: 'let the service filter, by a query parameter',
  not: 'write ->eq(false)',
  matchIf: 'write ->match with values',
  withError: 'use "errors" and "isSuccess"',
};

/** @throws MappingError for a method that there is not, and for another number of arguments. */
export function checkMethod(name: string, args: readonly Expression[], offset: number): void {
  const method = methods.get(name);
  if (!method) {
    const known = [...methods.keys()];
    const near = nearOrKnown(name, known);
    const hint = Object.hasOwn(replacements, name)
      ? `: ${replacements[name]}`
      : near || `: it is none of ${known.join(', ')}`;
    throw new MappingError(`the method ->${name} is not supported${hint}`, offset);
  }
  const [least, most] = method.arity;
  if (args.length < least || args.length > most) {
    const number = least === most ? `${least}` : most > 2 ? `at least ${least}` : `${least} or ${most}`;
    throw new MappingError(
      `->${name} takes ${number} argument${number === '1' ? '' : 's'}, not ${args.length}`,
      offset,
    );
  }
  if (name === 'match') checkCases(args, offset);
}

function checkCases(cases: readonly Expression[], offset: number): void {
  for (const [index, one] of cases.entries()) {
    const isDefault = one.kind === 'list' && one.items.length === 1 && index === cases.length - 1;
    if (isDefault || (one.kind === 'list' && one.items.length === 2)) continue;
    throw new MappingError('->match takes pairs such as ["a", 1], and for any other value a last [2]', offset);
  }
}

function map(value: unknown, [argument]: readonly Argument[]): unknown {
  const item = (each: unknown) => argument?.(each) ?? null;
  return Array.isArray(value) ? value.map(item) : [item(value)];
}

/** The element of a list or the character of a text; any other value is the first and the last of itself. */
function at(value: unknown, index: number): unknown {
  if (Array.isArray(value)) return value.at(index);
  return typeof value === 'string' ? [...value].at(index) : value;
}

function slice(value: unknown, [from, to]: readonly Argument[]): unknown {
  if (!Array.isArray(value) && typeof value !== 'string') {
    throw new MappingFailure(`->slice needs a list or a text, not ${kindOf(value)}`);
  }
  const start = indexOf(from?.(value), '->slice');
  const end = to ? indexOf(to(value), '->slice') : undefined;
  return typeof value === 'string' ? [...value].slice(start, end).join('') : value.slice(start, end);
}

function size(value: unknown): number {
  if (Array.isArray(value)) return value.length;
  if (typeof value === 'string') return [...value].length;
  if (isObject(value)) return Object.keys(value).length;
  throw new MappingFailure(`->size needs a list, a text or an object, not ${kindOf(value)}`);
}

/** Each argument is a list of one or two, whose elements are evaluated here. */
function match(value: unknown, cases: readonly Argument[]): unknown {
  for (const one of cases) {
    const [candidate, ...results] = one(value) as unknown[];
    if (results.length === 0) return candidate;
    if (areEqual(value, candidate)) return results[0];
  }
  return undefined;
}

function entries(value: unknown): unknown {
  if (!isObject(value)) throw new MappingFailure(`->entries needs an object, not ${kindOf(value)}`);
  return Object.entries(value).map(([key, each]) => ({ key, value: each }));
}

function joinNotNull(value: unknown, [argument]: readonly Argument[]): unknown {
  const separator = argument?.(value);
  if (typeof separator !== 'string') throw new MappingFailure('->joinNotNull needs a text as its argument');
  const items = (Array.isArray(value) ? value : [value]).filter((item) => item !== null && item !== undefined);
  return items
    .map((item) => {
      const text = scalarText(item);
      if (text === undefined) throw new MappingFailure(`->joinNotNull needs texts or numbers, not ${kindOf(item)}`);
      return text;
    })
    .join(separator);
}

function get(value: unknown, [argument]: readonly Argument[]): unknown {
  const key = argument?.(value);
  if (isObject(value)) {
    const name = scalarText(key) ?? '';
    return Object.hasOwn(value, name) ? value[name] : undefined;
  }
  if (!Array.isArray(value) && typeof value !== 'string') return undefined;
  if (typeof key !== 'number' || !Number.isInteger(key)) {
    throw new MappingFailure(`->get needs a whole number as its argument, not ${kindOf(key)}`);
  }
  return at(value, key);
}

function jsonParse(value: unknown): unknown {
  if (typeof value !== 'string') throw new MappingFailure(`->jsonParse needs a text, not ${kindOf(value)}`);
  try {
    return parseJson(value);
  } catch (error) {
    throw new MappingFailure(`->jsonParse: ${error instanceof Error ? error.message : error}`);
  }
}

function indexOf(value: unknown, method: string): number {
  const number = value instanceof NumberText ? value.toNumber() : value;
  if (typeof number !== 'number' || !Number.isInteger(number)) {
    throw new MappingFailure(`${method} needs whole numbers as its arguments, not ${kindOf(value)}`);
  }
  return Math.max(number, 0);
}
