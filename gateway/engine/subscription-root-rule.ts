// Validation rule: the root field of a subscription (GraphQL specification, section 5.2.4.1; draft of September 2025
// for the directives). Whether there are events must not depend on variables: graphql-js throws where it does, in
// place of reporting.
import {
  type ASTVisitor,
  type DirectiveNode,
  GraphQLError,
  getEnterLeaveForKind,
  Kind,
  OperationTypeNode,
  type SelectionSetNode,
  SingleFieldSubscriptionsRule,
  type ValidationContext,
} from 'graphql';

export function subscriptionRootRule(context: ValidationContext): ASTVisitor {
  const { enter } = getEnterLeaveForKind(SingleFieldSubscriptionsRule(context), Kind.OPERATION_DEFINITION);
  return {
    [Kind.OPERATION_DEFINITION]: (node, ...rest) => {
      if (node.operation !== OperationTypeNode.SUBSCRIPTION) return undefined;
      const conditions = conditionsIn(context, node.selectionSet);
      for (const condition of conditions) {
        const message =
          `The root field of a subscription cannot have @${condition.name.value}: ` +
          'select the field, or leave the subscription out.';
        context.reportError(new GraphQLError(message, { nodes: condition }));
      }
      return conditions.length === 0 ? enter?.(node, ...rest) : undefined;
    },
  };
}

/** `@skip` and `@include` in a root selection set, its fragments included. */
function conditionsIn(
  context: ValidationContext,
  { selections }: SelectionSetNode,
  seen = new Set<string>(),
): DirectiveNode[] {
  return selections.flatMap((selection) => {
    const { directives = [] } = selection;
    const found = directives.filter(({ name }) => name.value === 'skip' || name.value === 'include');
    if (selection.kind === Kind.FIELD) return found;
    if (selection.kind === Kind.INLINE_FRAGMENT)
      return [...found, ...conditionsIn(context, selection.selectionSet, seen)];
    const { value: name } = selection.name;
    const fragment = seen.has(name) ? undefined : context.getFragment(name);
    seen.add(name);
    return fragment ? [...found, ...conditionsIn(context, fragment.selectionSet, seen)] : found;
  });
}
