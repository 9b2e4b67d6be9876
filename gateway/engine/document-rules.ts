// Validation rules of documents: those of the specification, with our own in place of three of graphql-js,
// and those of `@defer`.
import {
  type ASTVisitor,
  GraphQLError,
  type GraphQLInputObjectType,
  getNamedType,
  isInputObjectType,
  Kind,
  KnownDirectivesRule,
  OverlappingFieldsCanBeMergedRule,
  SingleFieldSubscriptionsRule,
  specifiedRules,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';
import type { StepBudget } from '../planner/step-budget.ts';
import { deferRules, knownDirectivesRule } from './defer-rules.ts';
import { fieldMergingRule } from './field-merging-rule.ts';
import { subscriptionRootRule } from './subscription-root-rule.ts';

/** @param steps budget of validating one document, where that is more than linear in it. */
export function documentRules(steps: StepBudget): ValidationRule[] {
  const rules = specifiedRules.map((rule) => {
    if (rule === SingleFieldSubscriptionsRule) return subscriptionRootRule;
    if (rule === KnownDirectivesRule) return knownDirectivesRule;
    return rule === OverlappingFieldsCanBeMergedRule ? fieldMergingRule(steps) : rule;
  });
  return [inputObjectSteps(steps), variableNames, ...rules, ...deferRules];
}

/** Fields of an input type that graphql-js visits in one step. */
const FIELDS_PER_STEP = 2;

/** For every object in a document, graphql-js visits all fields of its type. */
function inputObjectSteps(steps: StepBudget): ValidationRule {
  const costs = new Map<GraphQLInputObjectType, number>();
  return (context) => ({
    [Kind.OBJECT]: () => {
      const type = getNamedType(context.getInputType());
      if (!isInputObjectType(type)) return;
      const cost = costs.get(type) ?? Math.ceil(Object.keys(type.getFields()).length / FIELDS_PER_STEP);
      costs.set(type, cost);
      steps.spend(cost);
    },
  });
}

/** Names with two leading underscores are reserved; one of these would not be found in an object of variables. */
function variableNames(context: ValidationContext): ASTVisitor {
  return {
    [Kind.VARIABLE_DEFINITION]: ({ variable }) => {
      if (variable.name.value !== '__proto__') return;
      context.reportError(new GraphQLError('A variable cannot be named "$__proto__".', { nodes: variable }));
    },
  };
}
