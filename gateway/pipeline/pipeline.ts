// Pipeline: the lifecycle of an operation, for every transport (fast path, Yoga, WebSocket, nested execution).
// `docs/lifecycle.md` shows it, with the code and status of each exit.
import { GraphQLError } from 'graphql';
import type { Engine } from '../engine/engine.ts';
import type { Executed } from '../engine/plan-runner.ts';
import type { PreparedOperation } from '../engine/prepared-operation.ts';
import { handleMaybePromise, type MaybePromise } from '../maybe-promise.ts';
import type { DocumentParameters } from '../persisted-documents/request-document.ts';
import { checkVariables } from '../policy/limits/request-size.ts';
import type { AdmittedOperation, OperationChecks } from '../policy/operation-checks.ts';
import { type RejectedPart, Rejection, type RejectionOptions } from '../policy/rejection.ts';
import { requestCancelled } from '../transport/cancellation.ts';
import { withClaims } from './claimed-variables.ts';
import { ControlStage } from './control-stage.ts';
import { countUsage } from './counted-usage.ts';
import { mayDefer } from './deferral.ts';
import { DocumentStage, type FoundDocument } from './document-stage.ts';
import { EventCalls } from './event-calls.ts';
import { gatewayTimeout, withinDeadline } from './gateway-timeout.ts';
import { MeasuredOperations } from './measured-operations.ts';
import { invalidateChanges } from './mutation-changes.ts';
import type { OperationCost } from './operation-cost.ts';
import { labelsFor } from './override-labels.ts';
import type { PipelineOptions } from './pipeline-options.ts';
import { retryHeaders } from './preparation-queue.ts';
import type { RequestContext } from './request-context.ts';
import { ResponseCaching } from './response-caching.ts';
import { addServerTiming } from './server-timing.ts';
import {
  type Events,
  follow,
  type OperationExecution,
  type OperationRequest,
  type Outcome,
  type Result,
  type Stage,
  traced,
} from './stages.ts';
import { rejectedPlan, rejectedVariables } from './upload-stage.ts';

type Coerced = Exclude<ReturnType<PreparedOperation['coerce']>, { errors: unknown }>;

export class Pipeline {
  readonly engine: Engine;
  readonly operationChecks: OperationChecks;
  readonly #options: PipelineOptions;
  readonly #documents: DocumentStage;
  readonly #responses: ResponseCaching;
  readonly #measured = new MeasuredOperations((id) => this.#options.documents.trusted.get(id) !== undefined);
  readonly #controls: ControlStage | null;

