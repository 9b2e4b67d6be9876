// Properties of the parsers of JSON, of key texts and cache keys, and of UTF-8 decoding.
import fc from 'fast-check';
import { canonicalJson } from '../../gateway/cache/response-key.ts';
import { jsonSyntaxError } from '../../gateway/json/json-syntax.ts';
import { keyText } from '../../gateway/json/key-text.ts';
import { parseLossless } from '../../gateway/json/lossless-parser.ts';
import { parseClientJson, parseJson, parsePlainJson } from '../../gateway/json/parse-json.ts';
import { decodeUtf8, headerText, readParameters } from '../../gateway/json/utf8.ts';
import { readMessage } from '../../gateway/server/websocket-protocol.ts';
import { type Property, property } from './run.ts';
import { anyText, jsonTexts, nearJson, texts } from './texts.ts';

/** The value, or undefined for text that is no JSON; any other error is unexpected. */
function parsed(parse: (text: string) => unknown, text: string): { value: unknown } | undefined {
  try {
    return { value: parse(text) };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/** Keys as services send them: no numbers that are written in more than one way. */
const scalarKeys = fc.oneof(
  fc.integer(),
  fc.string({ maxLength: 4 }),
  fc.constantFrom('1', '01', 'null', '=null', '3:abc', ''),
);
const flags = fc.constantFrom(null, true, false);
const compositeKeys = fc.oneof(
  fc.array(fc.oneof(scalarKeys, flags), { maxLength: 3 }),
  fc.tuple(fc.array(fc.oneof(scalarKeys, flags), { maxLength: 2 }), scalarKeys),
  fc.record({ a: fc.oneof(scalarKeys, flags), b: fc.oneof(scalarKeys, fc.record({ c: scalarKeys })) }),
);

/** With every number as text: in keys, 1 and "1" are the same. */
const keyModel = (value: unknown) =>
  JSON.stringify(value, (_name, part) => (typeof part === 'number' ? String(part) : part));

export const jsonProperties = (): Property[] => [
  property('the lossless parser accepts what JSON.parse accepts, with the same values', nearJson, (text) => {
    const [one, other] = [parsed(parseLossless, text), parsed(JSON.parse, text)];
    if (one === undefined || other === undefined) return one === other;
    return same(JSON.parse(JSON.stringify(one.value)), other.value);
  }),
  property('parsed JSON is written back unchanged, number by number and name by name', jsonTexts, (text) => {
    return JSON.stringify(parseJson(text)) === text;
  }),
  property("clients' JSON is read, or is a syntax error", nearJson, (text) => {
    const read = parsed(parseClientJson, text);
    const plain = parsed(parsePlainJson, text);
    return (
      (read === undefined) === (plain === undefined) && (read === undefined || parsed(JSON.parse, text) !== undefined)
    );
  }),
  property('a syntax error of JSON has a place within the text, and valid JSON has none', nearJson, (text) => {
    const error = jsonSyntaxError(text);
    const isValid = parsed(JSON.parse, text.startsWith('\ufeff') ? text.slice(1) : text) !== undefined;
    if (error === null) return isValid;
    const lines = text.split('\n');
    const line = lines[error.line - 1];
    return (
      !isValid && line !== undefined && error.column >= 1 && error.column <= line.length + 1 && error.reason !== ''
    );
  }),
  property('a message of a WebSocket is read, or closes the connection', nearJson, (text) => {
    const read = readMessage(Buffer.from(text));
    return 'message' in read || read.closing.code >= 4000 || read.closing.code === 1007;
  }),
  property('bytes are UTF-8 or not', fc.uint8Array({ maxLength: 40 }), (bytes) => {
    const text = decodeUtf8(Buffer.from(bytes));
    return text === null || Buffer.from(text).equals(bytes);
  }),
  property('a field in UTF-8 is read as that, and any other as Latin-1', fc.uint8Array({ maxLength: 40 }), (bytes) => {
    const sent = Buffer.from(bytes).toString('latin1');
    return headerText(sent) === (decodeUtf8(Buffer.from(bytes)) ?? sent);
  }),
  property(
    'parameters are those of the URL standard, or not UTF-8',
    texts({
      tokens: ['%', '%2', '%20', '%c3%a9', '%C3', '%ff', '%00', '&', '=', '+', 'query', 'a', 'é', '{', '}'],
      samples: ['query={a}&variables=%7B%22a%22%3A1%7D', 'a=%e2%82%ac&b=é', 'a&a=&=b&&c=1=2'],
    }).map((text) => Buffer.from(text).toString('latin1')),
    (query) => {
      const read = readParameters(query);
      if (read === null) return true;
      const expected = new URLSearchParams(Buffer.from(query, 'latin1').toString());
      return String(read) === String(expected) && String(read).isWellFormed();
    },
  ),
  property(
    'keys have the same text where they are the same key',
    fc.oneof(
      fc.tuple(compositeKeys, compositeKeys),
      compositeKeys.map((key): [unknown, unknown] => [key, key]),
    ),
    ([one, other]) => {
      return (keyText(one) === keyText(other)) === (keyModel(one) === keyModel(other));
    },
  ),
  property(
    'variables have the same text in a cache key where they are the same values',
    fc.tuple(jsonTexts, jsonTexts, anyText),
    ([one, other, name]) => {
      const value = (text: string) => canonicalJson(parseJson(text), 100);
      const members = (entries: string[]) => canonicalJson(parseJson(`{${entries}}`), 100);
      const [a, b] = [`${JSON.stringify(`a${name}`)}:${one}`, `${JSON.stringify(`b${name}`)}:${other}`];
      const isSame = value(one) === value(other);
      if (members([a, b]) !== members([b, a])) return false;
      // Objects with the same members in another order are the same; nothing else is.
      return isSame === (sorted(one) === sorted(other));
    },
  ),
];

function sorted(text: string): string {
  return JSON.stringify(parseJson(text), (_name, value) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
      : value,
  );
}
