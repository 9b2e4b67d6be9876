// One operation of a document, ready to be answered: its plans, one for each choice of its `@skip` and `@include`.

import type { GraphQLSchema } from 'graphql';
import { type DocumentNode, GraphQLError, getVariableValues, Kind, type OperationDefinitionNode, visit } from 'graphql';
import type { CompiledPlan } from '../execute/compiled-plan.ts';
import { type Denials, nothingDenied } from './denials.ts';
import { readNumbers } from './number-variables.ts';
import { PlanDeclined } from './plan-declined.ts';

/** Makes the plan for one choice; throws PlanDeclined for what cannot be planned. */
export type CompileVariant = (
  operation: PreparedOperation,
  conditions: Record<string, boolean>,
  denials: Denials,
) => CompiledPlan;

/** Why an operation cannot be planned. */
export interface Declined {
  declined: string;
  /** `Type.field` in the graph's names, where one field is the reason. */
  coordinate: string | null;
}

/** Choices of skip and include, and of what is denied, that are kept for one operation. */
const mostVariants = 64;

export interface PreparedOperationOptions {
  /** In the graph's words. */
  document: DocumentNode;
  operation: OperationDefinitionNode;
  /** As the client wrote it, in the names of `schema`. */
  declared: OperationDefinitionNode;
  /** What the client sees. */
  schema: GraphQLSchema;
  /** Whether errors keep to themselves what the schema has. */
  hideSuggestions: boolean;
  compile: CompileVariant;
  /** The SHA-256 of the document, which stands for it in names. */
  hash(): string;
}

export class PreparedOperation {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly hash: () => string;
  readonly #options: PreparedOperationOptions;
  readonly #conditional: readonly string[];
  readonly #variants = new Map<string, CompiledPlan | Declined>();

  constructor(options: PreparedOperationOptions) {
    this.#options = options;
    this.document = options.document;
    this.operation = options.operation;
    this.hash = options.hash;
    this.#conditional = conditionalVariables(options.document, options.operation);
  }

  get name(): string | undefined {
    return this.operation.name?.value;
  }

  /**
   * The variables as the operation declares them (specification section 6.1.2), or what is wrong with them. `given` are those
   * to send to services: as the client gave them, with numbers as the types of their positions take them.
   */
  coerce(
    given: Readonly<Record<string, unknown>>,
  ):
    | { values: Record<string, unknown>; given: Readonly<Record<string, unknown>> }
    | { errors: readonly GraphQLError[] } {
    const { schema, declared, hideSuggestions } = this.#options;
    const definitions = declared.variableDefinitions;
    if (!definitions || definitions.length === 0) return { values: {}, given };
    const read = readNumbers(schema, definitions, given);
    const { coerced, errors } = getVariableValues(schema, definitions, read, { maxErrors: 50, hideSuggestions });
    return errors ? { errors: errors.map(badInput) } : { values: coerced, given: read };
  }

  /** Those of a request's variables that the operation declares: the response depends on no others. */
  declaredOf(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const declared: Record<string, unknown> = Object.create(null);
    for (const { variable } of this.#options.declared.variableDefinitions ?? []) {
      const { value: name } = variable.name;
      if (Object.hasOwn(given, name)) declared[name] = given[name];
    }
    return declared;
  }

  /** What these coerced variables choose by `@skip` and `@include`: "1" or "0" for each of the variables in them. */
  choice(variables: Readonly<Record<string, unknown>>): string {
    let choice = '';
    for (const name of this.#conditional) choice += variables[name] === true ? '1' : '0';
    return choice;
  }

  /** The values of the variables in `@skip` and `@include`. */
  conditions(variables: Readonly<Record<string, unknown>>): Record<string, boolean> {
    return Object.fromEntries(this.#conditional.map((name) => [name, variables[name] === true]));
  }

  /** The plan for these coerced variables, made when it is first asked for. */
  planFor(variables: Readonly<Record<string, unknown>>, denials: Denials = nothingDenied): CompiledPlan | Declined {
    const key = this.choice(variables) + denials.key;
    let plan = this.#variants.get(key);
    if (!plan) {
      plan = this.#make(variables, denials);
      if (this.#variants.size >= mostVariants) this.#variants.clear();
      this.#variants.set(key, plan);
    }
    return plan;
  }

  #make(variables: Readonly<Record<string, unknown>>, denials: Denials): CompiledPlan | Declined {
    try {
      return this.#options.compile(this, this.conditions(variables), denials);
    } catch (error) {
      if (error instanceof PlanDeclined) return { declined: error.message, coordinate: error.coordinate };
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

function badInput({ message, nodes, extensions }: GraphQLError): GraphQLError {
  return new GraphQLError(message, {
    nodes,
    extensions: { ...extensions, code: 'BAD_USER_INPUT', http: { spec: true, status: 400 } },
  });
}
