// Time to prepare documents that are not cached: parse, validate, analyze and plan, in the processor's time of this thread, so
// that what runs beside does not count. Ordinary documents are the benchmark's queries and generated ones of ordinary size and
// of hundreds of fields; hostile ones are those of test/security.
//
//   node planning.ts [documents of each kind]
import { readdirSync, readFileSync } from 'node:fs';
import type { Graph } from '../gateway/compose/graph.ts';
import { composeGraph } from '../gateway/compose/graph.ts';
import { composeSupergraph, readSupergraph } from '../gateway/compose/supergraph.ts';
import { limitsSection, maxSteps } from '../gateway/config/limits.ts';
import { nothingDenied } from '../gateway/plan/denials.ts';
import { DocumentStore } from '../gateway/plan/document-store.ts';
import { GraphModel } from '../gateway/plan/model.ts';
import { Planner } from '../gateway/plan/planner.ts';
import { OperationTooComplex, StepBudget } from '../gateway/plan/step-budget.ts';
import { analyse } from '../gateway/policy/analysis.ts';
import { createDocumentLimits } from '../gateway/policy/limits/document-limits.ts';
import { generateOperation } from '../test/differential/operations.ts';
import { hostileDocument, network } from '../test/security/hostile-documents.ts';

const count = Number(process.argv[2] ?? 200);
const limits = limitsSection.parse({});
const executor = () => {
  throw new Error('Nothing is executed here.');
};

interface Sample {
  /** Milliseconds of the processor in each turn of the event loop. */
  read: number;
  analyze: number;
  plan: number;
  steps: number;
  rejected: boolean;
}

function cpu(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

function preparer(graph: Graph): (text: string) => Sample {
  const planner = new Planner(new GraphModel(graph.schema, graph.subschemas, graph.external));
  const documents = new DocumentStore({
    schema: graph.schema,
    compile: executor,
    maxDocuments: 1,
    maxBytes: 1,
    maxTokens: limits.tokens || 0,
    maxSteps: maxSteps(limits),
    rules: createDocumentLimits(limits),
  });
  return (text) => {
    const times = [cpu()];
    const sample = { read: 0, analyze: 0, plan: 0, steps: 0, rejected: false };
    const steps = new StepBudget(maxSteps(limits));
    const { errors, operations } = documents.get(text);
    times.push(cpu());
    const [operation] = operations;
    try {
      if (errors || !operation) sample.rejected = true;
      else {
        const conditions = operation.conditions({ yes: true });
        analyse(graph.schema, graph.rules, operation, conditions, 0, new StepBudget(maxSteps(limits)));
        times.push(cpu());
        const { document } = operation;
        planner.plan({ document, operation: operation.operation, conditions, denials: nothingDenied, steps });
      }
    } catch (error) {
      if (!(error instanceof OperationTooComplex)) throw error;
      sample.rejected = true;
    }
    times.push(cpu());
    const [start = 0, read = start, analyzed = read, planned = analyzed] = times;
    return { ...sample, read: read - start, analyze: analyzed - read, plan: planned - analyzed, steps: steps.used };
  };
}

function report(name: string, samples: readonly Sample[]): void {
  const at = (values: number[], share: number) =>
    (
      values.sort((one, other) => one - other)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0
    ).toFixed(1);
  const total = samples.map(({ read, analyze, plan }) => read + analyze + plan);
  const longest = samples.map(({ read, analyze, plan }) => Math.max(read, analyze, plan));
  const rejected = samples.filter((sample) => sample.rejected).length;
  const steps = Math.max(...samples.map((sample) => sample.steps));
  console.log(
    `${name.padEnd(34)} ${String(samples.length).padStart(5)} ${String(rejected).padStart(8)} ${at(total, 0.5).padStart(7)} ${at(total, 0.99).padStart(7)} ${at(total, 1).padStart(7)} ${at(longest, 1).padStart(12)} ${String(steps).padStart(8)}`,
  );
}

const supergraph = readSupergraph(
  readFileSync(new URL('supergraph.graphql', import.meta.url), 'utf8'),
  'supergraph.graphql',
);
const bench = composeSupergraph(supergraph, () => executor);
const nodes = composeGraph(Object.entries(network()).map(([name, sdl]) => ({ name, sdl, executor })));
const prepareBench = preparer(bench);
const prepareNodes = preparer(nodes);
const queries = readdirSync(new URL('queries', import.meta.url)).map((file) =>
  readFileSync(new URL(`queries/${file}`, import.meta.url), 'utf8'),
);
const generated = (schema: Graph['schema'], seed: number) =>
  generateOperation({ schema, seed, knownValues: () => undefined, mutations: 0, introspection: false }).text;

// Once through, so that the gateway itself is warm and only documents are cold.
for (let seed = 1; seed <= 50; seed += 1) prepareNodes(generated(nodes.schema, -seed));

console.log(`${'documents'.padEnd(34)} count rejected  p50 ms  p99 ms  max ms max turn ms max steps`);
report(
  'the benchmark’s queries',
  queries.flatMap((text) => Array.from({ length: count / 10 }, () => prepareBench(text))),
);
report(
  'generated, bench graph',
  Array.from({ length: count }, (_, seed) => prepareBench(generated(bench.schema, seed))),
);
report(
  'generated, three services',
  Array.from({ length: count }, (_, seed) => prepareNodes(generated(nodes.schema, seed))),
);
report(
  'hostile',
  Array.from({ length: count }, (_, seed) => prepareNodes(hostileDocument(seed + 1).text)),
);
