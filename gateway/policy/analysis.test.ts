// Analysis of one operation: access rules, rate limits and root fields, after fragment expansion.
import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { composeGraph } from '../compose/graph.ts';
import type { PreparedOperation } from '../engine/prepared-operation.ts';
import { StepBudget } from '../planner/step-budget.ts';
import { type Analysis, analyse } from './analysis.ts';

const graph = composeGraph([
  {
    name: 'only',
    sdl: `
      type Query {
        me: User
        pets: [Pet]
        visits: Int @rateLimit(limit: 3)
        open: Int @cacheControl(maxAge: 60)
        mine: Int @cacheControl(maxAge: 30, scope: PRIVATE)
      }
      type Mutation { rename(id: ID!): User @invalidates(type: "User", id: "id") }
      type User { id: ID! email: String @authenticated feed: String @rateLimit(limit: 1) friends: [User] pet: Pet }
      interface Pet { name: String chip: String @authenticated }
      type Dog implements Pet { name: String chip: String }
      type Snake implements Pet @requiresScopes(scopes: [["snakes"]]) { name: String chip: String }`,
  },
]);

function analysisOf(text: string, conditions: Record<string, boolean> = {}, steps?: StepBudget): Analysis {
  const document = parse(text);
  const [operation] = document.definitions;
  if (operation?.kind !== 'OperationDefinition') throw new Error('The document does not begin with an operation.');
  const prepared = { document, operation } as PreparedOperation;
  return analyse(graph.schema, graph.rules, prepared, conditions, 0, steps);
}

const fieldRequirements = (text: string, conditions?: Record<string, boolean>) => [
  ...analysisOf(text, conditions).fieldRequirements.keys(),
];

test('access rules are found through aliases, fragments and interfaces', () => {
  expect(fieldRequirements('{ me { id } }')).toEqual([]);
  expect(fieldRequirements('{ me { mine: email } }')).toEqual(['User.email']);
  expect(fieldRequirements('{ me { friends { ...a } } } fragment a on User { ... { ... on User { email } } }')).toEqual(
    ['User.email'],
  );
  expect(fieldRequirements('{ pets { chip } }')).toEqual(['Dog.chip', 'Snake.chip']);
  expect(fieldRequirements('{ pets { ... on Dog { chip } } }')).toEqual(['Dog.chip']);
});

test('possible types of an interface are checked, whatever is selected of them', () => {
  expect([...analysisOf('{ pets { __typename } }').typeRequirements.keys()]).toEqual(['Snake']);
  expect([...analysisOf('{ me { id } }').typeRequirements.keys()]).toEqual([]);
});

test('a skipped field is not checked', () => {
  const text = 'query ($yes: Boolean!) { me { id email @include(if: $yes) } visits @skip(if: $yes) }';
  expect(fieldRequirements(text, { yes: true })).toEqual(['User.email']);
  expect(fieldRequirements(text, { yes: false })).toEqual([]);
  expect(analysisOf(text, { yes: true }).limited).toEqual([]);
  expect(analysisOf(text, { yes: false }).limited).toHaveLength(1);
});

test('every place of a limited field counts once: an alias for itself, a field that is named twice not', () => {
  const { limited } = analysisOf(
    '{ visits again: visits visits ...v me { feed friends { feed } } } fragment v on Query { visits }',
  );
  expect(limited.map(({ place }) => place)).toEqual([
    'Query.visits visits',
    'Query.visits again',
    'User.feed me.feed',
    'User.feed me.friends.feed',
  ]);
});

test('roots are the fields of the root; introspection is separate', () => {
  const { roots, introspects } = analysisOf('{ __typename a: me { id } visits __type(name: "User") { name } }');
  expect(roots).toEqual([
    { key: 'a', coordinate: 'Query.me' },
    { key: 'visits', coordinate: 'Query.visits' },
  ]);
  expect(introspects).toBe(true);
});

test('the max-age of a response is the minimum over its fields', () => {
  expect(analysisOf('{ open }')).toMatchObject({ maxAge: 60, private: false });
  expect(analysisOf('{ open mine }')).toMatchObject({ maxAge: 30, private: true });
  expect(analysisOf('{ open __schema { types { name } } }')).toMatchObject({ maxAge: 0 });
  expect(analysisOf('mutation { rename(id: 1) { id } }')).toMatchObject({ maxAge: 0 });
});

test('the changes of a mutation are listed with its field', () => {
  const { invalidations } = analysisOf('mutation { other: rename(id: 1) { id } }');
  expect(invalidations.map(({ field, invalidation }) => [field.key, invalidation])).toEqual([
    ['other', { type: 'User', id: ['id'] }],
  ]);
});

test('fragments that multiply are analyzed once for each that there is', () => {
  const levels = Array.from({ length: 18 }, (_, level) => {
    const next = level === 17 ? 'id' : `...f${level + 1}`;
    return `fragment f${level} on User { a: friends { ${next} } b: friends { ${next} } }`;
  });
  const steps = new StepBudget(1000);
  analysisOf(`{ me { ...f0 } } ${levels.join(' ')}`, {}, steps);
  expect(steps.used).toBeLessThan(400);
});
