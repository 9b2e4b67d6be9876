// Graph with two ways of execution to compare: the engine, and execution by stitching. Requests to subgraphs are
// executed in process, as over HTTP: text and JSON in, JSON out; each is checked against the subgraph's own schema.

import type { ExecutionRequest, Executor } from '@graphql-tools/utils';
import {
  type ExecutionResult,
  execute,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  parse,
  print,
  validate,
} from 'graphql';
import type { ClientView } from '../../gateway/client-views/client-view.ts';
import type { Graph } from '../../gateway/compose/graph.ts';
import { Engine } from '../../gateway/engine/engine.ts';
import type { Executed } from '../../gateway/engine/plan-runner.ts';
import type { PreparedOperation } from '../../gateway/engine/prepared-operation.ts';
import { asGraphQLError, errorRules, reportedBySubgraph } from '../../gateway/execute/client-errors.ts';
import type { RemoteTarget } from '../../gateway/execute/target.ts';
import type { Plan } from '../../gateway/query-plan/plan.ts';
import { Cancellation } from '../../gateway/transport/cancellation.ts';
import { parseResponse, type SubgraphResponse, type SubgraphScope } from '../../gateway/transport/subgraph-client.ts';
import { SubgraphError } from '../../gateway/transport/subgraph-error.ts';
import { executeOperation } from '../harness/execute-operation.ts';
import type { Operation } from './operations.ts';
import { fromPlain, plainForm } from './plain-form.ts';
import { stitchedSchema } from './stitched.ts';
import type { KnownValues } from './values.ts';

export type Result = FormattedExecutionResult;

/** Executes a request that is valid for the subgraph. @throws for one that is down. */
export type Responding = (request: {
  text: string;
  variables: Record<string, unknown>;
}) => Promise<ExecutionResult> | ExecutionResult;

export interface UpstreamSchema {
  name: string;
  /** As the service itself has it. */
  schema: GraphQLSchema;
  response: Responding;
}

export interface GraphUnderTestOptions {
  name: string;
  subgraphs: readonly UpstreamSchema[];
  compose(): Graph;
  knownValues: KnownValues;
  /** Mutations among the operations, from 0 to 1. */
  mutations: number;
  /** Resets the data; called before each side of a case. The seed selects what goes wrong. */
  reset?(seed: number, operation: Operation): void;
  /** False where stitching is not compared, since the reference is and stitching is known to be wrong. */
  stitchingSupports?(seed: number, operation: Operation): boolean;
  /** Executes without any gateway, over the same data; the better oracle where there is one. */
  reference?(operation: Operation): Promise<Result>;
}

export interface EngineResult {
  /** As plain data. */
  result: Result;
  /** As JSON text. */
  text: string;
  /** Requests of the engine to subgraphs that are not valid. */
  faults: string[];
  plan: Plan | null;
  /** The reason for which it was not planned, though its variables are valid; null where it was. */
  unsupported: string | null;
  executed: Executed;
  prepared: PreparedOperation;
}

const allErrors = errorRules('all');

export class GraphUnderTest {
  readonly name: string;
  readonly graph: Graph;
  readonly engine: Engine;
  readonly #stitched: () => GraphQLSchema;
  readonly options: GraphUnderTestOptions;
  #faults: string[] = [];
  #scope: SubgraphScope | undefined;

