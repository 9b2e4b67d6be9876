// Condition variables: those on whose values the shape of an operation's response depends, in `@skip`, `@include` and
// `@defer`. There is one plan for each choice of their values.
import { type DocumentNode, Kind, type OperationDefinitionNode, visit } from 'graphql';
import { DEFER } from '../compose/defer-directive.ts';

export interface ConditionVariables {
  /** Of `@skip` and `@include`. */
  conditional: readonly string[];
  /** Of `@defer`; null where nothing is deferred. */
  deferring: readonly string[] | null;
}

/** The operation's variables that stand in a condition anywhere in the document. */
export function conditionVariables(document: DocumentNode, operation: OperationDefinitionNode): ConditionVariables {
  const conditional = new Set<string>();
  const deferring = new Set<string>();
  let defers = false;
  visit(document, {
    [Kind.DIRECTIVE]: ({ name: { value: name }, arguments: given = [] }) => {
      const isDefer = name === DEFER;
      if (!isDefer && name !== 'skip' && name !== 'include') return;
      const value = (isDefer ? given.find((argument) => argument.name.value === 'if') : given[0])?.value;
      if (value?.kind === Kind.VARIABLE) (isDefer ? deferring : conditional).add(value.name.value);
      defers ||= isDefer && !(value?.kind === Kind.BOOLEAN && !value.value);
    },
  });
  const declared = (operation.variableDefinitions ?? []).map(({ variable }) => variable.name.value);
  return {
    conditional: declared.filter((name) => conditional.has(name)),
    deferring: defers ? declared.filter((name) => deferring.has(name)) : null,
  };
}
