// Random graphs of two to five services, stitched by the configuration and served over HTTP: the gateway's response to
// random operations is that of one schema over the same data, over every transport, and every request to a service is
// valid for it. VALUES_SEED selects other graphs; `node test/values/soak.ts` runs as many operations as one likes.
import { expect, onTestFinished, test } from 'vitest';
import { Random } from '../differential/random.ts';
import { check, generateCase } from './random/check.ts';
import { someFeatures, usualFeatures } from './random/features.ts';
import { Fixtures } from './random/fixtures.ts';
import { generateGraph } from './random/generate.ts';
import { run, seedOf } from './random/run.ts';
import { type ServedGraph, serve } from './random/served.ts';
import { noRenames, wholeOf } from './random/single-schema.ts';

const firstSeed = Number(process.env.VALUES_SEED ?? 20_261_128);

test('200 operations over random graphs have the values of a single schema', async () => {
  const counts = await run({ seed: firstSeed, operations: 200 });
  expect(counts.operations).toBe(200);
  expect(counts.throughView).toBeGreaterThan(20);
});

async function serveOne(seed: number): Promise<ServedGraph> {
  const served = await serve(generateGraph(seed, new Set(usualFeatures)));
  onTestFinished(() => served.stop());
  return served;
}

test('the same seed makes the same graph and the same operations', async () => {
  const features = () => someFeatures(usualFeatures, new Random(7));
  expect(generateGraph(7, features())).toEqual(generateGraph(7, features()));
  const [one, other] = [await serveOne(7), await serveOne(7)];
  const text = (served: ServedGraph, index: number) => generateCase(served, seedOf(7, index)).operation.text;
  expect(text(one, 0)).toBe(text(other, 0));
  expect(text(one, 0)).not.toBe(text(one, 1));
});

test('other values than those of the single schema are found', async () => {
  const served = await serveOne(firstSeed);
  const other = { ...served, whole: wholeOf(new Fixtures({ ...served.graph, seed: 1 }), noRenames) };
  const cases = Array.from({ length: 20 }, (_, index) => generateCase(served, seedOf(firstSeed, index)));
  const failures: (string | null)[] = [];
  for (const one of cases) if (!one.throughView) failures.push(await check(other, one));
  expect(failures).toContainEqual(expect.stringMatching(/^data differs\ngateway: .*\nexpected: /));
});

test('requests that are not valid for a service are found, and keys that are sent twice or are those of no object', async () => {
  const served = await serve(generateGraph(firstSeed, new Set(['lists'])));
  onTestFinished(() => served.stop());
  const faultsOf = async (query: string, variables = {}) => {
    const [{ url }] = served.services as [ServedGraph['services'][number]];
    await fetch(url, { method: 'POST', body: JSON.stringify({ query, variables }) });
    return served.takeFaults().join('\n');
  };
  const [, lookup, type] = /(\w+)\(keys: \[(\w+)!\]!\)/.exec(served.services[0]?.sdl ?? '') ?? [];
  const key = type === 'Int' ? '123456' : '"of no object"';
  expect(await faultsOf('{ nowhere }')).toContain('Cannot query field "nowhere"');
  expect(await faultsOf('{ __typename }', { unused: 1 })).toContain('not declared: unused');
  expect(await faultsOf(`{ ${lookup}(keys: [${key}]) { __typename } }`)).toContain('no object has the key');
  expect(await faultsOf(`{ ${lookup}(keys: [${key}, ${key}]) { __typename } }`)).toContain('a key twice');
  expect(await faultsOf(`{ ${lookup}(keys: []) { __typename } }`)).toContain('no keys');
  expect(await faultsOf('{ __typename }')).toBe('');
});
