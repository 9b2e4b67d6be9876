// Properties of composition, for random services:
//   node test/composition/properties.ts --graphs 10000 --seed 1
// The graph is the same in every order of the services, and each upstream request is valid for its service's schema.
import { parseArgs } from 'node:util';
import { type GraphQLSchema, parse, validate } from 'graphql';
import { ComposeError } from '../../gateway/compose/compose-error.ts';
import { composeGraph, type Graph } from '../../gateway/compose/graph.ts';
import { buildSourceSchema } from '../../gateway/compose/sdl.ts';
import { FetchDocuments } from '../../gateway/execute/request-body.ts';
import { generateOperation } from '../differential/operations.ts';
import { testEngine } from '../harness/engine.ts';
import { randomServices } from './random-services.ts';

export interface PropertyCounts {
  graphs: number;
  /** Services that cannot be composed. */
  conflicts: number;
  operations: number;
  fetches: number;
}

/**
 * Checks one graph.
 * @throws naming the seed, with the SDL of each service and what is wrong.
 */
export function checkGraph(seed: number, operations: number, counts: PropertyCounts): void {
  const sdls = randomServices(seed);
  const fail = (what: string): never => {
    const written = Object.entries(sdls).map(([name, sdl]) => `# ${name}\n${sdl}`);
    throw new Error(`seed ${seed}: ${what}\n${written.join('\n')}`);
  };
  const names = Object.keys(sdls);
  const results = [names, names.toReversed()].map((order) => compose(sdls, order));
  const [first] = results as [Graph | string];
  for (const other of results)
    if (textOf(other) !== textOf(first)) fail(`${textOf(first)}\n--- or ---\n${textOf(other)}`);
  if (typeof first === 'string') {
    counts.conflicts += 1;
    return;
  }
  counts.graphs += 1;
  const engine = testEngine(sdls);
  const schemas = new Map(names.map((name) => [name, buildSourceSchema(sdls[name] as string, name)]));
  for (let number = 0; number < operations; number += 1) {
    const { text, variables } = generateOperation({
      schema: first.schema,
      seed: seed * 1000 + number,
      knownValues: () => undefined,
      mutations: 0,
      introspection: false,
    });
    counts.operations += 1;
    for (const fetch of engine.plan(text, variables).fetches) {
      const { subgraph, repeat, parts: pieces } = fetch;
      const schema = schemas.get(subgraph);
      if (!schema) continue;
      counts.fetches += 1;
      const documents = new FetchDocuments(fetch);
      const all = repeat ? [documents.repeated(repeat, 2)] : [documents.whole];
      for (const [index] of pieces?.entityFetches.entries() ?? []) all.push(documents.of([index]));
      for (const { text: upstream } of all) {
        const errors = problemsOf(schema, upstream);
        if (errors.length > 0) fail(`${subgraph}: ${errors.join('; ')}\n${upstream}\nfor ${text}`);
      }
    }
  }
}

function problemsOf(schema: GraphQLSchema, document: string): string[] {
  return validate(schema, parse(document)).map(({ message }) => message);
}

/** The graph, or the reason why there is none. */
function compose(sdls: Record<string, string>, order: readonly string[]): Graph | string {
  try {
    return composeGraph(order.map((name) => ({ name, sdl: sdls[name] as string })));
  } catch (error) {
    if (error instanceof ComposeError) return error.reasons.toSorted().join('\n');
    throw error;
  }
}

function textOf(result: Graph | string): string {
  return typeof result === 'string' ? result : `${result.sdl}${result.warnings.toSorted().join('\n')}`;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { graphs: { type: 'string', default: '10000' }, seed: { type: 'string', default: '1' } },
  });
  const [graphs, first] = [Number(values.graphs), Number(values.seed)];
  const counts: PropertyCounts = { graphs: 0, conflicts: 0, operations: 0, fetches: 0 };
  for (let seed = first; seed < first + graphs; seed += 1) {
    checkGraph(seed, 3, counts);
    if ((seed - first + 1) % 1000 === 0) console.log(`${seed - first + 1} of ${graphs}: ${JSON.stringify(counts)}`);
  }
  console.log(`all hold: ${JSON.stringify(counts)}`);
}
