// Cost of an operation, estimated before its execution (https://ibm.github.io/graphql-specs/cost-spec.html): one for
// each object that it may return, or the weights of the schema's directives. The document is walked once; a request
// only evaluates what depends on its variables.

import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLAbstractType,
  type GraphQLError,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { requestError } from '../../errors.ts';
import { fragmentsOf } from '../../fragments.ts';
import { type StepBudget, unlimitedSteps } from '../../planner/step-budget.ts';
import type { Plan } from '../../query-plan/plan.ts';
import { ArgumentCosts } from './argument-cost.ts';
import { ArgumentValues } from './argument-values.ts';
import { type CostExpr, CostProgram, keyOf, type Variables } from './cost-program.ts';
import type { CostRules } from './cost-rules.ts';
import { ListLengths, type SizedFields } from './list-length.ts';
import { introspectionCost, isIntrospection } from './measure.ts';
import { type ResponseWeights, weighResponse } from './response-weights.ts';
import { Weights } from './weights.ts';

export interface CostOptions {
  /** Length of a list without a declared one. */
  assumedListSize: number;
}

/** Evaluates an operation's cost for its variables, coerced or as received. */
export type OperationCost = (variables: Variables) => number;

/** Steps for each selection, for one type. */
const STEPS_PER_SELECTION = 3;

/** Cost model of one graph. Properties of its types are computed once. */
export class CostModel {
  readonly #schema: GraphQLSchema;
  readonly #weights: Weights;
  readonly #options: CostOptions;

  constructor(schema: GraphQLSchema, rules: CostRules, options: CostOptions) {
    this.#schema = schema;
    this.#weights = new Weights(schema, rules);
    this.#options = options;
  }

  /**
   * Compiles the operation's cost, at most Number.MAX_SAFE_INTEGER. The document has to be valid.
   * @param steps budget of the compilation.
   * @throws RangeError for a document that is nested too deeply to be walked.
   * @throws OperationTooComplex
   */
  compile(
    operation: OperationDefinitionNode,
    document: DocumentNode,
    steps: StepBudget = unlimitedSteps(),
  ): OperationCost {
    return new CostCompiler(operation, document, this.#schema, this.#weights, this.#options, steps).compile();
  }

  /** As `weighResponse`. */
  weighResponse(
    operation: Parameters<typeof weighResponse>[1],
    plan: Plan,
    conditions: Readonly<Record<string, boolean>>,
  ): ResponseWeights {
    return weighResponse(this.#weights, operation, plan, conditions);
  }
}

export function costExceeded(value: number, limit: number): GraphQLError {
  return requestError('COST_LIMIT_EXCEEDED', { details: { limit, value } });
}

/** Compiles the cost of one operation. */
export class CostCompiler {
  protected readonly operation: OperationDefinitionNode;
  protected readonly schema: GraphQLSchema;
  protected readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Types named in the document's fragments. */
  readonly #named = new Set<string>();
  readonly #members = new Map<GraphQLAbstractType, readonly GraphQLObjectType[]>();
  protected readonly program = new CostProgram();
  protected readonly weights: Weights;
  protected readonly values: ArgumentValues;
  protected readonly lengths: ListLengths;
  protected readonly arguments: ArgumentCosts;
  /** Results by selection set, and then by everything else that they depend on. */
  readonly #walked = new Map<SelectionSetNode, Map<string, CostExpr>>();
  protected readonly steps: StepBudget;

  constructor(
    operation: OperationDefinitionNode,
    document: DocumentNode,
    schema: GraphQLSchema,
    weights: Weights,
    { assumedListSize }: CostOptions,
    steps: StepBudget,
  ) {
    this.steps = steps;
    this.operation = operation;
    this.schema = schema;
    this.fragments = fragmentsOf(document);
    visit(document, { [Kind.NAMED_TYPE]: ({ name }) => void this.#named.add(name.value) });
    this.weights = weights;
    this.values = new ArgumentValues(operation);
    this.lengths = new ListLengths(this.program, weights, this.values, assumedListSize);
    this.arguments = new ArgumentCosts(this.program, weights, this.values, steps);
  }

  compile(): OperationCost {
    return this.program.finish(this.whole());
  }

  protected whole(): CostExpr {
    const root = this.schema.getRootType(this.operation.operation);
    return root ? this.selections(this.operation.selectionSet, root, null) : 0;
  }

  /** Cost of the selections on an object of this type. */
  protected selections(selectionSet: SelectionSetNode, type: GraphQLObjectType, sized: SizedFields | null): CostExpr {
    return this.#once(selectionSet, `of ${type.name} ${keyOfSized(sized)}`, () => {
      const parts: CostExpr[] = [];
      this.steps.spend(selectionSet.selections.length * STEPS_PER_SELECTION);
      for (const selection of selectionSet.selections) {
        const part = this.#selection(selection, type, sized);
        if (part !== 0) parts.push(this.conditional(selection.directives ?? [], part));
      }
      return this.program.sum(parts);
    });
  }

  #selection(selection: SelectionNode, type: GraphQLObjectType, sized: SizedFields | null): CostExpr {
    if (selection.kind === Kind.FIELD) return this.#field(selection, type, sized);
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : this.fragments.get(selection.name.value);
    if (!fragment || !this.applies(fragment.typeCondition?.name.value, type)) return 0;
    return this.selections(fragment.selectionSet, type, sized);
  }

  #field(node: FieldNode, type: GraphQLObjectType, sized: SizedFields | null): CostExpr {
    if (isIntrospection(node)) return introspectionCost;
    const definition = type.getFields()[node.name.value];
    if (!definition || this.weights.field(type, definition).free) return 0;
    const lengths = this.lengths.of(type, definition, node, sized);
    const one = this.#object(node, type, definition, lengths.below);
    const given = this.arguments.of(node, type, definition);
    // An argument's weight may be negative, where it saves work; it does not reduce the cost of other fields.
    return this.program.max([this.program.sum([this.program.product(lengths.own, one), given]), 0]);
  }

