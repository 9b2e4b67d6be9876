// Mappings applied to values: paths, selections, literals and methods of the language.
import { expect, test } from 'vitest';
import { parseJson } from '../../../json/parse-json.ts';
import { compileMapping } from './compile.ts';
import { parseMapping } from './parser.ts';
import { MappingError } from './syntax.ts';

const input = `{
  "id": 7, "name": "Ben", "tags": ["a", null, "b"], "empty": null, "big": 12345678901234567890, "exact": 1.50,
  "address": { "city": "Berlin", "geo": { "lat": 1 } },
  "posts": [{ "id": 1, "by": { "name": "x" }, "tags": ["p", "q"] }, { "id": 2, "by": null, "tags": [] }],
  "friends": [11, 12], "quoted key": "q", "text": "{\\"a\\":[1.0]}", "constructor": "own", "kind": "b"
}`;

function apply(mapping: string, value: unknown = parseJson(input)): string | undefined {
  const variables = { args: { id: 'x', list: [1, 2], filter: { a: 1 } }, status: 200 };
  return JSON.stringify(compileMapping(parseMapping(mapping), null)(value, value, variables));
}

test.each([
  ['id name', '{"id":7,"name":"Ben"}'],
  ['id, name', '{"id":7,"name":"Ben"}'],
  ['key: id city: address.city lat: address.geo.lat', '{"key":7,"city":"Berlin","lat":1}'],
  ['address { town: city } # a comment', '{"address":{"town":"Berlin"}}'],
  ['address.geo { lat } id', '{"lat":1,"id":7}'],
  ['both: { id name }', '{"both":{"id":7,"name":"Ben"}}'],
  ['posts { id by { name } }', '{"posts":[{"id":1,"by":{"name":"x"}},{"id":2,"by":null}]}'],
  ['$.posts { id }', '[{"id":1},{"id":2}]'],
  ['posts.by.name', '["x",null]'],
  ['posts.tags', '[["p","q"],[]]'],
  ['friends: friends { id: $ }', '{"friends":[{"id":11},{"id":12}]}'],
  ['quoted: "quoted key"', '{"quoted":"q"}'],
  ["$.'quoted key'", '"q"'],
  ['big exact', '{"big":12345678901234567890,"exact":1.50}'],
  ['missing none: missing.further', '{}'],
  ['empty further: empty.x', '{"empty":null}'],
  ['constructor other: toString', '{"constructor":"own"}'],
  [
    'a: $("x") b: $(-1.5) c: $(true) d: $(null) e: $([1, "two", $.id]) f: $({ g: $.name, "h": 1 })',
    '{"a":"x","b":-1.5,"c":true,"d":null,"e":[1,"two",7],"f":{"g":"Ben","h":1}}',
  ],
  ['id: $args.id list: $args.list->last $args.filter { a } status: $status', '{"id":"x","list":2,"a":1,"status":200}'],
  ['$', JSON.stringify(parseJson(input))],
  ['a: tags->first b: tags->last c: name->first d: name->last e: id->first', '{"a":"a","b":"b","c":"B","d":"n","e":7}'],
  ['a: tags->slice(1) b: tags->slice(0, 1) c: name->slice(1, 2)', '{"a":[null,"b"],"b":["a"],"c":"e"}'],
  ['a: tags->size b: name->size c: address->size d: empty->size e: missing->size', '{"a":3,"b":3,"c":2,"d":null}'],
  [
    'a: posts->map(@.id) b: id->map({ v: @ }) c: posts->map({ id: @.id, all: $.id })',
    '{"a":[1,2],"b":[{"v":7}],"c":[{"id":1,"all":7},{"id":2,"all":7}]}',
  ],
  [
    'k: kind->match(["a", 1], ["b", $.name], [3]) other: kind->match(["x", 1], [@]) none: kind->match(["x", 1])',
    '{"k":"Ben","other":"b"}',
  ],
  ['e: address.geo->entries { key value }', '{"e":[{"key":"lat","value":1}]}'],
  ['a: tags->joinNotNull("-") b: name->joinNotNull(",") c: empty->joinNotNull(",")', '{"a":"a-b","b":"Ben","c":null}'],
  [
    'a: tags->get(0) b: tags->get(-1) c: address->get("city") d: name->get(1) e: address->get("toString")',
    '{"a":"a","b":"b","c":"Berlin","d":"e"}',
  ],
  [
    'a: id->eq(7) b: tags->eq(["a", null, "b"]) c: exact->eq(1.5) d: empty->eq(null) e: name->eq("x")',
    '{"a":true,"b":true,"c":true,"d":true,"e":false}',
  ],
  [
    'a: text->jsonParse.a b: address->jsonStringify',
    '{"a":[1.0],"b":"{\\"city\\":\\"Berlin\\",\\"geo\\":{\\"lat\\":1}}"}',
  ],
  ['a: $("abc"->slice(1)) b: $([3, 4]->last)', '{"a":"bc","b":4}'],
])('%s', (mapping, expected) => {
  expect(apply(mapping)).toBe(expected);
});

test('a whole list is mapped item by item, and null is null', () => {
  expect(apply('id', [{ id: 1 }, null, { id: 2 }])).toBe('[{"id":1},null,{"id":2}]');
  expect(apply('id', null)).toBe('null');
});

test.each([
  ['name.first', '"first" is read of a string'],
  ['id->size', '->size needs a list, a text or an object, not a number'],
  ['name->entries', '->entries needs an object, not a string'],
  ['posts->joinNotNull(",")', '->joinNotNull needs texts or numbers, not an object'],
  ['name->jsonParse', '->jsonParse: '],
  ['id posts.by { name }', 'a path without a name brings the properties of one object, not of a list'],
])('%s fails', (mapping, message) => {
  expect(() => apply(mapping)).toThrow(message);
});

test.each([
  ['', 'it is empty', 0],
  ['id {', 'a "}" is missing at the end', 4],
  ['id { }', 'the selection is empty', 3],
  ['a.b c', 'this path needs a name', 0],
  ['a: $(1', 'expected ")" after the expression, found the end', 6],
  ['a: $("x)', 'the string that begins here has no closing "', 5],
  ['a: $(12345678901234567890)', 'the number 12345678901234567890 would be rounded', 5],
  ['a: $(1e5)', 'a number has digits and one point, without an exponent', 5],
  ['a: b->match(1)', '->match takes pairs such as ["a", 1]', 4],
  ['a: }', 'expected a property, a variable or "$", found "}"', 3],
  [`${'a {'.repeat(60)}`, 'it is nested deeper than 50 levels', 152],
])('%s is rejected at its place', (mapping, message, offset) => {
  const parse = () => parseMapping(mapping);
  expect(parse).toThrow(MappingError);
  expect(parse).toThrow(message);
  expect(parse).toThrow(expect.objectContaining({ offset }));
});
