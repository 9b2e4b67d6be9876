// Completion of values by the specification (October 2021, section 6.4.3), written as text and completed as data.
import { expect, test } from 'vitest';
import { type EngineResponse, testEngine } from '../../test/harness/engine.ts';

const sdl = `
  type Query {
    int: Int  float: Float  text: String  flag: Boolean  id: ID  kind: Kind  any: Json
    must: Must  list: [Int!]  lists: [[Int!]]!  thing: Thing  all: [Must]
  }
  type Must { value: Int!  other: String  below: Must! }
  interface Thing { id: ID }
  type One implements Thing { id: ID }
  type Two implements Thing { id: ID  two: Int }
  enum Kind { BIG SMALL }
  scalar Json`;

/** The client's response for this response of the subgraph. */
async function responseTo(query: string, data: Record<string, unknown>): Promise<EngineResponse> {
  const engine = testEngine({ things: sdl });
  const done = engine.run(query);
  engine.response(['things', { data }]);
  return done;
}

const paths = ({ errors }: EngineResponse) => errors.map(({ path }) => path);

test.each([
  ['int', 5, 5],
  ['int', '7', 7],
  ['int', true, 1],
  ['float', 1, 1],
  ['float', '1.5', 1.5],
  ['text', 'a "quoted"\n\u2028\ud800 💡', 'a "quoted"\n\u2028\ud800 💡'],
  ['text', 5, '5'],
  ['text', false, 'false'],
  ['flag', false, false],
  ['flag', 1, true],
  ['id', 7, '7'],
  ['kind', 'BIG', 'BIG'],
  ['any', { a: [1, null, { b: 'x' }] }, { a: [1, null, { b: 'x' }] }],
] as const)('%s may be %j upstream: the client gets %j', async (field, given, expected) => {
  const response = await responseTo(`{ ${field} }`, { [field]: given });
  expect(response.errors).toEqual([]);
  expect(response.text).toBe(JSON.stringify({ data: { [field]: expected } }));
  expect(response.data).toEqual({ [field]: expected });
});

test.each([
  ['int', 1.5],
  ['int', 2 ** 31],
  ['int', 'x'],
  ['float', 'x'],
  ['text', { a: 1 }],
  ['flag', 'yes'],
  ['id', 7.5],
  ['kind', 'HUGE'],
  ['kind', 3],
  ['list', 'none'],
  ['must { value }', 'none'],
  ['must { value }', [{ value: 1 }]],
  ['thing { id }', { __typename: 'Query', id: 1 }],
] as const)('%s must not be %j upstream: it is null, with an error', async (field, given) => {
  const [name] = field.split(' ') as [string];
  const response = await responseTo(`{ ${field} }`, { [name]: given });
  expect(response.data).toEqual({ [name]: null });
  expect(paths(response)).toEqual([[name]]);
});

test('a field that is not in the response is null, with an error', async () => {
  const response = await responseTo('{ int text }', { text: 'a' });
  expect(response.data).toEqual({ int: null, text: 'a' });
  expect(paths(response)).toEqual([['int']]);
});

test('the null of a non-null field propagates to the next nullable place', async () => {
  const query = '{ must { other below { value } } all { value } list text }';
  const response = await responseTo(query, {
    must: { other: 'a', below: { value: null } },
    all: [{ value: 1 }, { value: null }, null],
    list: [1, null],
    text: 'still here',
  });
  expect(response.data).toEqual({ must: null, all: [{ value: 1 }, null, null], list: null, text: 'still here' });
  expect(paths(response)).toEqual([
    ['must', 'below', 'value'],
    ['all', 1, 'value'],
    ['list', 1],
  ]);
});

test('a null without a nullable place leaves no data', async () => {
  const response = await responseTo('{ text lists }', { text: 'a', lists: null });
  expect(response.data).toBeNull();
  expect(paths(response)).toEqual([['lists']]);
  expect(JSON.parse(response.text)).toMatchObject({ data: null, errors: [{ path: ['lists'] }] });
});

test('in a list of lists only the inner list is lost', async () => {
  const response = await responseTo('{ lists }', { lists: [[1], [2, null], null, []] });
  expect(response.data).toEqual({ lists: [[1], null, null, []] });
  expect(paths(response)).toEqual([['lists', 1, 1]]);
});

test('objects of different types have the fields selected on their type', async () => {
  const query = '{ thing { __typename ... on Two { two } id } }';
  const response = await responseTo(query, { thing: { __typename: 'Two', two: 2, id: 'x' } });
  expect(response.text).toBe('{"data":{"thing":{"__typename":"Two","two":2,"id":"x"}}}');
});
