// Validation rules of `@defer` (GraphQL specification, draft of incremental delivery), as GraphQL 17 has them:
// DeferStreamDirectiveLabel, DeferStreamDirectiveOnRootField and DeferStreamDirectiveOnValidOperations. `@stream` is
// not supported, and its error says so.
import {
  type ASTVisitor,
  type DirectiveNode,
  GraphQLError,
  getEnterLeaveForKind,
  Kind,
  KnownDirectivesRule,
  OperationTypeNode,
  type ValidationContext,
  type ValidationRule,
  visit,
} from 'graphql';
import { DEFER } from '../compose/defer-directive.ts';

/** In place of the rule of the specification that rejects unknown directives. */
export function knownDirectivesRule(context: ValidationContext): ASTVisitor {
  const { enter } = getEnterLeaveForKind(KnownDirectivesRule(context), Kind.DIRECTIVE);
  return {
    [Kind.DIRECTIVE]: (node, ...rest) => {
      if (node.name.value !== 'stream' || context.getSchema().getDirective('stream')) return enter?.(node, ...rest);
      const message = 'The directive "@stream" is not supported. Remove it: lists are sent whole.';
      context.reportError(new GraphQLError(message, { nodes: node }));
      return undefined;
    },
  };
}

function labelsRule(context: ValidationContext): ASTVisitor {
  const known = new Map<string, DirectiveNode>();
  return {
    [Kind.DIRECTIVE]: (node) => {
      const label = node.name.value === DEFER ? argumentOf(node, 'label') : undefined;
      if (!label || label.kind === Kind.NULL) return;
      if (label.kind !== Kind.STRING) {
        const message = `Directive "${DEFER}"'s label argument must be a static string.`;
        context.reportError(new GraphQLError(message, { nodes: node }));
        return;
      }
      const other = known.get(label.value);
      known.set(label.value, node);
      if (!other) return;
      const message = `Labels of "@${DEFER}" must be unique in a document: "${label.value}" stands more than once.`;
      context.reportError(new GraphQLError(message, { nodes: [other, node] }));
    },
  };
}

function rootFieldsRule(context: ValidationContext): ASTVisitor {
  return {
    [Kind.DIRECTIVE]: (node) => {
      if (node.name.value !== DEFER) return;
      const schema = context.getSchema();
      const parent = context.getParentType();
      for (const operation of [OperationTypeNode.MUTATION, OperationTypeNode.SUBSCRIPTION]) {
        if (!parent || parent !== schema.getRootType(operation)) continue;
        const message = `Defer directive cannot be used on root ${operation} type "${parent.name}".`;
        context.reportError(new GraphQLError(message, { nodes: node }));
      }
    },
  };
}

function operationsRule(context: ValidationContext): ASTVisitor {
  return {
    [Kind.OPERATION_DEFINITION]: (operation) => {
      if (operation.operation !== OperationTypeNode.SUBSCRIPTION) return;
      const check = (node: DirectiveNode) => {
        const condition = argumentOf(node, 'if');
        const isDisabled = condition?.kind === Kind.VARIABLE || (condition?.kind === Kind.BOOLEAN && !condition.value);
        if (node.name.value !== DEFER || isDisabled) return;
        const message =
          'Defer directive not supported on subscription operations. ' +
          'Disable `@defer` by setting the `if` argument to `false`.';
        context.reportError(new GraphQLError(message, { nodes: node }));
      };
      for (const part of [operation, ...context.getRecursivelyReferencedFragments(operation)]) {
        visit(part, { [Kind.DIRECTIVE]: check });
      }
    },
  };
}

function argumentOf(node: DirectiveNode, name: string) {
  return node.arguments?.find((argument) => argument.name.value === name)?.value;
}

export const deferRules: readonly ValidationRule[] = [labelsRule, rootFieldsRule, operationsRule];
