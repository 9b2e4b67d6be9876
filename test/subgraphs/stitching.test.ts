// The SDL of the three services through stock `@graphql-tools/stitch`: what merges, and with how many requests. This is
// where the spelling of the stitching directives is proved.
import { readFile } from 'node:fs/promises';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { stitchSchemas } from '@graphql-tools/stitch';
import { stitchingDirectives } from '@graphql-tools/stitching-directives';
import type { ExecutionResult, Executor } from '@graphql-tools/utils';
import { type GraphQLSchema, print } from 'graphql';
// Vitest gives a test the ES module copy of `graphql` and the libraries get the CommonJS one; a schema of one copy is
// rejected by the other, so what touches schemas is imported from the libraries' copy.
import { graphql } from 'graphql/graphql.js';
import { buildSchema } from 'graphql/utilities/buildASTSchema.js';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { send, startSubgraphs, subgraphNames, type TestSubgraphs } from '../harness/subgraphs.ts';

let subgraphs: TestSubgraphs;
let schema: GraphQLSchema;
beforeAll(async () => {
  subgraphs = await startSubgraphs();
  schema = await stitch();
});
afterAll(() => subgraphs.stop());
beforeEach(async () => {
  await subgraphs.settled();
  subgraphs.clear();
});

async function stitch(): Promise<GraphQLSchema> {
  const directives = await readFile('schema/directives.graphql', 'utf8');
  const services = subgraphNames.map(async (name) => {
    const sdl = await readFile(`schema/subgraphs/${name}.graphql`, 'utf8');
    const executor: Executor = async ({ document, variables }) =>
      (await send(subgraphs[name].url, print(document), { variables })) as ExecutionResult;
    return { schema: buildSchema(`${sdl}\n${directives}`), executor, batch: true };
  });
  const own = makeExecutableSchema({
    typeDefs: [await readFile('schema/gateway.graphql', 'utf8'), directives],
    resolvers: { Query: { profile: () => ({ id: 'u1' }) } },
  });
  return stitchSchemas({
    subschemas: [{ schema: own, merge: { User: { selectionSet: '{ id }' } } }, ...(await Promise.all(services))],
    subschemaConfigTransforms: [stitchingDirectives().stitchingDirectivesTransformer],
  });
}

async function run(source: string): Promise<Record<string, unknown>> {
  const { data, errors } = await graphql({ schema, source, contextValue: {} });
  expect(errors).toBeUndefined();
  return JSON.parse(JSON.stringify(data));
}

/** Each service was sent these requests, named by their root fields, and no others. */
async function expectRequests(expected: Record<(typeof subgraphNames)[number], string[][]>): Promise<void> {
  for (const name of subgraphNames) {
    const requests = await subgraphs[name].settled();
    expect(requests.map(({ rootFields }) => rootFields)).toEqual(expected[name]);
  }
}

test('a profile of three services costs four requests', async () => {
  const { profile } = await run(`query Profile {
    profile {
      id name email tier
      orders(first: 3) {
        totalCount
        nodes { id status placedAt total { amount currency } lines { quantity product { name } } }
      }
      recommendations(first: 3) { name price { amount currency } rating }
    }
  }`);
  expect(profile).toMatchObject({ id: 'u1', name: 'Julien Mercier', orders: { totalCount: 84 } });
  expect(JSON.stringify(profile)).not.toContain('null');
  await expectRequests({ users: [['_users']], orders: [['_users']], products: [['_users'], ['_products']] });
});

test('a shipping estimate gets its weight from products, nested in the lines, and its value from orders', async () => {
  const { order } = (await run('{ order(id: "o1") { id shippingEstimate { amount currency } } }')) as {
    order: { shippingEstimate: { amount: number } };
  };
  await expectRequests({ users: [], orders: [['order'], ['_orders']], products: [['_orderWeights']] });
  const whole = (await run(
    '{ order(id: "o1") { weight total { amount } lines { quantity product { weight } } } }',
  )) as {
    order: { weight: number; total: { amount: number }; lines: { quantity: number; product: { weight: number } }[] };
  };
  const weight = whole.order.lines.reduce((sum, { quantity, product }) => sum + quantity * product.weight, 0);
  expect(whole.order.weight).toBe(weight);
  const insurance = whole.order.total.amount >= 50_000 ? Math.round(whole.order.total.amount * 0.005) : 0;
  expect(order.shippingEstimate).toEqual({
    amount: 390 + Math.ceil(weight / 1000) * 60 + insurance,
    currency: 'EUR',
  });
});

test('the estimates of many orders cost as many requests as that of one', async () => {
  const { profile } = (await run('{ profile { orders(first: 20) { nodes { shippingEstimate { amount } } } } }')) as {
    profile: { orders: { nodes: { shippingEstimate: { amount: number } }[] } };
  };
  expect(profile.orders.nodes).toHaveLength(20);
  for (const { shippingEstimate } of profile.orders.nodes) expect(shippingEstimate.amount).toBeGreaterThan(390);
  await expectRequests({ users: [], orders: [['_users'], ['_orders']], products: [['_orderWeights']] });
});

test('an order with names of its customer and its products costs one request to each service', async () => {
  await run('{ order(id: "o1") { status customer { name } lines { product { name } } } }');
  await expectRequests({ users: [['_users']], orders: [['order']], products: [['_products']] });
});

test('what a user saved is completed by the service of each thing', async () => {
  const { profile } = (await run(`{
    profile { saved(first: 50) { __typename ... on Order { status } ... on Product { name } ... on PublicProfile { name } } }
  }`)) as { profile: { saved: { __typename: string }[] } };
  expect(new Set(profile.saved.map(({ __typename }) => __typename))).toEqual(
    new Set(['Order', 'Product', 'PublicProfile']),
  );
  for (const node of profile.saved) expect(Object.values(node)).not.toContain(null);
  await expectRequests({ users: [['_users']], orders: [['_orders']], products: [['_products']] });
});
