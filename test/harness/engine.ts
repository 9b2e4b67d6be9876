// An engine over subgraphs that a test answers by hand: what is asked waits until the test says what comes back.
import { GraphQLError } from 'graphql';
import { composeGraph } from '../../gateway/compose/graph.ts';
import type { Plan } from '../../gateway/execute/plan.ts';
import { Engine } from '../../gateway/plan/engine.ts';
import { Cancellation } from '../../gateway/transport/cancellation.ts';
import type { SubgraphAnswer } from '../../gateway/transport/subgraph-client.ts';
import { SubgraphError } from '../../gateway/transport/subgraph-error.ts';

/** One request that a subgraph got. */
export interface Asked {
  subgraph: string;
  query: string;
  variables: Record<string, unknown>;
  answer(answer: SubgraphAnswer): void;
  /** The subgraph cannot be reached. */
  fail(): void;
}

export interface EngineAnswer {
  data: unknown;
  errors: { message: string; path: readonly (string | number)[] | undefined }[];
  /** The same as JSON text, as clients get it. */
  text: string;
}

export interface TestEngine {
  engine: Engine;
  /** Requests so far that are not answered yet, oldest first. */
  asked: Asked[];
  /** What the operator's log has of errors in responses. */
  logged: unknown[];
  /** The plan of a query. */
  plan(query: string, variables?: Record<string, unknown>): Plan;
  /** Starts a query. */
  run(query: string, variables?: Record<string, unknown>): Promise<EngineAnswer>;
  /** Waits for as many requests as there are answers, and gives them: the key says who answers, in order. */
  answer(...answers: [subgraph: string, answer: SubgraphAnswer | 'down'][]): void;
}

/** @param sdls each subgraph's SDL, with stitching directives. */
export function testEngine(sdls: Record<string, string>): TestEngine {
  const executor = () => {
    throw new Error('Stock execution is not expected to run here.');
  };
  const graph = composeGraph(Object.entries(sdls).map(([name, sdl]) => ({ name, sdl, executor })));
  const asked: Asked[] = [];
  const logged: unknown[] = [];
  const client = (name: string) => ({
    name,
    ask(body: string, _scope: unknown, done: (error: Error | null, answer: SubgraphAnswer | null) => void) {
      const { query, variables = {} } = JSON.parse(body);
      const settle = (error: Error | null, answer: SubgraphAnswer | null) => {
        asked.splice(asked.indexOf(request), 1);
        done(error, answer && JSON.parse(JSON.stringify(answer)));
      };
      const request: Asked = {
        subgraph: name,
        query,
        variables,
        answer: (answer) => settle(null, answer),
        fail: () => settle(new SubgraphError(name, 'SUBGRAPH_UNAVAILABLE', 'down'), null),
      };
      asked.push(request);
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
    onDeclined(_operation, reason) {
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
    asked,
    logged,
    plan(query, variables = {}) {
      const compiled = prepared(query).planFor(variables);
      if ('declined' in compiled) throw new Error(`declined: ${compiled.declined}`);
      return compiled.plan;
    },
    run: (query, variables = {}) =>
      new Promise((resolve) => {
        const scope = { requestId: 'test', cancellation: new Cancellation(), calls: [] };
        engine.execute(prepared(query), variables, scope, (answer) => {
          const { data, errors = [] } = answer;
          const text = 'stringify' in answer ? answer.stringify() : JSON.stringify(answer);
          resolve({ data, errors: errors.map(({ message, path }) => ({ message, path })), text });
        });
      }),
    answer(...answers) {
      for (const [subgraph, answer] of answers) {
        const request = asked.find((candidate) => candidate.subgraph === subgraph);
        if (!request) throw new Error(`${subgraph} is not asked; ${asked.map((one) => one.subgraph).join(', ')} are.`);
        if (answer === 'down') request.fail();
        else request.answer(answer);
      }
    },
  };
}
