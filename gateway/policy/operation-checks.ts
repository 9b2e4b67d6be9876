// Operation checks of every operation, before anything is fetched and for every transport: cost, authorization and rate
// limits. They reject the operation, or list the fields of it that are denied.
import type { GraphQLSchema } from 'graphql';
import { LruMap } from '../cache/lru-map.ts';
import type { Rules } from '../compose/rules.ts';
import type { GatewayContext } from '../config/context.ts';
import type { DocumentRule } from '../engine/document-store.ts';
import type { PreparedOperation } from '../engine/prepared-operation.ts';
import { ErrorCode } from '../errors.ts';
import { handleMaybePromise, type MaybePromise } from '../maybe-promise.ts';
import { OperationTooComplex, StepBudget } from '../planner/step-budget.ts';
import type { DeniedFields } from '../query-plan/denied-fields.ts';
import { type Analysis, analyse, type LimitedField } from './analysis.ts';
import type { Authorization } from './authorization.ts';
import { type CheckedCost, ofBudget, uncharged, withCost } from './checked-cost.ts';
import { leavesNothing, type MeasuredContext, measureDenied, measureLimited, rejectAll } from './denied-operation.ts';
import { CostModel, costExceeded } from './limits/cost.ts';
import type { CostRules } from './limits/cost-rules.ts';
import { type Caller, type FieldLimits, givenArguments, type RequestLimits } from './rate-limits/index.ts';
import { Rejection } from './rejection.ts';

export interface OperationChecksOptions {
  schema: GraphQLSchema;
  rules: Rules;
  authorization: Authorization;
  /**
   * `field`: denied fields are null, with an error; `request`: the whole request is rejected; `measure`: none is denied.
   */
  mode: 'field' | 'request' | 'measure';
  /** Seconds; for composite fields without a declared maximum age. */
  defaultMaxAge: number;
  /** Null where no field has a limit. */
  fieldLimits: FieldLimits | null;
  /** Whether limits of fields are measured in place of being enforced. */
  measuresFieldLimits: boolean;
  requestLimits: RequestLimits;
  /** Rejects documents with unbounded lists. */
  slicing: DocumentRule;
  /** Maximum steps of the analysis of an operation; Infinity for no limit. */
  maxSteps: number;
  /**
   * `limit` for one operation, enforced or measured; `budgets`: whether callers have a budget for all their operations;
   * `isCounted`: whether costs are counted in any case.
   */
  cost: {
    rules: CostRules;
    limit: number | null;
    isMeasured: boolean;
    assumedListSize: number;
    budgets: boolean;
    isCounted: boolean;
  };
}

/** Request context with the caller that limits apply to. */
export interface CallerContext extends GatewayContext, MeasuredContext {
  caller: Caller;
}

export interface AdmittedOperation extends CheckedCost {
  analysis: Analysis;
  deniedFields: DeniedFields;
}

/** Choices of skip and include whose analysis is cached for one operation. */
const MAX_CHOICES = 64;

type Cost = (variables: Readonly<Record<string, unknown>>) => number;

interface Known {
  analyses: LruMap<Analysis | Rejection>;
  /** Null where nothing depends on what the operation costs. */
  cost: Cost | Rejection | null;
}

export class OperationChecks {
  readonly #options: OperationChecksOptions;
  readonly #known = new WeakMap<PreparedOperation, Known>();
  /** Null where nothing depends on what operations cost. */
  readonly #costs: CostModel | null;
  #model: CostModel | undefined;

  constructor(options: OperationChecksOptions) {
    this.#options = options;
    const { cost } = options;
    const isUsed = cost.limit !== null || cost.budgets || cost.isCounted;
    this.#costs = isUsed ? this.costs : null;
  }

  /** The cost model of the graph. */
  get costs(): CostModel {
    const { schema, cost } = this.#options;
    this.#model ??= new CostModel(schema, cost.rules, cost);
    return this.#model;
  }

  /** Checks an operation with its coerced variables; synchronous unless a policy or a counter has to be awaited. */
  check(
    operation: PreparedOperation,
    variables: Readonly<Record<string, unknown>>,
    caller: CallerContext,
  ): MaybePromise<AdmittedOperation | Rejection> {
    const known = this.#knowledge(operation);
    const analysis = this.#analysis(known, operation, variables);
    if (analysis instanceof Rejection) return analysis;
    return handleMaybePromise(
      () => this.#checkCost(known, variables, caller),
      (cost) => {
        if (cost instanceof Rejection) return cost;
        const checked = () => this.#checkFields(analysis, variables, caller);
        if (cost === uncharged) return checked();
        return handleMaybePromise(checked, (one) => withCost(one, cost));
      },
    );
  }

  /** The estimated cost, also where nothing depends on it; null for an operation that is too complex to estimate. */
  costOf(operation: PreparedOperation, variables: Readonly<Record<string, unknown>>): number | null {
    const cost = this.#knowledge(operation).cost ?? this.#compileCost(this.costs, operation);
    return typeof cost === 'function' ? cost(variables) : null;
  }

