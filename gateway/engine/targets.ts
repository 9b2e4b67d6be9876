// Fetch targets: for each subgraph of a plan, the client of a service, or a schema that is executed in the gateway.
import type { ExecutionRequest, ExecutionResult, Executor } from '@graphql-tools/utils';
import { execute, type GraphQLSchema } from 'graphql';
import type { ServiceNames } from '../compose/renames/service-names.ts';
import { type CompiledPlan, compilePlan } from '../execute/compiled-plan.ts';
import { subscribeLocal } from '../execute/event-source.ts';
import { RenamingClient, RenamingQueries, RequestTexts } from '../execute/renaming-client.ts';
import type { SubgraphBudget } from '../execute/subgraph-budget.ts';
import type { LocalTarget, RemoteClient, Target } from '../execute/target.ts';
import { toPlainJson } from '../json/json-values.ts';
import { introspectionSubgraph } from '../planner/fetch-graph.ts';
import type { GraphModel } from '../planner/model.ts';
import type { EntryPoint } from '../query-plan/entry-point.ts';
import type { Plan } from '../query-plan/plan.ts';
import { FaultyClient, FaultyQueries } from '../transport/faulty-client.ts';
import { HookedClient, HookedQueries, type SubgraphHooks } from '../transport/hooked-client.ts';
import type { InFlightDeduplicators } from '../transport/in-flight-deduplicator.ts';
import { createIntrospectionExecutor, type InTurns, inNextTurn } from './introspection-executor.ts';

export interface TargetsOptions {
  /**
   * By name, the services that requests are sent to; a subgraph that is not among them is executed by its subschema.
   */
  clients: ReadonlyMap<string, RemoteClient>;
  /** Names of services that differ from those of the graph, by service. */
  serviceNames?: ReadonlyMap<string, ServiceNames>;
  /** Deduplication of equal queries in flight; without it, each query is a request of its own. */
  inFlight?: InFlightDeduplicators | null;
  /** Hooks that requests to services pass; none by default. */
  hooks?: SubgraphHooks | null;
  /** Milliseconds after which requests to a service time out, where requests may have faults; null where none may. */
  faults?: ((service: string) => number) | null;
  /** Maximum number of keys in one request to a service, by its name; 500 by default. */
  maxKeys?: ReadonlyMap<string, number>;
  /** Budgets of services, with their parts of the graph; none by default. */
  budgets?: ((service: string, schema: GraphQLSchema) => SubgraphBudget | null) | null;
  /** Steps that making one plan, and one introspection, may take; no limit by default. */
  maxSteps?: number;
  /** Runs a part of long work in a later turn of the event loop; `setImmediate` by default. */
  inTurns?: InTurns;
}

/**
 * Maximum number of keys in one request to a service: 500 UUIDs are 20 kB, well below the usual body limit of 100 kB.
 */
const DEFAULT_MAX_KEYS = 500;

export class Targets {
  readonly #model: GraphModel;
  readonly #clientSchema: GraphQLSchema;
  readonly #options: TargetsOptions;
  readonly #targets = new Map<string, Target>();
  readonly #budgets = new Map<string, SubgraphBudget | null>();

  /** @param clientSchema the schema that introspection shows. */
  constructor(model: GraphModel, clientSchema: GraphQLSchema, options: TargetsOptions) {
    this.#model = model;
    this.#clientSchema = clientSchema;
    this.#options = options;
  }

  /** Compiles a plan for the targets of its fetches. */
  compile(plan: Plan): CompiledPlan {
    return compilePlan(plan, {
      targets: (subgraph) => this.#target(subgraph),
      entryPoints: (subgraph, type, index) => this.#entryPoint(subgraph, type, index),
      maxKeys: (subgraph) => {
        const service = this.#model.subgraphs.get(subgraph)?.config.name ?? subgraph;
        return this.#options.clients.has(service)
          ? (this.#options.maxKeys?.get(service) ?? DEFAULT_MAX_KEYS)
          : Number.POSITIVE_INFINITY;
      },
      budgets: (subgraph) => this.#budget(subgraph),
    });
  }

  #budget(name: string): SubgraphBudget | null {
    const { budgets } = this.#options;
    const subgraph = this.#model.subgraphs.get(name);
    if (!budgets || !subgraph) return null;
    let budget = this.#budgets.get(name);
    if (budget === undefined) {
      budget = budgets(this.#model.serviceOf(name), subgraph.schema);
      this.#budgets.set(name, budget);
    }
    return budget;
  }

  #entryPoint(subgraph: string, type: string, index: number): EntryPoint {
    const resolvers = this.#model.entityResolvers(subgraph, type);
    const resolver = typeof resolvers === 'string' ? undefined : resolvers[index];
    if (!resolver) throw new Error(`The plan has an entry point ${index} of ${type} in ${subgraph}; there is none.`);
    return resolver.runtime;
  }

  #target(name: string): Target {
    let target = this.#targets.get(name);
    if (!target) {
      target = this.#create(name);
      this.#targets.set(name, target);
    }
    return target;
  }

  #create(name: string): Target {
    const {
      clients,
      faults,
      inFlight,
      hooks,
      serviceNames,
      maxSteps = Number.POSITIVE_INFINITY,
      inTurns = inNextTurn,
    } = this.#options;
    if (name === introspectionSubgraph) {
      const schema = this.#clientSchema;
      return localTarget(schema, createIntrospectionExecutor(schema, maxSteps, inTurns));
    }
    const subgraph = this.#model.subgraphs.get(name);
    if (!subgraph) throw new Error(`The plan has a subgraph ${name}; there is none.`);
    const { config } = subgraph;
    const service = clients.get(config.name ?? name);
    if (!service) {
      return localTarget(config.schema, localExecutor(config.schema));
    }
    const deduplicated = inFlight?.of(service) ?? service;
    const timeout = faults?.(service.name);
    const [all, some] =
      timeout === undefined
        ? [service, deduplicated]
        : [new FaultyClient(service, timeout), new FaultyQueries(deduplicated, timeout)];
    const client = hooks ? new HookedClient(all, hooks) : all;
    const queries = hooks ? new HookedQueries(some, hooks) : some;
    const names = serviceNames?.get(client.name);
    const { takesFiles = false } = service;
    if (!names) return { kind: 'remote', client, queries, takesFiles };
    const texts = new RequestTexts(names);
    const [renaming, renamingQueries] = [new RenamingClient(client, texts), new RenamingQueries(queries, texts)];
    return { kind: 'remote', client: renaming, queries: renamingQueries, takesFiles };
  }
}

function localTarget(schema: GraphQLSchema, executor: Executor): LocalTarget {
  return {
    kind: 'local',
    execute: (request) => executor(request) as Promise<ExecutionResult>,
    subscribe: (request) => subscribeLocal(schema, request),
  };
}

function localExecutor(
  schema: GraphQLSchema,
): (request: ExecutionRequest) => Promise<ExecutionResult> | ExecutionResult {
  return ({ document, variables, context }) =>
    // Resolvers consume values: they get numbers and strings.
    execute({ schema, document, variableValues: toPlainJson(variables ?? {}), contextValue: context }) as
      | Promise<ExecutionResult>
      | ExecutionResult;
}