  /** Cost of one object (or value) of a field; for several possible types that of the most expensive one. */
  #object(
    node: FieldNode,
    type: GraphQLObjectType,
    definition: GraphQLField<unknown, unknown>,
    sized: SizedFields | null,
  ): CostExpr {
    const given = getNamedType(definition.type);
    const { own } = this.weights.field(type, definition);
    const { selectionSet } = node;
    if (!selectionSet) return own ?? this.weights.type(given);
    return this.#once(selectionSet, `${own} ${given.name} ${keyOfSized(sized)}`, () => {
      const members = isAbstractType(given) ? this.membersOf(given) : [given];
      this.steps.spend(members.length);
      return this.program.max(members.map((member) => this.member(member, selectionSet, own, sized)));
    });
  }

  protected member(
    member: GraphQLNamedType,
    selectionSet: SelectionSetNode,
    own: number | undefined,
    sized: SizedFields | null,
  ): CostExpr {
    const below = isObjectType(member) ? this.selections(selectionSet, member, sized) : 0;
    return this.program.sum([own ?? this.weights.type(member), below]);
  }

  /** Of types with equal costs, those that the document names, and one of the others. */
  protected membersOf(type: GraphQLAbstractType): readonly GraphQLObjectType[] {
    let members = this.#members.get(type);
    if (!members) {
      members = this.weights.equalTypes(type).flatMap((group) => {
        const other = group.find(({ name }) => !this.#named.has(name));
        return [...group.filter(({ name }) => this.#named.has(name)), ...(other ? [other] : [])];
      });
      this.#members.set(type, members);
    }
    return members;
  }

  /** The part under the conditions of `@skip` and `@include`. */
  protected conditional(directives: readonly DirectiveNode[], part: CostExpr): CostExpr {
    let left = part;
    for (const directive of directives) {
      const name = directive.name.value;
      if (name !== 'skip' && name !== 'include') continue;
      const expected = name === 'include';
      const condition = directive.arguments?.find((argument) => argument.name.value === 'if')?.value;
      if (condition?.kind === Kind.BOOLEAN && condition.value !== expected) return 0;
      if (condition?.kind !== Kind.VARIABLE) continue;
      const variable = condition.name.value;
      left = this.program.when(
        `${expected} $${variable}`,
        (variables) => (this.values.variable(variable, variables) === true) === expected,
        left,
      );
    }
    return left;
  }

  protected applies(condition: string | undefined, type: GraphQLObjectType): boolean {
    if (condition === undefined || condition === type.name) return true;
    const conditional = this.schema.getType(condition);
    return isAbstractType(conditional) && this.schema.isSubType(conditional, type);
  }

  #once(selectionSet: SelectionSetNode, key: string, walk: () => CostExpr): CostExpr {
    let parts = this.#walked.get(selectionSet);
    if (!parts) {
      parts = new Map();
      this.#walked.set(selectionSet, parts);
    }
    const known = parts.get(key);
    if (known !== undefined) return known;
    // A fragment inside itself, which validation rejects, would be walked forever.
    parts.set(key, 0);
    const part = walk();
    parts.set(key, part);
    return part;
  }
}

function keyOfSized(sized: SizedFields | null): string {
  return sized ? `${sized.names} ${keyOf(sized.length)}` : '';
}
