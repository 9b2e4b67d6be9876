// `concierge cost`: the estimate of an operation, where it comes from, and the limits. No service runs here.
import { afterAll, expect, test } from 'vitest';
import type { CostReport } from '../gateway/commands/cost.ts';
import { runConcierge } from './harness/command.ts';
import { temporaryFolder } from './harness/folder.ts';

const sdl = `
  directive @cost(weight: String!) on FIELD_DEFINITION | ARGUMENT_DEFINITION
  directive @listSize(assumedSize: Int) on FIELD_DEFINITION
  type Query { products(first: Int, word: String @cost(weight: "2.5")): [Product] shops: [Shop] @listSize(assumedSize: 4) }
  type Product { id: ID! price: Int @cost(weight: "0.5") parts: [Part] }
  type Part { id: ID! }
  type Shop { id: ID! }
`;
const config = `export default {
  subgraphs: { catalog: { url: 'http://127.0.0.1:9/graphql', schema: 'catalog.graphql' } },
  limits: { cost: 100, assumedListSize: 3 },
  redis: { url: 'redis://127.0.0.1:9' },
  rateLimits: { cost: { budget: 1000, duration: '1m' }, plans: { small: { cost: { budget: 40, duration: '1h' }, quotas: { daily: { budget: 500, per: 'day', by: 'caller' } } } } },
};`;
const query = `query Catalog($first: Int = 2) {
  list: products(first: $first, word: "x") { id price parts { id } }
  shops { id }
}`;

interface Outcome {
  code: number;
  output: string;
  errors: string;
}

const files = {
  'catalog.graphql': sdl,
  'gateway.config.ts': config,
  'query.graphql': query,
  'invalid.graphql': '{ nothing }',
  'clients/web/client.ts': "export default { ratePlan: 'small', limits: { cost: 50, assumedListSize: 1 } };",
};
const folder = temporaryFolder(files, afterAll);

async function run(...args: string[]): Promise<Outcome> {
  const { status, stdout, stderr } = await runConcierge(['cost', ...args], { folder });
  return { code: status, output: stdout, errors: stderr };
}

test('the cost with its places and limits as text and as JSON; exit code 1 above a limit, 2 without an estimate', async () => {
  const [text, json, above, ofClient, invalid, variables] = (await Promise.all([
    run('query.graphql'),
    run('query.graphql', '--json'),
    run('query.graphql', '--variables', '{"first": 30}'),
    run('query.graphql', '--client', 'web', '--json', '--variables', '{"first": 20}'),
    run('invalid.graphql'),
    run('query.graphql', '--variables', '{"first": "x"}'),
  ])) as [Outcome, Outcome, Outcome, Outcome, Outcome, Outcome];
  expect(text).toEqual({
    code: 0,
    errors: '',
    output: `Catalog: estimated cost 15.5
    within limits.cost, 100
    within rateLimits.cost, 1000 in 60 s: 62 of these

    4.5  29.0 %  2 × 1, arguments 2.5  list: Product, a list of 2 by its argument
      1   6.5 %  2 × 0.5               list.price: Int
      6  38.7 %  6 × 1                 list.parts: Part, a list of 3 by limits.assumedListSize
      4  25.8 %  4 × 1                 shops: Shop, a list of 4 by @listSize
`,
  });
  const report = JSON.parse(json.output) as CostReport;
  expect(report).toMatchObject({ operation: 'Catalog', client: null, cost: 15.5 });
  expect(report.limits).toEqual([
    { limit: 'limits.cost', value: 100, isMeasured: false, isExceeded: false },
    { limit: 'rateLimits.cost', value: 1000, duration: 60, isMeasured: false, isExceeded: false },
  ]);
  expect(report.places[0]).toEqual({
    ...{ path: ['list'], coordinate: 'Query.products', type: 'Product', length: 2, lengthBy: 'argument' },
    ...{ times: 2, weight: 1, arguments: 2.5, cost: 4.5 },
  });
  expect(report.places.reduce((sum, { cost }) => sum + cost, 0)).toBe(15.5);
  expect(above).toMatchObject({ code: 1, output: expect.stringContaining('    above limits.cost, 100\n') });
  const client = JSON.parse(ofClient.output) as CostReport;
  expect([ofClient.code, client.client, client.cost]).toEqual([1, 'web', 56.5]);
  expect(client.limits).toMatchObject([
    { limit: 'limits.cost', value: 50, isExceeded: true },
    { limit: 'rateLimits.plans.small.cost', value: 40, duration: 3600, isExceeded: true },
    { limit: 'rateLimits.plans.small.quotas.daily', value: 500, per: 'day', isExceeded: false },
  ]);
  expect(invalid).toMatchObject({
    code: 2,
    output: '',
    errors: expect.stringContaining('Cannot query field "nothing"'),
  });
  expect(variables).toMatchObject({ code: 2, output: '', errors: expect.stringContaining('--variables: ') });
});
