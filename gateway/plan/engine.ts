// The engine: operations in, answers out. It plans what it has not seen, runs what is planned, and leaves to stock
// execution what the planner declines.
import type { SubschemaConfig } from '@graphql-tools/delegate';
import type { ExecutionRequest, ExecutionResult, Executor } from '@graphql-tools/utils';
import { execute, GraphQLError, type GraphQLSchema } from 'graphql';
import { type Answer, failedAnswer, toAnswer } from '../execute/answer.ts';
import type { SubgraphErrorMode } from '../execute/client-errors.ts';
import { type CompiledPlan, compilePlan } from '../execute/compiled-plan.ts';
import type { Plan } from '../execute/plan.ts';
import { runPlan } from '../execute/run.ts';
import type { RemoteClient, Target } from '../execute/target.ts';
import { transformedTarget } from '../execute/transformed-target.ts';
import { SharedRequests } from '../transport/shared-requests.ts';
import type { SubgraphScope } from '../transport/subgraph-client.ts';
import { DocumentStore } from './document-store.ts';
import { introspectionSubgraph } from './emit.ts';
import { GraphModel } from './model.ts';
import { Planner } from './planner.ts';
import type { PreparedOperation } from './prepared-operation.ts';

export interface EngineOptions {
  /** What clients see; executable by stock stitched execution. */
  schema: GraphQLSchema;
  subschemas: readonly SubschemaConfig[];
  /** `subgraph Type.field` of fields that are only served where a parent provides them. */
  external?: ReadonlySet<string>;
  /** The services that are sent requests as text; a subgraph that is not here is executed by its subschema. */
  clients: ReadonlyMap<string, RemoteClient>;
  /** Whether equal queries in flight become one request. */
  shareInFlight?: boolean;
  errorMode: SubgraphErrorMode;
  /** Documents kept with their plans. */
  maxDocuments: number;
  maxDocumentBytes: number;
  /** An unexpected error as clients may see it; it is logged there. */
  mask(error: unknown): GraphQLError;
  /** Told what a subgraph's answer says of errors, before any of it is hidden from clients. */
  onSubgraphErrors(subgraph: string, errors: readonly unknown[], scope: SubgraphScope): void;
  /** Told once for each operation that goes to stock execution, with the reason. */
  onDeclined(operation: PreparedOperation, reason: string): void;
}

export class Engine {
  readonly documents: DocumentStore;
  readonly schema: GraphQLSchema;
  /** Operations that went to stock execution. */
  declined = 0;
  readonly #options: EngineOptions;
  readonly #model: GraphModel;
  readonly #planner: Planner;
  readonly #targets = new Map<string, Target>();
  readonly #toldDeclined = new WeakSet<PreparedOperation>();

  constructor(options: EngineOptions) {
    this.#options = options;
    this.schema = options.schema;
    this.#model = new GraphModel(options.schema, options.subschemas, options.external);
    this.#planner = new Planner(this.#model);
    this.documents = new DocumentStore({
      schema: options.schema,
      compile: (operation, conditions) => this.#compile(this.plan(operation, conditions)),
      maxDocuments: options.maxDocuments,
      maxBytes: options.maxDocumentBytes,
    });
  }

  /** @throws PlanDeclined with the reason. */
  plan({ document, operation }: PreparedOperation, conditions: Record<string, boolean>): Plan {
    return this.#planner.plan({ document, operation, conditions });
  }

  /**
   * The plan for an operation with these variables; null where the operation does not allow them, or where there is no
   * plan. `execute` says why.
   */
  planned(operation: PreparedOperation, variables: Readonly<Record<string, unknown>>): CompiledPlan | null {
    const coerced = operation.coerce(this.schema, variables);
    if ('errors' in coerced) return null;
    const compiled = operation.planFor(coerced.values);
    return 'declined' in compiled ? null : compiled;
  }