  constructor(options: PipelineOptions) {
    this.#options = options;
    this.engine = options.engine;
    this.operationChecks = options.operationChecks;
    this.#documents = new DocumentStage({
      store: options.engine.documents,
      settings: options.documents,
      prepare: (context, make) => this.#prepare(context, make, 'request'),
    });
    this.#responses = new ResponseCaching(options);
    this.#controls = options.controls && new ControlStage(options.controls, options.engine);
  }

  /** The lifecycle. Synchronous as long as no stage has to wait; an exception in a stage is a defect, and masked. */
  run(request: OperationRequest, context: RequestContext): MaybePromise<Outcome> {
    return handleMaybePromise<Stage<Result | Events>, Outcome>(
      () => withinDeadline(this.#runStages(request, context), context, this.#options.runsOwnCode),
      (executed) => {
        const outcome = gatewayTimeout(executed as Outcome, context) ?? executed;
        if (outcome instanceof Rejection) context.headers.push(...this.#options.costs.headersOf(outcome, context));
        if (this.#options.hasServerTiming) addServerTiming(context, outcome as Outcome);
        return outcome;
      },
      (error) => this.#rejected(error),
    );
  }

  #runStages(given: OperationRequest, context: RequestContext): Stage<Result | Events> {
    return follow(traced(context, 'document', this.#documents.findOperation(given, context)), (operation) => {
      const { claims } = this.#options.documents.trusted;
      const request = claims ? withClaims(given, operation, claims, context) : given;
      if (request instanceof Rejection) return request;
      return follow(this.#coerceVariables(operation, request, context), (variables) =>
        follow(traced(context, 'check', this.#check(operation, variables, context)), (checked) => {
          const cost = this.#options.costs.begin(operation, variables.values, checked.charge, request, context);
          const execute = () =>
            follow(
              traced(context, 'plan', this.#plan(operation, variables, checked, request, context, cost)),
              (planned) => this.#execute(planned, request),
            );
          return cost ? this.#options.costs.settle(cost, context, execute) : execute();
        }),
      );
    });
  }

  /** The document, parsed and validated; a rejection where the request may not execute it. */
  findDocument(parameters: DocumentParameters, context: RequestContext): Stage<FoundDocument> {
    return this.#documents.findDocument(parameters, context);
  }

  #coerceVariables(
    operation: PreparedOperation,
    { variables, bytes }: OperationRequest,
    context: RequestContext,
  ): Stage<Coerced> {
    this.#measured.record(operation, context);
    if (context.cancellation.cancelled) return new Rejection([requestCancelled()], { part: 'request' });
    const { variablesLimit } = this.#options;
    const rejected =
      checkVariables(variables, bytes, variablesLimit, (rejection) => context.wouldReject(rejection)) ??
      rejectedVariables(operation, context.uploads, this.engine.clientSchema);
    if (rejected) return rejected;
    context.begin(operation.operation.operation);
    const coerced = operation.coerce(variables);
    if ('errors' in coerced) return new Rejection(coerced.errors);
    return this.#controls ? this.#controls.checkOperation(operation, coerced.values, context, coerced) : coerced;
  }

  /** Cost, authorization and rate limits; nulls that make fields impossible. */
  #check(operation: PreparedOperation, { values }: Coerced, context: RequestContext): Stage<AdmittedOperation> {
    const { operationChecks, usage } = this.#options;
    const isKnown = operationChecks.knows(operation, values);
    const analyzed = isKnown ? undefined : this.#prepare(context, () => operationChecks.learn(operation, values));
    return follow(analyzed as Stage<undefined>, () => {
      if (usage) countUsage(usage, operation, context, { engine: this.engine, measured: this.#measured });
      return follow(operationChecks.check(operation, values, context), (checked) => {
        if (!checked.charge) context.headers.push(...checked.headers);
        const nulls = operation.nullFaults(values);
        if (!nulls) return checked;
        if (nulls.whole) {
          const hasData = operation.operation.operation !== 'subscription';
          return new Rejection([nulls.whole], { hasData, headers: checked.charge?.settle(0) ?? [] });
        }
        return { ...checked, deniedFields: checked.deniedFields.with(nulls.fields) };
      });
    });
  }

  /** The plan, from the cache or made here, for all later stages. */
  #plan(
    operation: PreparedOperation,
    { values, given }: Coerced,
    { analysis, deniedFields }: AdmittedOperation,
    request: OperationRequest,
    context: RequestContext,
    cost: OperationCost | null,
  ): Stage<OperationExecution> {
    const { overrideLabels } = this.#options;
    const labels = overrideLabels ? labelsFor(overrideLabels, context) : '';
    const inParts = mayDefer(operation, request, context, this.#options);
    const known = operation.cachedPlan(values, deniedFields, labels, inParts);
    // Introspection takes as long as planning or longer, until its response is cached.
    const isQuick = known !== undefined && (!analysis.introspects || this.engine.isQuick(known, given));
    const make = () => operation.planFor(values, deniedFields, labels, inParts);
    const plan = isQuick ? known : this.#prepare(context, make);
    return follow(plan, (planned) => {
      if (!('unsupported' in planned) && !context.isBatch) context.plan = planned.plan;
      const execution = { operation, plan: planned, coerced: values, given, deniedFields, analysis, context, cost };
      return this.#controls ? this.#controls.checkPlan(execution) : execution;
    });
  }

  #execute(execution: OperationExecution, request: OperationRequest): Stage<Result | Events> {
    const { explanations, faults } = this.#options;
    const rejected = rejectedPlan(execution) ?? faults?.begin(execution.context, request);
    if (rejected) return rejected;
    return explanations?.isFor(execution.context, request)
      ? explanations.explain(execution, (explained) => this.#executeHooked(explained, request))
      : this.#executeHooked(execution, request);
  }

  #executeHooked(execution: OperationExecution, { variables }: OperationRequest): Stage<Result | Events> {
    const { hooks } = this.#options;
    return hooks
      ? hooks.run(execution, variables, (hooked) => this.#executePlanned(hooked))
      : this.#executePlanned(execution);
  }

  #executePlanned(execution: OperationExecution): Promise<Result | Events> {
    const { mocked } = this.#options;
    const executed = this.#run(execution);
    return mocked ? executed.then((outcome) => mocked.mark(outcome, execution)) : executed;
  }

  async #subscribe(execution: OperationExecution): Promise<Result | Events> {
    const { context } = execution;
    const calls = new EventCalls(context.calls);
    const { costs } = this.#options;
    const counted = execution.cost && ((event: Executed) => costs.countEvent(execution, event));
    const outcome = await this.engine.subscribe(execution, context, () => context.forEvent(calls), counted);
    return this.#controls && Symbol.asyncIterator in outcome ? this.#controls.watch(outcome, execution) : outcome;
  }

  #run(execution: OperationExecution): Promise<Result | Events> {
    return execution.operation.operation.operation === 'subscription'
      ? this.#subscribe(execution)
      : this.#respond(execution);
  }

  /** From the response cache, or executed. */
  #respond(execution: OperationExecution): Promise<Result> {
    const executed = this.#responses.execute(execution);
    const isMutation = execution.operation.operation.operation === 'mutation';
    const { engine, cache } = this.#options;
    return isMutation
      ? invalidateChanges(engine, cache, execution, executed)
      : executed.then(({ response }) => response);
  }

  /** Prepares a new document: at once, or as soon as the preparation queue has time for it. */
  #prepare<Made>(context: RequestContext, make: () => Made, part: RejectedPart = 'operation'): Stage<Made> {
    const { preparation } = this.#options;
    if (!preparation) return make();
    const fail = (error: unknown) => this.#rejected(error, { part, headers: retryHeaders(error) });
    return preparation.prepare(context.cancellation, make, fail);
  }

  #rejected(error: unknown, options: RejectionOptions = {}): Rejection {
    return new Rejection([error instanceof GraphQLError ? error : this.#options.mask(error)], options);
  }
}
