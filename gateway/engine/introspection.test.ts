import { buildSchema, execute, getIntrospectionQuery, parse } from 'graphql';
import { expect, test } from 'vitest';
import { Introspection } from '../planner/introspection.ts';
import { OperationTooComplex, StepBudget } from '../planner/step-budget.ts';

const schema = buildSchema(`
  directive @note(text: String = "none") repeatable on FIELD_DEFINITION
  "All that there is."
  type Query { one(by: Filter = { kind: FAST, not: { limit: 3 } }, text: [String!]! = ["a"]): Node  many: [[Node!]!]!  old: Int @deprecated(reason: "Gone.") }
  interface Node { id: ID! }
  interface Named implements Node { id: ID!  name: String }
  type Person implements Named & Node { id: ID!  name: String }
  type Thing implements Node { id: ID!  owner: Person  size: Size }
  union Any = Person | Thing
  enum Kind { FAST  SLOW @deprecated }
  input Filter { kind: Kind = SLOW  not: Filter  limit: Int @deprecated }
  input Choice @oneOf { a: Int  b: String }
  scalar Size @specifiedBy(url: "https://example.org/size")
`);

const documents: [document: string, variables?: Record<string, unknown>][] = [
  [
    getIntrospectionQuery({
      inputValueDeprecation: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      oneOf: true,
    }),
  ],
  ['{ __type(name: "Nothing") { name } a: __type(name: "Any") { kind possibleTypes { name interfaces { name } } } }'],
  [
    'query ($n: String!, $all: Boolean = false) { __type(name: $n) { fields(includeDeprecated: $all) { name } } }',
    { n: 'Query', all: true },
  ],
  [
    'query ($n: String!, $all: Boolean = false) { __type(name: $n) { fields(includeDeprecated: $all) { name } } }',
    { n: 'Query' },
  ],
  [
    `query ($yes: Boolean!, $no: Boolean!) {
      __schema { types @skip(if: $yes) { name } queryType { ...A ... on __Type @include(if: $no) { kind } } queryType { fields { type { ...A } } } }
    }
    fragment A on __Type { name __typename ofType { name ofType { ...B } } }
    fragment B on __Type { kind }`,
    { yes: true, no: false },
  ],
  [
    '{ __schema { __proto__: queryType { __proto__: name constructor: kind } toString: directives { name args { defaultValue } } } }',
  ],
];

test.each(documents)(
  'introspection in slices of any size gives the result of graphql-js: %s',
  (text, variables = {}) => {
    const document = parse(text);
    const expected = execute({ schema, document, variableValues: variables });
    expect(expected).not.toHaveProperty('errors');
    for (const size of [1, 7, 100_000]) {
      const introspection = new Introspection(schema, document, variables);
      for (let slice = 0; slice < 10_000 && !introspection.isComplete; slice += 1) introspection.advance(size);
      expect(JSON.stringify(introspection.result)).toBe(JSON.stringify(expected));
    }
  },
);

test('a slice resolves little more values than its bound', () => {
  const introspection = new Introspection(schema, parse(getIntrospectionQuery()), {});
  introspection.advance(10);
  expect(introspection.isComplete).toBe(false);
});

test('an introspection whose lists multiply is rejected, an ordinary one is not', () => {
  const stepsOf = (text: string) => {
    const steps = new StepBudget(1000);
    const introspection = new Introspection(schema, parse(text), {}, steps);
    introspection.advance(1_000_000);
    return steps.used;
  };
  const multiplied = Array.from({ length: 90 }, (_, number) => `a${number}: fields { type { fields { name } } }`);
  expect(stepsOf(getIntrospectionQuery())).toBeLessThan(1000);
  expect(() => stepsOf(`{ __schema { types { ${multiplied.join(' ')} } } }`)).toThrow(OperationTooComplex);
});
