// Values of variables in a URL: texts, read by the types of the schema. The pipeline coerces them afterwards, as it does
// those of every request.
import {
  type GraphQLInputType,
  getNullableType,
  isInputObjectType,
  isListType,
  isScalarType,
  isSpecifiedScalarType,
} from 'graphql';
import { parseClientJson } from '../../json/parse-json.ts';

/** What a text has to be, for its error. */
export class WrongText {
  readonly expected: string;

  constructor(expected: string) {
    this.expected = expected;
  }
}

/** Reads one text; a `WrongText` where it cannot be read. */
export type ReadText = (text: string) => unknown;

const integer = /^-?(?:0|[1-9]\d*)$/;
const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

const readers: Readonly<Record<string, ReadText>> = {
  Int: (text) =>
    integer.test(text) && Math.abs(Number(text) + 0.5) < 2 ** 31
      ? Number(text)
      : new WrongText('an integer from -2147483648 to 2147483647'),
  Float: (text) => (number.test(text) ? parseClientJson(text) : new WrongText('a number such as 1.5')),
  Boolean: (text) => (text === 'true' ? true : text === 'false' ? false : new WrongText('true or false')),
};

/** Whether texts of the type are JSON: those of input objects, and of lists in lists. */
export function isJsonText(type: GraphQLInputType | undefined): boolean {
  const nullable = type && getNullableType(type);
  if (!isListType(nullable)) return isInputObjectType(nullable);
  const item = getNullableType(nullable.ofType);
  return isListType(item) || isInputObjectType(item);
}

/** The type of the items that a parameter repeats; null for one that is given once. */
export function repeatedType(type: GraphQLInputType | undefined): GraphQLInputType | null {
  const nullable = type && getNullableType(type);
  return isListType(nullable) && !isJsonText(type) ? nullable.ofType : null;
}

/** @param type undefined where it is unknown; texts are then taken as they are. */
export function textReader(type: GraphQLInputType | undefined): ReadText {
  if (isJsonText(type)) return isListType(type && getNullableType(type)) ? readList : readObject;
  const nullable = type && getNullableType(type);
  if (isScalarType(nullable)) {
    return isSpecifiedScalarType(nullable) ? (readers[nullable.name] ?? asText) : readCustom;
  }
  // The coercion of an enum's name has its own error.
  return asText;
}

function asText(text: string): string {
  return text;
}

/** Of a custom scalar nothing is known: an object or a list can only be JSON, and all else is a text. */
function readCustom(text: string): unknown {
  return /^[{[]/.test(text)
    ? readJson(text, () => true, 'valid JSON, or a text that does not begin with "{" or "["')
    : text;
}

function readObject(text: string): unknown {
  return readJson(
    text,
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'an object as JSON',
  );
}

function readList(text: string): unknown {
  return readJson(text, Array.isArray, 'a list as JSON');
}

function readJson(text: string, isExpected: (value: unknown) => boolean, expected: string): unknown {
  try {
    const value = parseClientJson(text);
    return isExpected(value) ? value : new WrongText(expected);
  } catch {
    return new WrongText(expected);
  }
}