  /** Runs a plan. Values of `variables` go up as they are. */
  run(
    compiled: CompiledPlan,
    variables: Readonly<Record<string, unknown>>,
    scope: SubgraphScope,
    done: (answer: Answer) => void,
  ): void {
    const { errorMode, mask, onSubgraphErrors } = this.#options;
    const options = { variables, scope, errorMode, mask, onSubgraphErrors };
    runPlan(compiled, options, {
      done: (found) => done(toAnswer(compiled, found)),
      crashed: (error) => done(failedAnswer([mask(error)])),
    });
  }

  /**
   * Answers an operation. Variables that it does not allow are refused with BAD_USER_INPUT before anything is fetched.
   */
  execute(
    operation: PreparedOperation,
    variables: Readonly<Record<string, unknown>>,
    scope: SubgraphScope,
    done: (answer: Answer | ExecutionResult) => void,
  ): void {
    const coerced = operation.coerce(this.schema, variables);
    if ('errors' in coerced) {
      done({ errors: coerced.errors.map(badInput) });
      return;
    }
    const compiled = operation.planFor(coerced.values);
    if ('declined' in compiled) this.#fallBack(operation, compiled.declined, variables, scope, done);
    else this.run(compiled, variables, scope, done);
  }

  #compile(plan: Plan): CompiledPlan {
    return compilePlan(plan, {
      targets: (subgraph) => this.#target(subgraph),
      entryPoints: (subgraph, type, index) => {
        const entries = this.#model.entries(subgraph, type);
        const entry = typeof entries === 'string' ? undefined : entries[index];
        if (!entry)
          throw new Error(`The plan speaks of an entry point ${index} of ${type} in ${subgraph}; there is none.`);
        return entry.runtime;
      },
    });
  }

  #target(name: string): Target {
    let target = this.#targets.get(name);
    if (!target) {
      target = this.#makeTarget(name);
      this.#targets.set(name, target);
    }
    return target;
  }

  #makeTarget(name: string): Target {
    if (name === introspectionSubgraph) return { kind: 'local', execute: localExecutor(this.schema) };
    const subgraph = this.#model.subgraphs.get(name);
    if (!subgraph) throw new Error(`The plan speaks of a subgraph ${name}; there is none.`);
    const { config } = subgraph;
    const transformed = subgraph.schema !== config.schema;
    const client = this.#options.clients.get(config.name ?? name);
    if (client && !transformed) {
      return { kind: 'remote', client, queries: this.#options.shareInFlight ? new SharedRequests(client) : client };
    }
    const executor = (config.executor as Executor | undefined) ?? localExecutor(config.schema);
    if (transformed) return transformedTarget(config, subgraph.schema, executor);
    return { kind: 'local', execute: (request) => executor(request) as Promise<ExecutionResult> };
  }

  #fallBack(
    operation: PreparedOperation,
    reason: string,
    variables: Readonly<Record<string, unknown>>,
    scope: SubgraphScope,
    done: (answer: ExecutionResult) => void,
  ): void {
    this.declined += 1;
    if (!this.#toldDeclined.has(operation)) {
      this.#toldDeclined.add(operation);
      this.#options.onDeclined(operation, reason);
    }
    const { mask } = this.#options;
    Promise.resolve(
      execute({
        schema: this.schema,
        document: operation.document,
        operationName: operation.name,
        variableValues: variables,
        contextValue: scope,
      }),
    ).then(
      ({ errors, ...result }) => done(errors ? { ...result, errors: errors.map(mask) } : result),
      (error) => done({ errors: [mask(error)] }),
    );
  }
}

function localExecutor(
  schema: GraphQLSchema,
): (request: ExecutionRequest) => Promise<ExecutionResult> | ExecutionResult {
  return ({ document, variables, context }) =>
    execute({ schema, document, variableValues: variables ?? {}, contextValue: context }) as
      | Promise<ExecutionResult>
      | ExecutionResult;
}

function badInput(error: GraphQLError): GraphQLError {
  const { message, nodes, extensions } = error;
  return new GraphQLError(message, {
    nodes,
    extensions: { ...extensions, code: 'BAD_USER_INPUT', http: { spec: true, status: 400 } },
  });
}
