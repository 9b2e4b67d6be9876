// Values as the specification wants them (October 2021, section 6.4.3), written as text and completed as data.
import { expect, test } from 'vitest';
import { type EngineAnswer, testEngine } from '../../test/harness/engine.ts';

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

/** What the client gets for this answer of the subgraph. */
async function answerTo(query: string, data: Record<string, unknown>): Promise<EngineAnswer> {
  const engine = testEngine({ things: sdl });
  const done = engine.run(query);
  engine.answer(['things', { data }]);
  return done;
}

const paths = ({ errors }: EngineAnswer) => errors.map(({ path }) => path);

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
] as const)('%s may be %j upstream: the client gets %j', async (field, given, wanted) => {
  const answer = await answerTo(`{ ${field} }`, { [field]: given });
  expect(answer.errors).toEqual([]);
  expect(answer.text).toBe(JSON.stringify({ data: { [field]: wanted } }));
  expect(answer.data).toEqual({ [field]: wanted });
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
  const answer = await answerTo(`{ ${field} }`, { [name]: given });
  expect(answer.data).toEqual({ [name]: null });
  expect(paths(answer)).toEqual([[name]]);
});

test('a field that is not in the answer is null, with an error', async () => {
  const answer = await answerTo('{ int text }', { text: 'a' });
  expect(answer.data).toEqual({ int: null, text: 'a' });
  expect(paths(answer)).toEqual([['int']]);
});

test('a null that is not allowed goes up to the next place that may be null', async () => {
  const query = '{ must { other below { value } } all { value } list text }';
  const answer = await answerTo(query, {
    must: { other: 'a', below: { value: null } },
    all: [{ value: 1 }, { value: null }, null],
    list: [1, null],
    text: 'still here',
  });
  expect(answer.data).toEqual({ must: null, all: [{ value: 1 }, null, null], list: null, text: 'still here' });
  expect(paths(answer)).toEqual([
    ['must', 'below', 'value'],
    ['all', 1, 'value'],
    ['list', 1],
  ]);
});

test('a null that is allowed nowhere leaves no data', async () => {
  const answer = await answerTo('{ text lists }', { text: 'a', lists: null });
  expect(answer.data).toBeNull();
  expect(paths(answer)).toEqual([['lists']]);
  expect(JSON.parse(answer.text)).toMatchObject({ data: null, errors: [{ path: ['lists'] }] });
});

test('in a list of lists only the inner list is lost', async () => {
  const answer = await answerTo('{ lists }', { lists: [[1], [2, null], null, []] });
  expect(answer.data).toEqual({ lists: [[1], null, null, []] });
  expect(paths(answer)).toEqual([['lists', 1, 1]]);
});

test('objects of different types have the fields that are asked of their type', async () => {
  const query = '{ thing { __typename ... on Two { two } id } }';
  const answer = await answerTo(query, { thing: { __typename: 'Two', two: 2, id: 'x' } });
  expect(answer.text).toBe('{"data":{"thing":{"__typename":"Two","two":2,"id":"x"}}}');
});
