// One operation of a document, ready to be answered: its plans, one for each choice of its `@skip` and `@include`.

import type { GraphQLSchema } from 'graphql';
import {
  type DocumentNode,
  type GraphQLError,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  visit,
} from 'graphql';
import type { CompiledPlan } from '../execute/compiled-plan.ts';
import { PlanDeclined } from './plan-declined.ts';

/** Makes the plan for one choice; throws PlanDeclined for what it leaves to stock execution. */
export type CompileVariant = (operation: PreparedOperation, conditions: Record<string, boolean>) => CompiledPlan;

/** Why an operation goes to stock execution. */
export interface Declined {
  declined: string;
}

/** Choices of skip and include that are kept for one operation. */
const mostVariants = 64;

export class PreparedOperation {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly #compile: CompileVariant;
  readonly #conditional: readonly string[];
  readonly #variants = new Map<string, CompiledPlan | Declined>();

  constructor(document: DocumentNode, operation: OperationDefinitionNode, compile: CompileVariant) {
    this.document = document;
    this.operation = operation;
    this.#compile = compile;
    this.#conditional = conditionalVariables(document, operation);
  }

  get name(): string | undefined {
    return this.operation.name?.value;
  }

  /** The variables as the operation declares them (specification section 6.1.2), or what is wrong with them. */
  coerce(
    schema: GraphQLSchema,
    given: Readonly<Record<string, unknown>>,
  ): { values: Record<string, unknown> } | { errors: readonly GraphQLError[] } {
    const definitions = this.operation.variableDefinitions;
    if (!definitions || definitions.length === 0) return { values: {} };
    const { coerced, errors } = getVariableValues(schema, definitions, given, { maxErrors: 50 });
    return errors ? { errors } : { values: coerced };
  }

  /** The plan for these coerced variables, made when it is first asked for. */
  planFor(variables: Readonly<Record<string, unknown>>): CompiledPlan | Declined {
    let key = '';
    for (const name of this.#conditional) key += variables[name] === true ? '1' : '0';
    let plan = this.#variants.get(key);
    if (!plan) {
      plan = this.#make(variables);
      if (this.#variants.size >= mostVariants) this.#variants.clear();
      this.#variants.set(key, plan);
    }
    return plan;
  }

  #make(variables: Readonly<Record<string, unknown>>): CompiledPlan | Declined {
    const conditions = Object.fromEntries(this.#conditional.map((name) => [name, variables[name] === true]));
    try {
      return this.#compile(this, conditions);
    } catch (error) {
      if (error instanceof PlanDeclined) return { declined: error.message };
      throw error;
    }
  }
}

/** The operation's variables that stand in a `@skip` or `@include` anywhere in the document. */
function conditionalVariables(document: DocumentNode, operation: OperationDefinitionNode): string[] {
  const found = new Set<string>();
  visit(document, {
    [Kind.DIRECTIVE]: (directive) => {
      const value = directive.arguments?.[0]?.value;
      const conditional = directive.name.value === 'skip' || directive.name.value === 'include';
      if (conditional && value?.kind === Kind.VARIABLE) found.add(value.name.value);
    },
  });
  const declared = (operation.variableDefinitions ?? []).map(({ variable }) => variable.name.value);
  return declared.filter((name) => found.has(name));
}