  /**
   * What does not depend on the caller: the analysis, or the rejection of every request with these variables, also by
   * the limit of costs.
   */
  foresee(operation: PreparedOperation, variables: Readonly<Record<string, unknown>>): Analysis | Rejection {
    const known = this.#knowledge(operation);
    const { limit, isMeasured } = this.#options.cost;
    const analysis = this.#analysis(known, operation, variables);
    if (analysis instanceof Rejection || !known.cost) return analysis;
    if (typeof known.cost !== 'function') return known.cost;
    const value = known.cost(variables);
    return limit === null || isMeasured || value <= limit ? analysis : new Rejection([costExceeded(value, limit)]);
  }

  /** Whether the operation has been analysed for these coerced variables. */
  knows(operation: PreparedOperation, variables: Readonly<Record<string, unknown>>): boolean {
    return this.#known.get(operation)?.analyses.get(operation.choice(variables)) !== undefined;
  }

  /** Analyses the operation for these coerced variables. */
  learn(operation: PreparedOperation, variables: Readonly<Record<string, unknown>>): void {
    this.#analysis(this.#knowledge(operation), operation, variables);
  }

  #knowledge(operation: PreparedOperation): Known {
    let known = this.#known.get(operation);
    if (!known) {
      known = {
        analyses: new LruMap({ maxEntries: MAX_CHOICES }),
        cost: this.#costs && this.#compileCost(this.#costs, operation),
      };
      this.#known.set(operation, known);
    }
    return known;
  }

  #compileCost(costs: CostModel, { operation, document }: PreparedOperation): Cost | Rejection {
    try {
      return costs.compile(operation, document, new StepBudget(this.#options.maxSteps));
    } catch (error) {
      if (!(error instanceof OperationTooComplex)) throw error;
      return new Rejection([error.toGraphQLError()]);
    }
  }

  #analysis(
    { analyses }: Known,
    operation: PreparedOperation,
    variables: Readonly<Record<string, unknown>>,
  ): Analysis | Rejection {
    const choice = operation.choice(variables);
    let analysis = analyses.get(choice);
    if (!analysis) {
      const { schema, rules, defaultMaxAge, slicing, maxSteps } = this.#options;
      try {
        const steps = new StepBudget(maxSteps);
        const unbounded = slicing(schema, operation.document, steps);
        analysis =
          unbounded.length > 0
            ? new Rejection(unbounded)
            : analyse(schema, rules, operation, operation.conditions(variables), defaultMaxAge, steps);
      } catch (error) {
        if (!(error instanceof OperationTooComplex)) throw error;
        analysis = new Rejection([error.toGraphQLError()]);
      }
      analyses.set(choice, analysis);
    }
    return analysis;
  }

  /** Rejects an operation that costs more than the limit, or than the remaining budget of the caller. */
  #checkCost(
    { cost }: Known,
    variables: Readonly<Record<string, unknown>>,
    context: CallerContext,
  ): MaybePromise<Rejection | CheckedCost> {
    if (!cost) return uncharged;
    if (typeof cost !== 'function') return cost;
    const { limit, isMeasured, budgets } = this.#options.cost;
    const value = cost(variables);
    if (limit !== null && value > limit) {
      if (!isMeasured) return new Rejection([costExceeded(value, limit)]);
      context.wouldReject({ rule: 'limits.cost', code: ErrorCode.COST_LIMIT_EXCEEDED, limit, value });
    }
    if (!budgets) return uncharged;
    return handleMaybePromise(
      () => this.#options.requestLimits.consumeCost(context.caller, value),
      (result) => ofBudget(result, context),
    );
  }

  #checkFields(
    analysis: Analysis,
    variables: Readonly<Record<string, unknown>>,
    caller: CallerContext,
  ): MaybePromise<AdmittedOperation | Rejection> {
    return handleMaybePromise(
      () => this.#options.authorization.judge(analysis, caller),
      (denied) => {
        const deniedFields = this.#options.mode === 'measure' ? measureDenied(denied, caller) : denied;
        return this.#checkLimits(analysis, deniedFields, variables, caller);
      },
    );
  }

  #checkLimits(
    analysis: Analysis,
    deniedFields: DeniedFields,
    variables: Readonly<Record<string, unknown>>,
    context: CallerContext,
  ): MaybePromise<AdmittedOperation | Rejection> {
    if (deniedFields.key !== '' && this.#options.mode === 'request') return rejectAll([...deniedFields.all.values()]);
    const { fieldLimits, measuresFieldLimits } = this.#options;
    const places = analysis.limited.filter(({ coordinate }) => !deniedFields.has(coordinate));
    const checked = { analysis, deniedFields, ...uncharged };
    if (!fieldLimits || places.length === 0) return checked;
    const argumentsOf = ({ coordinate, node }: LimitedField) =>
      givenArguments(this.#options.schema, coordinate, node, variables);
    return fieldLimits.consume(places, context.caller, argumentsOf).then((limited) => {
      if (limited.size === 0) return checked;
      if (measuresFieldLimits) {
        measureLimited(limited, context);
        return checked;
      }
      const all = deniedFields.with(limited);
      return this.#options.mode === 'request' || leavesNothing(analysis, limited)
        ? rejectAll([...limited.values()])
        : { ...checked, deniedFields: all };
    });
  }
}
