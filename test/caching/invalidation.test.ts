// Invalidation: after a change the very next request does not get what was there before, in any instance, whatever the
// source.
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { GatewayConfig } from '../../gateway/index.ts';
import { RedisServer } from '../harness/redis-server.ts';
import type { CachingGateway, Usage } from './services.ts';
import { openShop, startShop } from './shop.ts';

const token = 'purge-token-of-this-test';
const redis = new RedisServer();
let prefixes = 0;

beforeAll(() => redis.start());
afterAll(() => redis.close());

const name = async ({ send }: Usage, id: number | string = 1, headers = {}) =>
  (await send(`{ product(id: ${id}) { id name } }`, { headers })).data.product.name;

test.each([
  [
    'the directive, with a path to the id',
    'mutation { renameSilently(input: { product: { id: 1 }, name: "Kettle" }) }',
    ['2'],
  ],
  [
    'a variable in that path',
    'mutation ($p: RenameProduct!) { renameSilently(input: { product: $p, name: "Kettle" }) }',
    ['2'],
  ],
  ['an alias', 'mutation { a: unrelated b: renameSilently(input: { product: { id: 1 }, name: "Kettle" }) }', ['2']],
  ['the directive without an id', 'mutation { renameAll(name: "Kettle") }', []],
  ['the entity that it gives back', 'mutation { rename(id: 1, name: "Kettle") { id } }', ['2']],
  ['an entity whose id is not selected', 'mutation { rename(id: 1, name: "Kettle") { name } }', []],
])('a mutation invalidates what it changes, by %s', async (_, mutation, stored) => {
  const shop = await openShop({ cache: { entities: true } });
  const ids = ['1', '2'];
  const other = '{ featured(ids: [5]) { stars } }';
  for (const id of ids) await name(shop, id);
  await shop.send('{ products { id name } }');
  await shop.send('{ featured(ids: [1]) { name stars } }');
  await shop.send('{ greeting }');
  await shop.send(other);
  expect((await shop.send(mutation, { variables: { p: { id: '1' } } })).errors).toBeUndefined();
  expect(await name(shop)).toBe('Kettle');
  expect((await shop.send('{ products { id name } }')).data.products[0].name).toBe('Kettle');
  expect((await shop.send('{ featured(ids: [1]) { name stars } }')).data.featured[0].name).toBe('Kettle');
  shop.calls();
  for (const id of stored) await name(shop, id);
  await shop.send('{ greeting }');
  expect(shop.calls().catalog).toBe(0);
});

test('a mutation that changes none of it leaves cached responses', async () => {
  const shop = await openShop();
  await name(shop);
  await shop.send('mutation { unrelated }');
  expect(await name(shop)).toBe('Product 1');
  expect(shop.catalog.requested).toHaveLength(2);
});

test('a denied mutation invalidates nothing: emptying the cache requires authorization', async () => {
  const shop = await openShop();
  await name(shop);
  shop.calls();
  const denied = await shop.send('mutation { forbidden }');
  expect(denied.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  await name(shop);
  expect(shop.calls().catalog).toBe(0);
  await shop.send('mutation { forbidden }', { user: 'ann' });
  await name(shop);
  expect(shop.calls().catalog).toBe(2);
});

test('a mutation whose response is lost invalidates all of the types that it returns', async () => {
  const shop = await openShop();
  await name(shop);
  shop.catalog.broken = true;
  shop.fixtures.products.set('1', 'Kettle');
  expect((await shop.send('mutation { rename(id: 1, name: "Kettle") { id } }')).errors).toBeDefined();
  shop.catalog.broken = false;
  expect(await name(shop)).toBe('Kettle');
});

test('the purge endpoint requires its token, and responds once no request gets the old response any more', async () => {
  const shop = await openShop({ cache: { purge: { token } } });
  const send = (body: unknown, headers: Record<string, string>) =>
    fetch(`${shop.origin}/admin/invalidate`, { method: 'POST', headers, body: JSON.stringify(body) });
  const purge = async (body: unknown) => {
    const response = await send(body, { authorization: `Bearer ${token}` });
    expect(await response.json()).toEqual({ count: 1 });
    expect(response.status).toBe(202);
  };
  expect(await name(shop)).toBe('Product 1');
  shop.fixtures.products.set('1', 'Kettle');
  for (const headers of [{}, { authorization: 'Bearer wrong' }, { authorization: `Basic ${token}` }]) {
    expect((await send({ type: 'Product', id: '1' }, headers as Record<string, string>)).status).toBe(401);
  }
  await purge({ type: 'Product', id: '2' });
  expect(await name(shop)).toBe('Product 1');
  await purge({ type: 'Product', id: '1' });
  expect(await name(shop)).toBe('Kettle');
  shop.fixtures.products.set('1', 'Pot');
  await purge([{ type: 'Product' }]);
  expect(await name(shop)).toBe('Pot');
});

test('code that has the gateway can invalidate', async () => {
  const shop = await openShop();
  await name(shop);
  shop.fixtures.products.set('1', 'Kettle');
  await shop.gateway.cache.invalidate([{ type: 'Product', id: '1' }]);
  expect(await name(shop)).toBe('Kettle');
});

const isQuery = ({ query }: { query: string }) => !query.startsWith('mutation');

test.each([
  ['in one instance', false],
  ['in another instance', true],
])('a slow read that began before a change %s is not cached', async (_, elsewhere) => {
  const shop = await startShop();
  const options = {
    cache: { entities: true, maxWait: '2s' as const },
    redis: { url: redis.socket, prefix: `race${prefixes++}` },
  };
  const here = await connected(await shop.open(options));
  const there = elsewhere ? await connected(await shop.open(options)) : here;
  const requested = shop.catalog.requested.length;
  shop.catalog.hold(isQuery);
  const slow = here.send('{ featured(ids: [1]) { name } }');
  await shop.catalog.request(requested + 1);
  await there.send('mutation { rename(id: 1, name: "Kettle") { id } }');
  shop.catalog.release();
  expect((await slow).data.featured[0].name).toBe('Product 1');
  expect((await here.send('{ featured(ids: [1]) { name } }')).data.featured[0].name).toBe('Kettle');
  expect((await there.send('{ featured(ids: [1]) { name } }')).data.featured[0].name).toBe('Kettle');
});

test('two instances share entries, and see each other’s changes with the very next request', async () => {
  const shop = await startShop();
  const options: Partial<GatewayConfig> = {
    cache: { entities: true, maxWait: '2s' as const },
    redis: { url: redis.socket, prefix: `two${prefixes++}` },
  };
  const [one, other] = [await connected(await shop.open(options)), await connected(await shop.open(options))];
  expect(await name(one)).toBe('Product 1');
  shop.calls();
  await vi.waitFor(
    async () => {
      expect(await name(other)).toBe('Product 1');
      expect(shop.calls().catalog).toBe(0);
    },
    { timeout: 30_000 },
  );
  for (let round = 0; round < 200; round += 1) {
    const [writer, reader] = round % 2 === 0 ? [one, other] : [other, one];
    await writer.send('mutation ($n: String!) { rename(id: 1, name: $n) { id } }', {
      variables: { n: `Name ${round}` },
    });
    expect(await name(reader)).toBe(`Name ${round}`);
    expect(await name(writer)).toBe(`Name ${round}`);
  }
});

/** Resolves once the gateway has reached its Redis. */
async function connected(gateway: CachingGateway): Promise<CachingGateway> {
  await vi.waitFor(
    async () => {
      expect((await gateway.send('{ greeting }')).headers.age).toBeDefined();
    },
    { timeout: 30_000 },
  );
  return gateway;
}
