// Properties of the serializer: what it writes is the JSON of a naive completion, in UTF-8, and it leaves to the slow path
// only what is no value of its type.
import fc from 'fast-check';
import { compileSerializer, EntityResult, slotProperty } from '../../gateway/execute/hot-path/index.ts';
import { parseJson } from '../../gateway/json/parse-json.ts';
import type { Fetch } from '../../gateway/query-plan/plan.ts';
import { parseResponse } from '../../gateway/transport/subgraph-response.ts';
import { testEngine } from '../harness/engine.ts';
import { type Property, property } from './run.ts';
import { anyText, jsonTexts } from './texts.ts';

const sdl = `
  scalar Any
  enum Kind { BIG SMALL }
  type Query { text: String  int: Int  float: Float  flag: Boolean  id: ID  kind: Kind  any: Any  list: [[String]]  thing: Thing  things: [Thing!]  one: Item }
  interface Thing { id: ID! }
  type Item implements Thing { id: ID!  name: String  below: Item  x: Int }
  type Other implements Thing { id: ID!  size: Float }`;

const query = `{
  text a: text int float flag id kind any list
  thing { __typename id ... on Item { name below { name } } ... on Other { size } }
  things { id ... on Item { x } } one { name __proto__: x }
}`;

/** JSON texts of values by type. */
const orNull = (arbitrary: fc.Arbitrary<string>) =>
  fc.oneof({ weight: 1, arbitrary: fc.constant('null') }, { weight: 6, arbitrary });
const text = anyText.map((value) => JSON.stringify(value));
const int = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }).map(String);
const float = fc
  .double({ noNaN: true, noDefaultInfinity: true })
  .filter((value) => !Object.is(value, -0))
  .map((value) => JSON.stringify(value));
const list = (item: fc.Arbitrary<string>) => fc.array(item, { maxLength: 3 }).map((items) => `[${items}]`);
const object = (members: Record<string, fc.Arbitrary<string>>) =>
  fc
    .tuple(...Object.values(members))
    .map((values) => `{${Object.keys(members).map((name, index) => `${JSON.stringify(name)}:${values[index]}`)}}`);
const item = object({
  __typename: fc.constant('"Item"'),
  id: text,
  name: orNull(text),
  below: orNull(object({ name: orNull(text) })),
  x: orNull(int),
});
const other = object({ __typename: fc.constant('"Other"'), id: text, size: orNull(float) });

const data = object({
  text: orNull(text),
  int: orNull(int),
  float: orNull(float),
  flag: orNull(fc.constantFrom('true', 'false')),
  id: orNull(text),
  kind: orNull(fc.constantFrom('"BIG"', '"SMALL"')),
  any: orNull(jsonTexts),
  list: orNull(list(orNull(list(orNull(text))))),
  thing: orNull(fc.oneof(item, other)),
  things: orNull(list(fc.oneof(item, other))),
  one: orNull(object({ name: orNull(text), x: orNull(int) })),
});

type Members = Record<string, unknown>;

/** The response to `query`, for values of the right types. */
function naive(given: Members): Members {
  const pick = (value: unknown, select: (members: Members) => Members): unknown => {
    if (Array.isArray(value)) return value.map((each) => pick(each, select));
    return value === null ? null : select(value as Members);
  };
  const { text, thing, things, one, ...leaves } = given;
  return {
    ...{ text, a: text },
    ...leaves,
    thing: pick(thing, ({ __typename, id, name, below, size }) =>
      __typename === 'Item' ? { __typename, id, name, below } : { __typename, id, size },
    ),
    things: pick(things, ({ __typename, id, x }) => (__typename === 'Item' ? { id, x } : { id })),
    one: pick(one, ({ name, x }) =>
      Object.fromEntries([
        ['name', name],
        ['__proto__', x],
      ]),
    ),
  };
}

export function serializerProperties(): Property[] {
  const plan = testEngine({ one: sdl }).plan(query);
  const [{ slot }] = plan.fetches as [Fetch];
  const serialize = compileSerializer(plan);
  const write = (body: string) => {
    const { data: entity, escapes = null } = parseResponse(body) ?? {};
    const result = new EntityResult();
    result.entity = entity as Members;
    return serialize?.({ [slotProperty(slot as number)]: result }, escapes) ?? null;
  };
  return [
    property('the serializer writes the JSON of a naive completion, in UTF-8', data, (given) => {
      const written = write(`{"data":${given}}`);
      const expected = JSON.stringify({ data: naive(parseJson(given) as Members) });
      return written === expected && Buffer.from(written).toString() === written;
    }),
    property(
      'the serializer writes valid JSON of any values, or leaves them to the slow path',
      fc.tuple(
        data,
        fc.constantFrom('text', 'int', 'float', 'flag', 'id', 'kind', 'list', 'thing', 'things', 'one'),
        jsonTexts,
      ),
      ([given, name, value]) => {
        const body = { ...(parseJson(given) as Members), [name]: parseJson(value) };
        const written = write(JSON.stringify({ data: body }));
        return written === null || Object.keys((JSON.parse(written) as { data: Members }).data).length === 12;
      },
    ),
  ];
}
