// Stale responses: while a fresh one is fetched, or where none can be fetched. The clock is set by hand.
import { afterEach, expect, test, vi } from 'vitest';
import { openShop, sendsIdentity } from './shop.ts';

/** Advances the gateway's clock. To be called before the gateway is made, with 0. */
function advance(milliseconds: number): void {
  const now = Date.now() + milliseconds;
  vi.spyOn(Date, 'now').mockImplementation(() => now);
}

afterEach(() => {
  vi.restoreAllMocks();
});

const query = '{ product(id: 1) { name } }';

test('a response is served as long as it is fresh, with its age, and not a moment longer', async () => {
  advance(0);
  const { send, fixtures, calls } = await openShop();
  await send(query);
  fixtures.products.set('1', 'Kettle');
  advance(59_999);
  expect(await send(query)).toMatchObject({ data: { product: { name: 'Product 1' } }, headers: { age: '59' } });
  calls();
  advance(1);
  const fresh = await send(query);
  expect(fresh.data.product.name).toBe('Kettle');
  expect(fresh.headers.age).toBeUndefined();
  expect(calls().catalog).toBe(1);
});

test('many readers of a stale response get it at once, and one request fetches a fresh one in the background', async () => {
  advance(0);
  const { send, fixtures, catalog } = await openShop({ cache: { staleWhileRevalidate: '30s' } });
  expect((await send(query)).cacheControl).toBe('public, max-age=60, stale-while-revalidate=30');
  fixtures.products.set('1', 'Kettle');
  advance(75_000);
  catalog.hold();
  for (const received of await Promise.all(Array.from({ length: 20 }, () => send(query)))) {
    expect(received).toMatchObject({ data: { product: { name: 'Product 1' } }, headers: { age: '75' } });
  }
  await catalog.request(2);
  await send(query);
  expect(catalog.requested).toHaveLength(2);
  catalog.release();
  await vi.waitFor(async () => expect((await send(query)).data.product.name).toBe('Kettle'), { timeout: 30_000 });
  expect(catalog.requested).toHaveLength(2);
  expect((await send(query)).headers.age).toBe('0');
});

test('a stale private response is revalidated for its own caller', async () => {
  advance(0);
  const { send, people } = await openShop({ forward: sendsIdentity, cache: { staleWhileRevalidate: '30s' } });
  for (const user of ['ann', 'ben']) await send('{ me { id } }', { user });
  advance(61_000);
  for (const user of ['ann', 'ben']) expect((await send('{ me { id } }', { user })).data.me.id).toBe(user);
  await people.request(4);
  expect(people.requested.map(({ headers }) => headers['x-who'])).toEqual(['ann', 'ben', 'ann', 'ben']);
  await vi.waitFor(async () => expect((await send('{ me { id } }', { user: 'ann' })).headers.age).toBe('0'), {
    timeout: 30_000,
  });
  expect((await send('{ me { id } }', { user: 'ben' })).data.me.id).toBe('ben');
});

test('a stale response that cannot be revalidated is served until its time is over', async () => {
  advance(0);
  const { send, catalog } = await openShop({ cache: { staleWhileRevalidate: '30s' } });
  await send(query);
  catalog.broken = true;
  advance(70_000);
  expect((await send(query)).data.product.name).toBe('Product 1');
  await catalog.request(2);
  advance(20_000);
  expect((await send(query)).errors?.[0]?.extensions.code).toMatch(/^SUBGRAPH_/);
});

test('a change invalidates stale responses as well', async () => {
  advance(0);
  const { send } = await openShop({ cache: { staleWhileRevalidate: '30s', staleIfError: '1h' } });
  await send(query);
  advance(70_000);
  await send('mutation { rename(id: 1, name: "Kettle") { id } }');
  expect((await send(query)).data.product.name).toBe('Kettle');
});

test('when no fresh response can be fetched, a stale one is served, as long as the configuration allows', async () => {
  advance(0);
  const { send, catalog } = await openShop({ cache: { staleIfError: '10m' } });
  await send(query);
  catalog.broken = true;
  advance(120_000);
  expect(await send(query)).toMatchObject({
    data: { product: { name: 'Product 1' } },
    errors: undefined,
    headers: { age: '120', 'cache-control': 'public, max-age=60' },
  });
  expect(catalog.requested).toHaveLength(2);
  // With no-cache none is served, and another request has no entry.
  const anew = await send(query, { headers: { 'cache-control': 'no-cache' } });
  expect(anew).toMatchObject({
    cacheControl: 'no-store',
    errors: [{ extensions: { code: expect.stringMatching(/^SUBGRAPH_/) } }],
  });
  expect((await send('{ product(id: 2) { name } }')).errors).toBeDefined();
  advance(600_000);
  expect((await send(query)).errors).toBeDefined();
});

test('an error that the service returns is served, not a stale response', async () => {
  advance(0);
  const { send, catalog } = await openShop({ cache: { staleIfError: '10m' } });
  await send(query);
  advance(120_000);
  catalog.hold();
  const gone = send(query);
  await catalog.request(2);
  catalog.broken = true;
  catalog.release();
  await gone;
  catalog.broken = false;
  expect((await send('{ product(id: 1) { name faulty } }')).errors).toHaveLength(1);
});
