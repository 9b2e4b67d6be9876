// Operation checks of every operation, before anything is fetched and for every transport: cost, authorization and rate
// limits. They reject the operation, or list the fields of it that are denied.
import { GraphQLError, type GraphQLSchema } from 'graphql';
import { LruMap } from '../cache/lru-map.ts';
import type { Rules } from '../compose/rules.ts';
import type { GatewayContext } from '../config/context.ts';
import type { DocumentRule } from '../engine/document-store.ts';
import type { PreparedOperation } from '../engine/prepared-operation.ts';
import { statusOf } from '../errors.ts';
import { handleMaybePromise, type MaybePromise } from '../maybe-promise.ts';
import { OperationTooComplex, StepBudget } from '../planner/step-budget.ts';
import type { DeniedField, DeniedFields } from '../query-plan/denied-fields.ts';
import { type Analysis, analyse, type LimitedField } from './analysis.ts';
import type { Authorization } from './authorization.ts';
import { CostModel, costExceeded } from './limits/cost.ts';
import type { CostRules } from './limits/cost-rules.ts';
import {
  type Caller,
  type FieldLimits,
  givenArguments,
  type RateLimitResult,
  type RequestLimits,
  rateLimitError,
} from './rate-limits/index.ts';
import { Rejection } from './rejection.ts';

export interface OperationChecksOptions {
  schema: GraphQLSchema;
  rules: Rules;
  authorization: Authorization;
  /** `field`: denied fields are null, with an error; `request`: the whole request is rejected. */
  mode: 'field' | 'request';
  /** Seconds; for composite fields without a declared maximum age. */
  defaultMaxAge: number;
  /** Null where no field has a limit. */
  fieldLimits: FieldLimits | null;
  requestLimits: RequestLimits;
  /** Rejects documents with unbounded lists. */
  slicing: DocumentRule;
  /** Maximum steps of the analysis of an operation; Infinity for no limit. */
  maxSteps: number;
  /** `limit` for one operation; `budgets`: whether callers have a budget for all their operations. */
  cost: { rules: CostRules; limit: number | null; assumedListSize: number; budgets: boolean };
}

/** Request context with the caller that limits apply to. */
export interface CallerContext extends GatewayContext {
  caller: Caller;
}

export interface AdmittedOperation {
  analysis: Analysis;
  deniedFields: DeniedFields;
  /** Header fields of the response: the remaining budget of the caller. */
  headers: readonly (readonly [string, string])[];
}

type Headers = Pick<AdmittedOperation, 'headers'>;

const noHeaders: Headers = { headers: [] };

function withHeaders(checked: AdmittedOperation | Rejection, { headers }: Headers): AdmittedOperation | Rejection {
  const all = [...headers, ...checked.headers];
  return checked instanceof Rejection ? new Rejection(checked.errors, { headers: all }) : { ...checked, headers: all };
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

  constructor(options: OperationChecksOptions) {
    this.#options = options;
    const { schema, cost } = options;
    this.#costs = cost.limit !== null || cost.budgets ? new CostModel(schema, cost.rules, cost) : null;
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
        if (cost.headers.length === 0) return checked();
        return handleMaybePromise(checked, (one) => withHeaders(one, cost));
      },
    );
  }

  /** The estimated cost, also where nothing depends on it; null for an operation that is too complex to estimate. */
  costOf(operation: PreparedOperation, variables: Readonly<Record<string, unknown>>): number | null {
    const { schema, cost: options } = this.#options;
    const known = this.#knowledge(operation).cost;
    const cost = known ?? this.#compileCost(new CostModel(schema, options.rules, options), operation);
    return typeof cost === 'function' ? cost(variables) : null;
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
      return tooComplex(error);
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
        analysis = tooComplex(error);
      }
      analyses.set(choice, analysis);
    }
    return analysis;
  }

  /** Rejects an operation that costs more than the limit, or than the remaining budget of the caller. */
  #checkCost(
    { cost }: Known,
    variables: Readonly<Record<string, unknown>>,
    { caller }: CallerContext,
  ): MaybePromise<Rejection | Headers> {
    if (!cost) return noHeaders;
    if (typeof cost !== 'function') return cost;
    const { limit, budgets } = this.#options.cost;
    const value = cost(variables);
    if (limit !== null && value > limit) return new Rejection([costExceeded(value, limit)]);
    if (!budgets) return noHeaders;
    return handleMaybePromise(() => this.#options.requestLimits.consumeCost(caller, value), ofBudget);
  }

  #checkFields(
    analysis: Analysis,
    variables: Readonly<Record<string, unknown>>,
    caller: CallerContext,
  ): MaybePromise<AdmittedOperation | Rejection> {
    return handleMaybePromise(
      () => this.#options.authorization.judge(analysis, caller),
      (deniedFields) => this.#checkLimits(analysis, deniedFields, variables, caller),
    );
  }

  #checkLimits(
    analysis: Analysis,
    deniedFields: DeniedFields,
    variables: Readonly<Record<string, unknown>>,
    { caller }: CallerContext,
  ): MaybePromise<AdmittedOperation | Rejection> {
    if (deniedFields.key !== '' && this.#options.mode === 'request') return rejectAll([...deniedFields.all.values()]);
    const { fieldLimits } = this.#options;
    const places = analysis.limited.filter(({ coordinate }) => !deniedFields.has(coordinate));
    const checked = { analysis, deniedFields, headers: noHeaders.headers };
    if (!fieldLimits || places.length === 0) return checked;
    const argumentsOf = ({ coordinate, node }: LimitedField) =>
      givenArguments(this.#options.schema, coordinate, node, variables);
    return fieldLimits.consume(places, caller, argumentsOf).then((limited) => {
      if (limited.size === 0) return checked;
      const all = deniedFields.with(limited);
      return this.#options.mode === 'request' || leavesNothing(analysis, limited)
        ? rejectAll([...limited.values()])
        : { ...checked, deniedFields: all };
    });
  }
}

/** True where every root field has used up its limit. */
function leavesNothing({ roots, introspects }: Analysis, limited: ReadonlyMap<string, DeniedField>): boolean {
  return !introspects && roots.every(({ key, coordinate }) => limited.has(`${coordinate} ${key}`));
}

/** Rejection of the whole request because of some fields; a missing authentication takes precedence. */
function rejectAll(deniedFields: readonly DeniedField[]): Rejection {
  const distinct = [...new Map(deniedFields.map((deniedField) => [deniedField.message, deniedField])).values()];
  const status = Math.min(...distinct.map(({ extensions }) => statusOf(extensions.code) ?? 403));
  const wait = Math.max(0, ...distinct.map(({ extensions }) => Number(extensions.retryAfter ?? 0)));
  const errors = distinct.map(
    ({ message, extensions }) => new GraphQLError(message, { extensions: { ...extensions, http: { status } } }),
  );
  const challenge = status === 401 ? [['WWW-Authenticate', 'Bearer realm="graphql"'] as const] : [];
  const retry = status === 429 && wait > 0 ? [['Retry-After', String(wait)] as const] : [];
  return new Rejection(errors, { headers: [...challenge, ...retry] });
}

/** Result of the budget check: a rejection, or header fields with the remaining budget. */
function ofBudget({ rejected, headers }: RateLimitResult): Rejection | Headers {
  if (!rejected) return { headers };
  return new Rejection([rateLimitError(rejected)], { headers });
}

function tooComplex(error: OperationTooComplex): Rejection {
  return new Rejection([error.toGraphQLError()]);
}
