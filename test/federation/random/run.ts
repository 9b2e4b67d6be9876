// Runs of random operations over random federated graphs, up to the first failure: the response of the gateway is that
// of the monolithic schema over the same data, and no operation is rejected.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSchema, execute, type GraphQLSchema } from 'graphql';
import { createGateway, type Gateway } from '../../../gateway/index.ts';
import { generateOperation, type Operation } from '../../differential/operations.ts';
import { hash } from '../../differential/random.ts';
import { shrink } from '../../differential/shrink.ts';
import { reasonUnplanned } from '../../harness/planned.ts';
import { type Representation, startSubgraph } from '../subgraph-server.ts';
import { resolverFor, type Thing, thingOf } from './data.ts';
import { type FederatedGraph, type FieldModel, generateFederatedGraph } from './generate.ts';
import { sdlOf } from './sdl.ts';

export interface RunOptions {
  seed: number;
  operations: number;
  /** Called after each graph, with the number of operations so far. */
  progress?(done: number): void;
}

export interface Counts {
  graphs: number;
  operations: number;
  requests: number;
}

const operationsOfGraph = 25;
const limits = {
  depth: false,
  aliases: false,
  rootFields: false,
  tokens: false,
  directives: false,
  cost: false,
} as const;

/** @throws with the graph and the smallest operation that fails, at the first failure */
export async function run({ seed, operations, progress }: RunOptions): Promise<Counts> {
  const counts: Counts = { graphs: 0, operations: 0, requests: 0 };
  for (let graphSeed = seed; counts.operations < operations; graphSeed += 1) {
    const served = await serve(generateFederatedGraph(graphSeed));
    try {
      counts.graphs += 1;
      for (let index = 0; index < operationsOfGraph && counts.operations < operations; index += 1) {
        const operation = operationOf(served, graphSeed * 1000 + index);
        const failure = await served.check(operation);
        if (failure !== null) throw new Error(await smallest(served, operation, failure));
        counts.operations += 1;
      }
      counts.requests += served.requests();
    } finally {
      await served.stop();
    }
    progress?.(counts.operations);
  }
  return counts;
}

interface Served {
  graph: FederatedGraph;
  sdls: string;
  monolith: GraphQLSchema;
  requests(): number;
  /** What is wrong with the gateway's response; null if it is right. */
  check(operation: Operation): Promise<string | null>;
  stop(): Promise<void>;
}

function operationOf({ monolith: schema }: Served, seed: number): Operation {
  return generateOperation({ schema, seed, knownValues: () => undefined, mutations: 0.1, introspection: false });
}

async function serve(graph: FederatedGraph): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), 'concierge-federated-'));
  const sdls = new Map(graph.subgraphs.map((name) => [name, sdlOf(graph, name)]));
  const types = [...graph.entities, ...graph.interfaces].map(({ name }) => name);
  const entitiesIn = (subgraph: string) => {
    const find = (representation: Representation) => thingOf(graph, subgraph, representation);
    return Object.fromEntries(types.map((name) => [name, find]));
  };
  const labels = new ExpectedLabels();
  const subgraphs = await Promise.all(
    [...sdls].map(async ([name, sdl]) => {
      const fieldResolver = resolverFor(graph, name, (field, subgraph) => labels.check(field, subgraph)) as never;
      return { name, ...(await startSubgraph({ sdl, entities: entitiesIn(name), fieldResolver })) };
    }),
  );
  for (const [name, sdl] of sdls) writeFileSync(join(folder, `${name}.graphql`), sdl);
  const text = [...sdls].map(([name, sdl]) => `# ${name}\n${sdl}`).join('\n\n');
  let gateway: Gateway | undefined;
  const stop = async () => {
    await gateway?.stop();
    for (const subgraph of subgraphs) await subgraph.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    gateway = createGateway(
      {
        ...({ port: 0, log: { level: 'silent' }, overload: false, csrf: false, limits } as const),
        overrides: {
          percentBy: 'x-caller',
          labels: (request) => (request.header('x-labels') ?? '').split(','),
        },
        subgraphs: Object.fromEntries(subgraphs.map(({ name, url }) => [name, { url, schema: `${name}.graphql` }])),
      },
      folder,
    );
    const { engine } = gateway;
    const url = `${await gateway.start()}/graphql`;
    const monolith = buildSchema(gateway.graph.sdl);
    return {
      graph,
      sdls: text,
      monolith,
      requests: () => subgraphs.reduce((sum, { requests }) => sum + requests.length, 0),
      async check({ document, text: query, variables, operationName }) {
        const expected = await execute({
          schema: monolith,
          document,
          variableValues: variables,
          operationName: operationName ?? null,
          fieldResolver: resolverFor(graph, null) as never,
          typeResolver: (thing) => (thing as Thing).__typename,
        });
        const response = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...labels.next(query) },
          body: JSON.stringify({ query, variables, operationName }),
        });
        const received = await response.text();
        const wanted = JSON.stringify(expected);
        if (received !== wanted) return `response differs\ngateway: ${received}\nexpected: ${wanted}`;
        return reasonUnplanned(engine, query, variables);
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw new Error(`The gateway does not start for seed ${graph.seed}: ${error}\n${text}`, { cause: error });
  }
}

/** The labels of progressive overrides that hold for an operation, by which each field has one subgraph that serves it. */
class ExpectedLabels {
  #holding: readonly string[] = [];
  #caller = '';
  /** By caller: whether its share of the callers has moved. */
  readonly #moved = new Map<string, boolean>();

  /** Headers for an operation. */
  next(query: string): Record<string, string> {
    const number = Math.abs(hash(query));
    this.#holding = ['moved', 'other'].filter((_, index) => (number >> index) & 1);
    this.#caller = `caller ${number % 10}`;
    return { 'x-labels': this.#holding.join(), 'x-caller': this.#caller };
  }

  /** @throws if another subgraph has to serve the field */
  check({ name, label = '', owners }: FieldModel, subgraph: string): void {
    const isMoved = owners.includes(subgraph);
    const expected = label.startsWith('percent')
      ? (this.#moved.get(this.#caller) ?? isMoved)
      : this.#holding.includes(label);
    if (label.startsWith('percent')) this.#moved.set(this.#caller, isMoved);
    if (isMoved !== expected)
      throw new Error(`${subgraph} does not serve ${name} where ${label} ${expected ? 'holds' : 'does not hold'}`);
  }
}

async function smallest(served: Served, failing: Operation, failure: string): Promise<string> {
  const kind = (one: string | null) => one?.split('\n')[0];
  const operation = await shrink(
    served.monolith,
    failing,
    async (smaller) => kind(await served.check(smaller)) === kind(failure),
  );
  return [
    `graph ${served.graph.seed}: ${(await served.check(operation)) ?? failure}`,
    operation.text,
    `variables: ${JSON.stringify(operation.variables)}`,
    served.sdls,
  ].join('\n');
}
