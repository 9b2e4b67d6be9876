// Runs of random operations over random graphs, up to the first failure, which is then made small.
import { Random } from '../../differential/random.ts';
import { shrink } from '../../differential/shrink.ts';
import { type Case, check, describeFailure, generateCase, wholeFor } from './check.ts';
import { withRequired } from './computed.ts';
import { type Feature, someFeatures, usualFeatures } from './features.ts';
import { generateGraph } from './generate.ts';
import type { GraphModel } from './model.ts';
import { type ServedGraph, serve } from './served.ts';

export interface RunOptions {
  seed: number;
  operations: number;
  /** The usual ones, unless given. */
  features?: readonly Feature[];
  /** Called after each graph, with the number of operations so far. */
  progress?(done: number): void;
}

export interface Counts {
  graphs: number;
  operations: number;
  throughView: number;
}

const operationsOfGraph = 25;

/** Seeds of operations do not depend on how many came before: each can be repeated alone. */
export function seedOf(graphSeed: number, operation: number): number {
  return graphSeed * 1000 + operation;
}

/** @throws with everything that is needed to repeat and understand it, at the first failure */
export async function run({ seed, operations, features = usualFeatures, progress }: RunOptions): Promise<Counts> {
  const counts: Counts = { graphs: 0, operations: 0, throughView: 0 };
  for (let graphSeed = seed; counts.operations < operations; graphSeed += 1) {
    const served = await serve(generateGraph(graphSeed, someFeatures(features, new Random(graphSeed))));
    try {
      counts.graphs += 1;
      for (let index = 0; index < operationsOfGraph && counts.operations < operations; index += 1) {
        const one = generateCase(served, seedOf(graphSeed, index));
        const failure = await check(served, one);
        if (failure !== null) throw new Error(await smallest(served, one, failure));
        counts.operations += 1;
        if (one.throughView) counts.throughView += 1;
      }
    } finally {
      await served.stop();
    }
    progress?.(counts.operations);
  }
  return counts;
}

/** Describes the smallest operation that fails, and a smaller graph that it fails on, where there is one. */
async function smallest(served: ServedGraph, failing: Case, failure: string): Promise<string> {
  const kind = kindOf(failure);
  const fails = async (graph: ServedGraph, one: Case) => kindOf((await check(graph, one)) ?? '') === kind;
  const { schema } = wholeFor(served, failing.throughView);
  const operation = await shrink(schema, failing.operation, (smaller) =>
    fails(served, { ...failing, operation: smaller }),
  );
  const one = { ...failing, operation };
  const smaller = await serve(withoutUnused(served.graph, operation.text, one.throughView)).catch(() => null);
  if (!smaller) return describeFailure(served, one, (await check(served, one)) ?? failure);
  try {
    const again = await check(smaller, one);
    if (again !== null && kindOf(again) === kind) return describeFailure(smaller, one, again);
    return describeFailure(served, one, (await check(served, one)) ?? failure);
  } finally {
    await smaller.stop();
  }
}

function kindOf(failure: string): string {
  return failure.split(/[:\n]/)[0] as string;
}

/** Without fields whose names, the graph's or the view's, are not in the operation; each type retains one. */
function withoutUnused(graph: GraphModel, text: string, throughView: boolean): GraphModel {
  const words = new Set(text.match(/\w+/g));
  const stored = <Field extends { name: string }>(type: string, fields: readonly Field[], least = 0): Field[] => {
    const used = fields.filter(({ name }) =>
      words.has((throughView && graph.renames.fields[`${type}.${name}`]) || name),
    );
    return used.length < least ? fields.slice(0, least) : used;
  };
  const used = {
    ...graph,
    entities: graph.entities.map((entity) => ({
      ...entity,
      fields: withRequired(stored(entity.name, entity.fields), entity.fields),
    })),
    values: graph.values.map((value) => ({ ...value, fields: stored(value.name, value.fields, 1) })),
    queries: stored('Query', graph.queries),
    mutations: stored('Mutation', graph.mutations),
  };
  const has = (coordinate: string) => {
    const [, type, field] = /^(\w+)\.(\w+)/.exec(coordinate) ?? [];
    const owner = [
      ...used.entities,
      ...used.values,
      { name: 'Query', fields: used.queries },
      { name: 'Mutation', fields: used.mutations },
    ].find(({ name }) => name === type);
    const keys = used.entities.find(({ name }) => name === type)?.key ?? [];
    return [...(owner?.fields ?? []), ...keys].some(({ name }) => name === field);
  };
  const only = (names: Record<string, string>) => Object.fromEntries(Object.entries(names).filter(([key]) => has(key)));
  const { types, fields, arguments: args } = graph.renames;
  return { ...used, hidden: graph.hidden.filter(has), renames: { types, fields: only(fields), arguments: only(args) } };
}
