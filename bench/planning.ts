// Time to prepare documents that are not cached: parse, validate, analyze and plan. Ordinary documents are the benchmark's queries
// and generated ones of ordinary size and of hundreds of fields; hostile ones are those of test/security.
//
//   node planning.ts [documents of each kind]
import { readdirSync, readFileSync } from 'node:fs';
import type { Graph } from '../gateway/compose/graph.ts';
import { composeGraph } from '../gateway/compose/graph.ts';
import { composeSupergraph, readSupergraph } from '../gateway/compose/supergraph.ts';
import { limitsSection } from '../gateway/config/limits.ts';
import { generateOperation } from '../test/differential/operations.ts';
import { hostileDocument, network } from '../test/security/hostile-documents.ts';
import { preparer, report, reportHead } from './planning/prepare.ts';

const count = Number(process.argv[2] ?? 200);
const limits = limitsSection.parse({ introspection: true });

const supergraph = readSupergraph(
  readFileSync(new URL('supergraph.graphql', import.meta.url), 'utf8'),
  'supergraph.graphql',
);
const bench = composeSupergraph(supergraph);
const nodes = composeGraph(Object.entries(network()).map(([name, sdl]) => ({ name, sdl })));
const prepareBench = preparer(bench, limits);
const prepareNodes = preparer(nodes, limits);
const queries = readdirSync(new URL('queries', import.meta.url)).map((file) =>
  readFileSync(new URL(`queries/${file}`, import.meta.url), 'utf8'),
);
const generated = (schema: Graph['schema'], seed: number) =>
  generateOperation({ schema, seed, knownValues: () => undefined, mutations: 0, introspection: false }).text;

// Once through, so that the gateway itself is warm and only documents are cold.
for (let seed = 1; seed <= 50; seed += 1) prepareNodes(generated(nodes.schema, -seed));

reportHead();
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
