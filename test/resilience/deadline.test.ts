// Deadlines: a client's request ends in time with what is known by then, and tells services what is left of it.
import { expect, onTestFinished, test } from 'vitest';
import { type CachingGateway, openCachingGateway, type Service } from '../caching/services.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { PlainClient } from '../websocket/shop.ts';

const shop = {
  name: 'shop',
  sdl: 'type Query { price: Int product: Product } type Product @key(selectionSet: "{ id }") { id: ID! }',
  resolvers: { Query: { price: () => 3, product: () => ({ id: 'p1' }) } },
};
const stock = {
  name: 'stock',
  sdl: `
    type Query { slow: Int productById(id: ID!): Product @merge(keyField: "id") }
    type Mutation { order: Int }
    type Product { id: ID! inStock: Int }`,
  resolvers: {
    Query: { slow: () => 1, productById: (_: unknown, { id }: { id: string }) => ({ id, inStock: 2 }) },
    Mutation: { order: () => 1 },
  },
};

async function open(options: Parameters<typeof openCachingGateway>[1] = {}): Promise<{
  gateway: CachingGateway;
  shop: Service;
  stock: Service;
}> {
  const { services, ...gateway } = await openCachingGateway([shop, stock], options);
  const [shopService, stockService] = services as [Service, Service];
  onTestFinished(() => {
    for (const service of services) service.release();
  });
  return { gateway, shop: shopService, stock: stockService };
}

const within = (milliseconds: number) => ({ headers: { 'x-request-timeout-ms': String(milliseconds) } });
const codes = ({ errors }: { errors: { extensions: { code: string } }[] | undefined }) =>
  errors?.map(({ extensions }) => extensions.code);

test.each([true, false])(
  'what is known at the deadline is returned, and an error without any of it (fast path: %s)',
  async (fastPath) => {
    const { gateway, stock } = await open({ deadline: '300ms', fastPath });
    stock.hold();
    const partial = async () => {
      const { status, data, ...received } = await gateway.send('{ price slow }');
      return [status, data, codes(received)];
    };
    // Where the price too comes after the deadline, which is no fault, it is asked for again.
    await expect.poll(partial).toEqual([200, { price: 3, slow: null }, ['SUBGRAPH_TIMEOUT']]);
    const nothing = await gateway.send('{ slow }');
    expect([nothing.status, nothing.data, codes(nothing)]).toEqual([504, undefined, ['GATEWAY_TIMEOUT']]);
    const mutation = await gateway.send('mutation { order }');
    expect([mutation.status, codes(mutation)]).toEqual([504, ['GATEWAY_TIMEOUT']]);
  },
);

test('clients shorten the deadline, and nobody lengthens it; services get what is left', async () => {
  const { gateway, shop, stock } = await open({ deadline: '30s' });
  const left = (service: Service) => Number(service.requested.at(-1)?.headers['x-request-timeout-ms']);
  await gateway.send('{ price }');
  expect(left(shop)).toBeLessThanOrEqual(30_000);
  await gateway.send('{ price }', within(20_000));
  expect(left(shop)).toBeLessThanOrEqual(20_000);
  expect(left(shop)).toBeGreaterThan(5);
  await gateway.send('{ price }', within(60_000));
  expect(left(shop)).toBeLessThanOrEqual(30_000);
  for (const value of ['0', '-5', '1e9', 'soon', '20, 30']) {
    await gateway.send('{ price }', { headers: { 'x-request-timeout-ms': value } });
    expect([value, left(shop) > 5]).toEqual([value, true]);
  }
  stock.hold();
  const started = performance.now();
  expect(codes(await gateway.send('{ slow }', within(30)))).toEqual(['GATEWAY_TIMEOUT']);
  expect(performance.now() - started).toBeLessThan(29_000);
});

test('a request for which no time is left is not sent', async () => {
  const { gateway, shop, stock } = await open();
  shop.hold();
  const sent = gateway.send('{ product { id inStock } price }', within(100));
  await shop.request(1);
  const received = await sent;
  expect(codes(received)).toEqual(['GATEWAY_TIMEOUT']);
  expect(stock.requested).toEqual([]);
});

test("short deadlines of clients are no failures of a service, and do not end others' requests", async () => {
  const { gateway, stock } = await open({ deduplicateInFlight: true });
  stock.hold();
  const patient = gateway.send('{ slow }');
  await stock.request(1);
  const hasty = await Promise.all(Array.from({ length: 30 }, () => gateway.send('{ slow }', within(20))));
  expect(new Set(hasty.map(({ status }) => status))).toEqual(new Set([504]));
  expect(stock.requested).toHaveLength(1);
  stock.release();
  expect((await patient).data).toEqual({ slow: 1 });
  stock.hold();
  for (let count = 0; count < 25; count++) await gateway.send(`{ slow other${count}: slow }`, within(10));
  stock.release();
  expect((await gateway.send('{ slow }')).data).toEqual({ slow: 1 });
});

test('what the configuration executes does not hold a response beyond the deadline, on any transport', async () => {
  const signals: AbortSignal[] = [];
  const never = (signal?: AbortSignal) => {
    if (signal) signals.push(signal);
    return new Promise<never>(() => {});
  };
  const folder = temporaryFolder({
    'fields.graphql': `
      directive @policy(policies: [[String!]!]!) on FIELD_DEFINITION
      type Query { hung: Int guarded: Int @policy(policies: [["slow"]]) own: Int }`,
  });
  for (const fastPath of [true, false]) {
    const { gateway, stock } = await open({
      fastPath,
      deadline: '200ms',
      fields: {
        schema: `${folder}/fields.graphql`,
        resolvers: {
          Query: {
            hung: (_root: unknown, _args: unknown, { signal }: { signal: AbortSignal }) => never(signal),
            guarded: () => 1,
            own: () => 1,
          },
        },
      },
      authorization: { policies: { slow: () => never() } },
      hooks: {
        timeout: '1m',
        onOperation: ({ name }) => (name === 'Hooked' ? never() : undefined),
      },
    });
    for (const query of ['{ hung price }', '{ guarded }', 'query Hooked { own }']) {
      const { status, data, errors } = await gateway.send(query);
      const codes = errors?.map(({ extensions }) => extensions.code);
      expect([query, status, data, codes]).toEqual([query, 504, undefined, ['GATEWAY_TIMEOUT']]);
    }
    const client = await PlainClient.open(`${gateway.origin.replace('http', 'ws')}/graphql`, {});
    expect(JSON.stringify(await client.query('1', '{ hung }'))).toContain('"code":"GATEWAY_TIMEOUT"');
    // What is known in time is returned as ever.
    stock.hold();
    await expect.poll(async () => codes(await gateway.send('{ own slow }'))).toEqual(['SUBGRAPH_TIMEOUT']);
  }
  // Over HTTP, resolvers learn of it.
  await expect.poll(() => signals.filter(({ aborted }) => aborted).length).toBeGreaterThanOrEqual(2);
});
