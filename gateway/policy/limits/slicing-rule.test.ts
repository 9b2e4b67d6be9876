// Slicing arguments: fields that require an argument with the length of their list.
import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { buildSourceSchema } from '../../compose/sdl.ts';
import { OperationTooComplex, StepBudget, unlimitedSteps } from '../../planner/step-budget.ts';
import { readCostRules } from './cost-rules.ts';
import { createSlicingRule } from './slicing-rule.ts';

const schema = buildSourceSchema(
  `type Query {
     a(first: Int, last: Int): [Int] @listSize(slicingArguments: ["first", "last"])
     b(first: Int = 5): [Int] @listSize(slicingArguments: ["first"])
     c(first: Int): [Int] @listSize(slicingArguments: ["first"], requireOneSlicingArgument: false)
     d(first: Int): [Int] @listSize(assumedSize: 5)
     e(first: Int): [Int]
     node: Node
   }
   interface Node { items(filter: Filter): [Int] @listSize(slicingArguments: ["filter.max"]) }
   type Thing implements Node { items(filter: Filter): [Int] }
   input Filter { max: Int }`,
  'test',
);
const rule = createSlicingRule(readCostRules([schema]));

describe('a field that requires one of its slicing arguments', () => {
  it.each([
    '{ a(first: 1) }',
    '{ a(last: 1) }',
    '{ a(first: 1, last: 2) }',
    '{ b c d e }',
    'query ($n: Int) { a(first: $n) }',
    '{ node { items(filter: { max: 3 }) } }',
    '{ nothing }',
  ])('has one in %s', (text) => {
    expect(rule(schema, parse(text), unlimitedSteps())).toEqual([]);
  });

  it.each([
    [
      '{ a }',
      'The field "a" requires one of the arguments "first", "last", which determines how long its list may be.',
    ],
    [
      '{ a(first: null) }',
      'The field "a" requires one of the arguments "first", "last", which determines how long its list may be.',
    ],
    [
      '{ node { ...F } } fragment F on Thing { items }',
      'The field "items" requires the argument "filter.max", which determines how long its list may be.',
    ],
  ])('has none in %s', (text, message) => {
    expect(rule(schema, parse(text), unlimitedSteps())).toMatchObject([
      { message, extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
    ]);
  });

  it('is reported ten times at most', () => {
    expect(rule(schema, parse(`{ ${'a '.repeat(100)} }`), unlimitedSteps())).toHaveLength(10);
  });
});

it('spends steps for each field, of the budget that all rules share', () => {
  const steps = new StepBudget(1000);
  expect(rule(schema, parse(`{ ${'b '.repeat(900)} }`), steps)).toEqual([]);
  expect(() => rule(schema, parse(`{ ${'b '.repeat(900)} }`), steps)).toThrow(OperationTooComplex);
});