  constructor(options: GraphUnderTestOptions) {
    this.name = options.name;
    this.options = options;
    const byName = new Map(options.subgraphs.map((subgraph) => [subgraph.name, subgraph]));
    this.graph = options.compose();
    this.engine = this.engineFor(null);
    let stitched: GraphQLSchema | undefined;
    this.#stitched = () => {
      stitched ??= stitchedSchema(this.graph, (name) => {
        const subgraph = byName.get(name);
        return subgraph ? this.#executor(subgraph) : null;
      });
      return stitched;
    };
  }

  /** An engine over the same subgraphs, for a client with this view. */
  engineFor(view: ClientView | null): Engine {
    const clients = this.options.subgraphs.map((subgraph) => [subgraph.name, this.#client(subgraph)] as const);
    return new Engine({
      schema: this.graph.schema,
      subschemas: this.graph.subschemas,
      ...(this.graph.parts && { parts: this.graph.parts }),
      ...(this.graph.serviceNames && { serviceNames: this.graph.serviceNames }),
      clients: new Map(clients),
      view,
      errorMode: 'all',
      // Every error is compared with the oracle's.
      maxErrors: Number.POSITIVE_INFINITY,
      maxDocuments: 100,
      maxDocumentBytes: 100_000_000,
      mask: (error) => (error instanceof GraphQLError ? error : new GraphQLError(String(error))),
      onSubgraphErrors() {},
      onUnplanned() {},
    });
  }

  async #send(
    subgraph: UpstreamSchema,
    text: string,
    variables: Record<string, unknown>,
    byEngine: boolean,
  ): Promise<SubgraphResponse> {
    const fault = byEngine && faultIn(subgraph, text, variables);
    if (fault) this.#faults.push(fault);
    const response = parseResponse(JSON.stringify(await subgraph.response({ text, variables })));
    if (!response) throw new Error(`${subgraph.name} gave no response`);
    return response;
  }

  #executor(subgraph: UpstreamSchema): Executor {
    const execute = async ({ document, variables, context }: ExecutionRequest): Promise<ExecutionResult> => {
      // Requests of stitching are not under test, and may come late: it does not wait for all that it has started.
      const byEngine = context === this.#scope;
      const { data, errors } = await this.#send(subgraph, print(document), asJson(variables ?? {}), byEngine);
      const reported = errors?.map((error) => asGraphQLError(reportedBySubgraph(error, subgraph.name, allErrors)));
      return { ...(data !== undefined && { data }), ...(reported && { errors: reported }) };
    };
    return execute as Executor;
  }

  #client(subgraph: UpstreamSchema): RemoteTarget['client'] {
    return {
      name: subgraph.name,
      execute: (body, _scope, done) => {
        const { query, variables = {} } = JSON.parse(body);
        this.#send(subgraph, query, variables, true).then(
          (response) => done(null, response),
          (error) => done(new SubgraphError(subgraph.name, 'SUBGRAPH_UNAVAILABLE', String(error)), null),
        );
      },
      subscribe: () => Promise.reject(new Error('Subscriptions are not generated.')),
    };
  }

  /** @param engine another one than that of the graph. */
  async runEngine(
    { text, variables, operationName }: Operation,
    { engine = this.engine }: { engine?: Engine } = {},
  ): Promise<EngineResult> {
    this.#faults = [];
    const prepared = engine.documents.get(text);
    if (prepared.errors) throw new Error(`The engine rejects the document: ${prepared.errors.join('; ')}`);
    const operation = prepared.operation(operationName);
    if (!operation) throw new Error('The engine does not find the operation.');
    const scope: SubgraphScope = { requestId: 'differential', cancellation: new Cancellation(), calls: [] };
    this.#scope = scope;
    const executed = await executeOperation(engine, operation, variables, scope);
    const response: ExecutionResult & { stringify?(): string } = executed.response;
    // Text first, as on the way to a client; the data is then made from the same objects.
    const written = response.stringify?.() ?? JSON.stringify(response);
    const { data, errors } = response;
    const result = { data, ...(errors && { errors: errors.map((error) => error.toJSON()) }) } as Result;
    const coerced = operation.coerce(variables);
    const compiled = 'values' in coerced ? operation.planFor(coerced.values) : null;
    const plan = compiled && 'plan' in compiled ? compiled.plan : null;
    const unsupported = compiled && 'unsupported' in compiled ? compiled.unsupported : null;
    return { result, text: written, faults: this.#faults, plan, unsupported, executed, prepared: operation };
  }

  /** Stitched execution of the operation's plain form. */
  async runStitched(operation: Operation): Promise<Result> {
    const plain = plainForm(this.graph.schema, operation);
    if (!plain) return { data: {} };
    const schema = this.#stitched();
    const { document, variables: variableValues } = plain;
    return fromPlain(await execute({ schema, document, variableValues, contextValue: {} }));
  }
}

/** Errors of a request by the subgraph's own schema. */
function faultIn({ name, schema }: UpstreamSchema, text: string, variables: Record<string, unknown>): string | null {
  const reported = `\n  to ${name}: ${text} ${JSON.stringify(variables)}`;
  try {
    const document = parse(text);
    const invalid = validate(schema, document);
    if (invalid.length > 0) return `${invalid.join('; ')}${reported}`;
    const definitions = getOperationAST(document)?.variableDefinitions ?? [];
    const { errors } = getVariableValues(schema, definitions, variables);
    if (errors) return `${errors.join('; ')}${reported}`;
    const surplus = Object.keys(variables).filter((key) => !definitions.some((one) => one.variable.name.value === key));
    return surplus.length > 0 ? `variables that are not declared: ${surplus.join(', ')}${reported}` : null;
  } catch (error) {
    return `${error}${reported}`;
  }
}

function asJson<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value));
}
