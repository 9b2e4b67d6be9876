// Engine over subgraphs whose responses a test gives by hand: each request waits until the test responds.

import { GraphQLError } from 'graphql';
import { composeGraph } from '../../gateway/compose/graph.ts';
import { Engine } from '../../gateway/engine/engine.ts';
import type { Plan } from '../../gateway/query-plan/plan.ts';
import { Cancellation } from '../../gateway/transport/cancellation.ts';
import type { SubgraphResponse } from '../../gateway/transport/subgraph-client.ts';
import { SubgraphError } from '../../gateway/transport/subgraph-error.ts';
import { executeOperation } from './execute-operation.ts';

/** One request that a subgraph got. */
export interface Requested {
  subgraph: string;
  query: string;
  variables: Record<string, unknown>;
  response(response: SubgraphResponse): void;
  /** The subgraph cannot be reached. */
  fail(): void;
}

export interface EngineResponse {
  data: unknown;
  errors: { message: string; path: readonly (string | number)[] | undefined }[];
  /** The same as JSON text, as clients get it. */
  text: string;
}

export interface TestEngine {
  engine: Engine;
  /** Requests so far without a response yet, oldest first. */
  requested: Requested[];
  /** Errors in responses, as the operator's log has them. */
  logged: unknown[];
  /** The plan of a query. */
  plan(query: string, variables?: Record<string, unknown>): Plan;
  /** Starts a query. */
  run(query: string, variables?: Record<string, unknown>): Promise<EngineResponse>;
  /** Waits for as many requests as there are responses, and gives them: the key names the subgraph, in order. */
  response(...responses: [subgraph: string, result: SubgraphResponse | 'down'][]): void;
}

/** @param sdls each subgraph's SDL, with stitching directives. */
export function testEngine(sdls: Record<string, string>): TestEngine {
  const graph = composeGraph(Object.entries(sdls).map(([name, sdl]) => ({ name, sdl })));
  const requested: Requested[] = [];
  const logged: unknown[] = [];
  const client = (name: string) => ({
    name,
    execute(body: string, _scope: unknown, done: (error: Error | null, response: SubgraphResponse | null) => void) {
      const { query, variables = {} } = JSON.parse(body);
      const settle = (error: Error | null, response: SubgraphResponse | null) => {
        requested.splice(requested.indexOf(request), 1);
        done(error, response && JSON.parse(JSON.stringify(response)));
      };
      const request: Requested = {
        subgraph: name,
        query,
        variables,
        response: (response) => settle(null, response),
        fail: () => settle(new SubgraphError(name, 'SUBGRAPH_UNAVAILABLE', 'down'), null),
      };
      requested.push(request);
    },
    subscribe: () => Promise.reject(new Error('No test subscribes here.')),
  });
  const engine = new Engine({
    schema: graph.schema,
    subschemas: graph.subschemas,
    clients: new Map(Object.keys(sdls).map((name) => [name, client(name)])),
    errorMode: 'all',
    maxDocuments: 1000,
    maxDocumentBytes: 100_000_000,
    mask: (error) => (error instanceof GraphQLError ? error : new GraphQLError(String(error))),
    onSubgraphErrors: (subgraph, errors) => logged.push({ subgraph, errors }),
    onUnplanned(_operation, reason) {
      throw new Error(`declined: ${reason}`);
    },
  });
  const prepared = (query: string) => {
    const document = engine.documents.get(query);
    if (document.errors) throw new Error(document.errors.join('\n'));
    const operation = document.operation(undefined);
    if (!operation) throw new Error('There is not exactly one operation.');
    return operation;
  };
  return {
    engine,
    requested,
    logged,
    plan(query, variables = {}) {
      const compiled = prepared(query).planFor(variables);
      if ('unsupported' in compiled) throw new Error(`declined: ${compiled.unsupported}`);
      return compiled.plan;
    },
    async run(query, variables = {}) {
      const scope = { requestId: 'test', cancellation: new Cancellation(), calls: [] };
      const { response } = await executeOperation(engine, prepared(query), variables, scope);
      const { data, errors = [] } = response;
      const text = 'stringify' in response ? response.stringify() : JSON.stringify(response);
      return { data, errors: errors.map(({ message, path }) => ({ message, path })), text };
    },
    response(...responses) {
      for (const [subgraph, response] of responses) {
        const request = requested.find((candidate) => candidate.subgraph === subgraph);
        if (!request)
          throw new Error(`${subgraph} has no request; ${requested.map((one) => one.subgraph).join(', ')} are.`);
        if (response === 'down') request.fail();
        else request.response(response);
      }
    },
  };
}
