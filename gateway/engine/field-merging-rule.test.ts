// Field merging rule, compared with that of graphql-js.
import { buildSchema, OverlappingFieldsCanBeMergedRule, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { Random } from '../../test/differential/random.ts';
import { OperationTooComplex, StepBudget } from '../planner/step-budget.ts';
import { fieldMergingRule } from './field-merging-rule.ts';

const schema = buildSchema(`
  input In { a: Int  b: Int }
  interface Node { id: ID  a: String  n: Node  x(i: Int, in: In): Int }
  type One implements Node { id: ID  a: String  b: Int  c: [Int]  n: Node  o: One!  x(i: Int, in: In): Int  u: Both }
  type Two implements Node { id: ID  a: String  b: String  c: Int  n: Two  o: Two  x(i: Int, in: In): Int  u: [Both] }
  union Both = One | Two
  type Query { n: Node  o: One  t: Two  u: Both  l: [One]  b: Int }`);

function errorsOf(text: string, steps = new StepBudget(100_000)): string[] {
  return validate(schema, parse(text), [fieldMergingRule(steps)]).map(({ message }) => message);
}

const isValid = (text: string) => validate(schema, parse(text), [OverlappingFieldsCanBeMergedRule]).length === 0;

/** Documents whose fields often meet under one response key; types and fields need not fit. */
function documentOf(seed: number): string {
  const random = new Random(seed);
  const fragments = random.between(0, 4);
  let left = random.pick([6, 12, 30]);
  const conditions = ['One', 'Two', 'Node', 'Both', 'Query', 'Nowhere'];
  const args = ['', '', '', '(i: 1)', '(i: 2)', '(in: {a: 1, b: 2})', '(in: {b: 2, a: 1})', '(i: 1, in: {a: 1})'];
  const selections = (depth: number): string => {
    const parts = Array.from({ length: random.between(1, 4) }, () => selection(depth));
    return `{ ${parts.join(' ')} }`;
  };
  const selection = (depth: number): string => {
    left -= 1;
    const below = depth < 5 && left > 0;
    if (fragments > 0 && random.chance(0.2)) return `...F${random.between(0, fragments)}`;
    if (below && random.chance(0.25)) {
      return `... ${random.chance(0.8) ? `on ${random.pick(conditions)} ` : ''}${selections(depth + 1)}`;
    }
    const alias = random.chance(0.3) ? `${random.pick(['a', 'b', 'n', 'z'])}: ` : '';
    if (below && random.chance(0.6))
      return `${alias}${random.pick(['n', 'o', 't', 'u', 'l'])} ${selections(depth + 1)}`;
    const leaf = random.pick(['id', 'a', 'b', 'c', 'x', '__typename', 'nowhere']);
    return `${alias}${leaf}${leaf === 'x' ? random.pick(args) : ''}`;
  };
  const definitions = Array.from(
    { length: fragments },
    (_, index) => `fragment F${index} on ${random.pick(conditions)} ${selections(1)}`,
  );
  return `${selections(0)} ${definitions.join(' ')}`;
}

describe('fields can merge', () => {
  it('has the result of graphql-js for 4,000 generated documents', () => {
    const verdicts = { valid: 0, invalid: 0 };
    for (let seed = 1; seed <= 4000; seed += 1) {
      const text = documentOf(seed);
      const valid = isValid(text);
      verdicts[valid ? 'valid' : 'invalid'] += 1;
      expect({ seed, text, valid: errorsOf(text).length === 0 }).toEqual({ seed, text, valid });
    }
    // Of both kinds there are many: a constant result would be noticed.
    expect(Math.min(verdicts.valid, verdicts.invalid)).toBeGreaterThan(500);
  });

  it.each([
    ['{ z: n { id } z: o { id } }', '"n" and "o" are different fields'],
    ['{ o { x(i: 1) x(i: 2) } }', 'they have differing arguments'],
    ['{ u { ... on One { z: b } ... on Two { z: b } } }', 'they return conflicting types "Int" and "String"'],
    ['{ o { z: id } o { z: a } }', 'subfields "z" conflict because "id" and "a" are different fields'],
  ])('has the messages of graphql-js: %s', (text, reason) => {
    const [reference] = validate(schema, parse(text), [OverlappingFieldsCanBeMergedRule]);
    expect(errorsOf(text)).toEqual([reference?.message]);
    expect(reference?.message).toContain(reason);
  });

  it('takes steps in proportion to the document, where pairs would be compared', () => {
    const used = (fields: number) => {
      const steps = new StepBudget(Number.POSITIVE_INFINITY);
      expect(errorsOf(`{ ${'o { id } '.repeat(fields)} }`, steps)).toEqual([]);
      return steps.used;
    };
    expect(used(1600) / used(100)).toBeLessThan(17);
  });

  it('takes steps in proportion to fragments that fan out', () => {
    const used = (levels: number) => {
      const fragments = Array.from({ length: levels }, (_, level) => {
        const below = level === levels - 1 ? 'id' : `...F${level + 1}`;
        return `fragment F${level} on Node { n { ${below} } z: n { ${below} } y: n { ${below} } }`;
      });
      const steps = new StepBudget(Number.POSITIVE_INFINITY);
      expect(errorsOf(`{ n { ...F0 } } ${fragments.join(' ')}`, steps)).toEqual([]);
      return steps.used;
    };
    expect(used(80) / used(10)).toBeLessThan(9);
  });

  it('stops at the budget', () => {
    expect(() => errorsOf(`{ ${'o { id } '.repeat(100)} }`, new StepBudget(100))).toThrow(OperationTooComplex);
  });
});
