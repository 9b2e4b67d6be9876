// Prepared operation: one operation of a document, with its plans, one for each choice of its `@skip` and `@include`.
import { type DocumentNode, GraphQLError, Kind, type OperationDefinitionNode, OperationTypeNode } from 'graphql';
import { LruMap } from '../cache/lru-map.ts';
import type { CompiledPlan } from '../execute/compiled-plan.ts';
import { OperationTooComplex } from '../planner/step-budget.ts';
import { PlanRejected, UnsupportedOperation } from '../planner/unsupported-operation.ts';
import { type DeniedFields, noDeniedFields } from '../query-plan/denied-fields.ts';
import type { MeasuredRejection } from '../telemetry/measured-rejections.ts';
import type { CacheReads } from './cache-reads.ts';
import { type ConditionVariables, conditionVariables } from './condition-variables.ts';
import { type NullFaults, NullVariables } from './null-variables.ts';
import { type CoercedVariables, OperationVariables, type OperationVariablesOptions } from './operation-variables.ts';
import { faultsWeight, planWeight } from './plan-weight.ts';

/** Makes the plan for one choice; throws UnsupportedOperation for an operation that cannot be planned. */
export type CompileVariant = (
  operation: PreparedOperation,
  conditions: Record<string, boolean>,
  deniedFields: DeniedFields,
  labels: string,
  deferConditions: Readonly<Record<string, boolean>> | null,
) => CompiledPlan;

/** The reason for which an operation cannot be planned. */
export interface UnplannedOperation {
  unsupported: string;
  /** `Type.field` in the graph's names, where one field is the reason. */
  coordinate: string | null;
  /** The error for the client, where it takes too many steps. */
  tooComplex?: GraphQLError;
  /** The error for the client, where it is one of the operation itself. */
  rejection?: GraphQLError;
}

/** Plans cached for one operation: for choices of skip and include, and of unauthorized fields. */
const MAX_VARIANTS = 64;
export interface PreparedOperationOptions extends OperationVariablesOptions {
  /** In the graph's names. */
  document: DocumentNode;
  /** As the client wrote it. */
  clientDocument: DocumentNode;
  compile: CompileVariant;
  /** Steps that detecting the faults of null variables may take. */
  maxSteps: number;
  /** The SHA-256 of the document, which stands for it in cache keys. */
  hash(): string;
  /** Maximum bytes, by estimate, of the operation's plans. */
  maxPlanBytes: number;
  /** What limits in measure mode would have rejected its document for. */
  measured: readonly MeasuredRejection[];
  /** Counts the reads of cached plans; default: they are not counted. */
  planReads?: CacheReads;
  /** Called with the change of their bytes. */
  onPlanBytes(change: number): void;
}

export class PreparedOperation {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly hash: () => string;
  readonly #options: PreparedOperationOptions;
  readonly #variables: OperationVariables;
  readonly #conditions: ConditionVariables;
  /** Variables that may be null. */
  readonly #nullable: readonly string[];
  #nullVariables: NullVariables | undefined;
  readonly #variants: LruMap<CompiledPlan | UnplannedOperation>;
  /** By choice, and the variables that are null. */
  readonly #faults: LruMap<NullFaults>;

