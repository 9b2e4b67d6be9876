// The limits' counts without expansion of fragments are those after expansion; the same for costs,
// with any variables.
import { getOperationAST, getVariableValues, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { buildSourceSchema } from '../../gateway/compose/sdl.ts';
import { unlimitedSteps } from '../../gateway/planner/step-budget.ts';
import { CostModel } from '../../gateway/policy/limits/cost.ts';
import { costPlaces } from '../../gateway/policy/limits/cost-places.ts';
import { readCostRules } from '../../gateway/policy/limits/cost-rules.ts';
import { DocumentMeasure } from '../../gateway/policy/limits/measure.ts';
import { Random } from '../differential/random.ts';
import { expand, naiveCost, naiveMeasure } from './naive.ts';
import { randomDocument, sdl } from './random-document.ts';

const schema = buildSourceSchema(sdl, 'random');
const rules = readCostRules([schema]);
const assumed = 3;
const documents = 2000;

describe('random documents', () => {
  it('have the measure of their expansion', () => {
    const seen = { aliases: 0, directives: 0, depth: 0 };
    for (let seed = 1; seed <= documents; seed += 1) {
      const { text } = randomDocument(new Random(seed));
      const document = parse(text);
      const { introspectionDepth, ...measure } = new DocumentMeasure(document).operation(getOperationAST(document)!);
      expect({ text, introspectionDepth, ...measure }).toEqual({
        text,
        introspectionDepth: 0,
        ...naiveMeasure(document),
      });
      seen.aliases = Math.max(seen.aliases, measure.aliases);
      seen.directives = Math.max(seen.directives, measure.directives);
      seen.depth = Math.max(seen.depth, measure.depth);
    }
    // A generator of trivial documents would prove nothing.
    expect(seen.aliases).toBeGreaterThan(15);
    expect(seen.directives).toBeGreaterThan(15);
    expect(seen.depth).toBeGreaterThan(6);
  });

  it('cost what their expansion does', () => {
    const costs = new Set<number>();
    for (let seed = 1; seed <= documents; seed += 1) {
      const random = new Random(seed);
      const { text, variables } = randomDocument(random);
      const document = parse(text);
      const operation = getOperationAST(document)!;
      const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
      if (!coerced) throw new Error(`The variables do not fit: ${text}`);
      const expected = naiveCost(
        { schema, rules, variables: coerced, assumed },
        expand(document),
        schema.getQueryType()!,
      );
      const cost = new CostModel(schema, rules, { assumedListSize: assumed }).compile(operation, document);
      const reported = { text, variables, cost: expected };
      expect({ text, variables, cost: cost(coerced) }).toEqual(reported);
      // Variables as the request gave them have the same cost.
      expect({ text, variables, cost: cost(variables) }).toEqual(reported);
      // The places of the cost add up to it.
      const graph = { schema, rules, options: { assumedListSize: assumed } };
      const { cost: whole, places } = costPlaces({ operation, document }, graph, variables, unlimitedSteps());
      expect({ text, variables, cost: whole }).toEqual(reported);
      expect(places.reduce((sum, place) => sum + place.cost, 0)).toBeCloseTo(expected, 6);
      costs.add(expected);
    }
    expect(costs.size).toBeGreaterThan(200);
  });
});
