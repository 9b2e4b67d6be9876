// Random graphs of two to six Federation subgraphs, composed by the gateway and served over HTTP: the response to
// random operations is that of one schema over the same data, and none is rejected. FEDERATION_SEED
// selects other graphs; `node test/federation/soak.ts` runs as many operations as one likes.
import { expect, test } from 'vitest';
import { generateFederatedGraph } from './random/generate.ts';
import { run } from './random/run.ts';
import { sdlOf } from './random/sdl.ts';

const firstSeed = Number(process.env.FEDERATION_SEED ?? 20_261_128);

test('200 operations over random federated graphs have the values of a monolithic schema', async () => {
  const counts = await run({ seed: firstSeed, operations: 200 });
  expect(counts.operations).toBe(200);
  expect(counts.requests).toBeGreaterThan(200);
});

test('the random graphs have every feature of Federation that they are for', () => {
  const graphs = Array.from({ length: 20 }, (_, index) => generateFederatedGraph(firstSeed + index));
  const sdls = graphs.flatMap((graph) => graph.subgraphs.map((name) => sdlOf(graph, name))).join('\n');
  const features = [
    '@interfaceObject @key',
    '@override(from:',
    '@provides(fields:',
    '@key(fields: "at { place }")',
    '@key(fields: "code region")',
    'resolvable: false',
    'union Anything =',
    'type Mutation',
    'directive @inContext',
    'repeatable on FIELD',
    'label: "percent(50)"',
    'label: "moved"',
  ];
  for (const feature of features) expect(sdls).toContain(feature);
  expect(sdls).toMatch(/@requires\(fields: "\w+ \{ \w+ \}"\)/);
  expect(sdls).toMatch(/@shareable @requires|@requires\(fields: "\w+"\)/);
});
