// Merging of entity fetches: fewer requests without more rounds.
import { expect, test } from 'vitest';
import { testEngine } from '../../test/harness/engine.ts';

const people = `
  type Query { me: Person  friend: Person  _people(ids: [ID!]!): [Person] @merge(keyField: "id") }
  type Person { id: ID!  name: String  boss: Person }`;
const places = `
  type Query { _people(ids: [ID!]!): [Person] @merge(keyField: "id")  _places(ids: [ID!]!): [Place] @merge(keyField: "id") }
  type Person { id: ID!  home: Place  age: Int }
  type Place { id: ID!  city: String  owner: Person }`;
const weather = `
  type Query { frog: Person  _places(ids: [ID!]!): [Place] @merge(keyField: "id") }
  type Person { id: ID! }
  type Place { id: ID!  rain: Int }`;
const engine = testEngine({ people, places, weather });
const requested = (query: string) =>
  engine.plan(query).fetches.map(({ subgraph, entityFetches }) => `${subgraph} ${entityFetches.length}`);

test('entity fetches of the same fields are one, with those below them, whatever the client calls them', () => {
  expect(requested('{ me { home { rain } } friend { home { rain } } }')).toEqual(['people 0', 'places 1', 'weather 1']);
  expect(requested('{ me { years: age } friend { age } }')).toEqual(['people 0', 'places 1']);
});

test('entity fetches of other fields stay apart, in one request', () => {
  expect(requested('{ me { age } friend { home { city } } }')).toEqual(['people 0', 'places 2']);
});

test('an entity fetch that nothing waits for is merged into a later one of the same fields', () => {
  expect(requested('{ me { home { owner { name } } boss { name } } friend { home { owner { name } } } }')).toEqual([
    'people 0',
    'places 1',
    'people 1',
  ]);
});

test('three places of two rounds are one entity fetch', () => {
  const query = '{ me { home { owner { name } } } frog { name } other: frog { name } }';
  expect(requested(query)).toEqual(['people 0', 'weather 0', 'places 1', 'people 1']);
  expect(engine.plan(query).entityFetches.map(({ sources }) => sources.length)).toEqual([1, 3]);
});

test('what one entity fetch finds for two places is right at both, whatever the client calls it there', async () => {
  const done = engine.run('{ me { x: home { rain } } friend { home { wet: rain } } }');
  engine.response(
    ['people', { data: { me: { id: 'a' }, friend: { id: 'b' } } }],
    [
      'places',
      {
        data: {
          _people: [
            { home: { id: 'h1' }, id: 'a' },
            { home: { id: 'h2' }, id: 'b' },
          ],
        },
      },
    ],
    [
      'weather',
      {
        data: {
          _places: [
            { rain: 1, id: 'h1' },
            { rain: 2, id: 'h2' },
          ],
        },
      },
    ],
  );
  expect((await done).data).toEqual({ me: { x: { rain: 1 } }, friend: { home: { wet: 2 } } });
});