  constructor(options: PreparedOperationOptions) {
    this.#options = options;
    this.#variables = new OperationVariables(options);
    this.document = options.document;
    this.operation = options.operation;
    this.hash = options.hash;
    this.#variants = new LruMap<CompiledPlan | UnplannedOperation>({
      maxEntries: MAX_VARIANTS,
      maxWeight: options.maxPlanBytes,
      weigh: planWeight,
      onWeight: options.onPlanBytes,
    });
    this.#faults = new LruMap({
      maxEntries: MAX_VARIANTS,
      maxWeight: options.maxPlanBytes,
      weigh: faultsWeight,
      onWeight: options.onPlanBytes,
    });
    this.#conditions = conditionVariables(options.document, options.operation);
    this.#nullable = (options.operation.variableDefinitions ?? [])
      .filter(({ type }) => type.kind !== Kind.NON_NULL_TYPE)
      .map(({ variable }) => variable.name.value);
  }

  get name(): string | undefined {
    return this.operation.name?.value;
  }

  /** What limits in measure mode would have rejected its document for. */
  get measuredRejections(): readonly MeasuredRejection[] {
    return this.#options.measured;
  }

  /** As the client wrote it. */
  get clientDocument(): DocumentNode {
    return this.#options.clientDocument;
  }

  /** As `OperationVariables.coerce`. */
  coerce(given: Readonly<Record<string, unknown>>): CoercedVariables {
    return this.#variables.coerce(given);
  }

  /** As `OperationVariables.declaredOf`. */
  declaredOf(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
    return this.#variables.declaredOf(given);
  }

  /** As `OperationVariables.withCoerced`. */
  withCoerced(given: Readonly<Record<string, unknown>>, names: readonly string[]): Readonly<Record<string, unknown>> {
    return this.#variables.withCoerced(given, names);
  }

  /** The fields that nulls among these coerced variables make impossible; null where there are none. */
  nullFaults(coerced: Readonly<Record<string, unknown>>): NullFaults | null {
    if (this.#nullable.length === 0 || !this.#nullable.some((name) => coerced[name] === null)) return null;
    const { clientDocument, schema, graph, maxSteps } = this.#options;
    this.#nullVariables ??= new NullVariables({
      clientDocument,
      clientSchema: schema,
      document: this.document,
      operation: this.operation,
      schema: graph,
      maxSteps,
    });
    const nulls = this.#nullVariables.names.filter((name) => coerced[name] === null);
    if (nulls.length === 0) return null;
    const key = `${this.choice(coerced)} ${nulls}`;
    let faults = this.#faults.get(key);
    if (!faults) {
      faults = this.#findFaults(this.#nullVariables, coerced);
      this.#faults.set(key, faults);
    }
    const { fields, whole } = faults;
    // A response's errors are its own.
    if (whole) return { fields, whole: new GraphQLError(whole.message, { extensions: whole.extensions }) };
    return fields.size > 0 ? faults : null;
  }

  #findFaults(nullVariables: NullVariables, coerced: Readonly<Record<string, unknown>>): NullFaults {
    try {
      return nullVariables.faults((name) => coerced[name] === null, this.conditions(coerced));
    } catch (error) {
      if (!(error instanceof OperationTooComplex)) throw error;
      return { fields: new Map(), whole: error.toGraphQLError() };
    }
  }

  /**
   * The choice that these coerced variables make by `@skip` and `@include`: "1" or "0" for each of the variables in
   * them.
   */
  choice(variables: Readonly<Record<string, unknown>>): string {
    let choice = '';
    for (const name of this.#conditions.conditional) choice += variables[name] === true ? '1' : '0';
    return choice;
  }

  /** The values of the variables in `@skip` and `@include`. */
  conditions(variables: Readonly<Record<string, unknown>>): Record<string, boolean> {
    return Object.fromEntries(this.#conditions.conditional.map((name) => [name, variables[name] === true]));
  }

  /** Whether any fragment of its document may be deferred. */
  get hasDefer(): boolean {
    return this.#conditions.deferring !== null && this.operation.operation !== OperationTypeNode.SUBSCRIPTION;
  }

  /**
   * The plan for these coerced variables; made where it is not cached.
   * @param inParts whether its response may come in parts, as `@defer` has them.
   */
  planFor(
    variables: Readonly<Record<string, unknown>>,
    deniedFields: DeniedFields = noDeniedFields,
    labels = '',
    inParts = false,
  ): CompiledPlan | UnplannedOperation {
    const key = this.#variant(variables, deniedFields, labels, inParts);
    let plan = this.#variants.get(key);
    if (!plan) {
      plan = this.#make(variables, deniedFields, labels, inParts);
      this.#variants.set(key, plan);
    }
    return plan;
  }

  /** The plan for these coerced variables of a request if it is cached. */
  cachedPlan(
    variables: Readonly<Record<string, unknown>>,
    deniedFields: DeniedFields,
    labels = '',
    inParts = false,
  ): CompiledPlan | UnplannedOperation | undefined {
    const plan = this.#variants.get(this.#variant(variables, deniedFields, labels, inParts));
    const { planReads } = this.#options;
    if (planReads) {
      if (plan) planReads.hits += 1;
      else planReads.misses += 1;
    }
    return plan;
  }

  #variant(
    variables: Readonly<Record<string, unknown>>,
    deniedFields: DeniedFields,
    labels: string,
    inParts: boolean,
  ): string {
    const choice = this.choice(variables) + deniedFields.key;
    const key = labels === '' ? choice : `${choice}\n\n${labels}`;
    return inParts ? `${Object.values(this.#deferConditions(variables)).join()}\n${key}` : key;
  }

  /** The values of the variables in `@defer`, which is the default of its condition. */
  #deferConditions(variables: Readonly<Record<string, unknown>>): Record<string, boolean> {
    return Object.fromEntries((this.#conditions.deferring ?? []).map((name) => [name, variables[name] !== false]));
  }

  #make(
    variables: Readonly<Record<string, unknown>>,
    deniedFields: DeniedFields,
    labels: string,
    inParts: boolean,
  ): CompiledPlan | UnplannedOperation {
    try {
      const deferConditions = inParts ? this.#deferConditions(variables) : null;
      return this.#options.compile(this, this.conditions(variables), deniedFields, labels, deferConditions);
    } catch (error) {
      if (error instanceof PlanRejected)
        return { unsupported: error.message, coordinate: null, rejection: error.error };
      if (error instanceof UnsupportedOperation) return { unsupported: error.message, coordinate: error.coordinate };
      if (error instanceof OperationTooComplex) {
        return { unsupported: error.message, coordinate: null, tooComplex: error.toGraphQLError() };
      }
      throw error;
    }
  }
}
