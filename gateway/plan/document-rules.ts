// Validation rules of documents: those of the specification, with our own in place of two of graphql-js.
import {
  OverlappingFieldsCanBeMergedRule,
  SingleFieldSubscriptionsRule,
  specifiedRules,
  type ValidationRule,
} from 'graphql';
import { fieldMergingRule } from './field-merging-rule.ts';
import type { StepBudget } from './step-budget.ts';
import { subscriptionRootRule } from './subscription-root-rule.ts';

/** @param steps what validating one document may take, where that is more than linear in it. */
export function documentRules(steps: StepBudget): ValidationRule[] {
  return specifiedRules.map((rule) => {
    if (rule === SingleFieldSubscriptionsRule) return subscriptionRootRule;
    return rule === OverlappingFieldsCanBeMergedRule ? fieldMergingRule(steps) : rule;
  });
}
