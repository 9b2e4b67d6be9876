// In-flight deduplication: equal requests are one, as long as they are from the same identity and nothing has changed
// in between.
import { expect, test } from 'vitest';
import type { GatewayConfig } from '../../gateway/index.ts';
import { openShop, sendsIdentity } from './shop.ts';

const open = (options: Partial<GatewayConfig> = {}) =>
  openShop({ deduplicateInFlight: true, cache: { responses: false }, ...options });

const isQuery = ({ query }: { query: string }) => !query.startsWith('mutation');

const query = '{ product(id: 1) { name } }';

test('ten readers at once are one request', async () => {
  const { send, catalog } = await open();
  catalog.hold();
  const responses = Array.from({ length: 10 }, () => send(query, { user: 'ann' }));
  await catalog.request(1);
  // One more that can only be served when all others have arrived.
  const last = send('{ product(id: 2) { name } }', { user: 'ann' });
  await catalog.request(2);
  catalog.release();
  for (const received of await Promise.all(responses)) expect(received.data.product.name).toBe('Product 1');
  await last;
  expect(catalog.requested).toHaveLength(2);
});

test.each([
  ['identities', sendsIdentity, [{ user: 'ann' }, { user: 'ben' }, {}]],
  ['identities that the service does not learn of', {}, [{ user: 'ann' }, { user: 'ben' }, {}]],
  [
    'headers that go up',
    { headers: ['accept-language'] },
    [{ headers: { 'accept-language': 'de' } }, { headers: { 'accept-language': 'fr' } }, {}],
  ],
])('different %s are requests of their own', async (_, forward, callers) => {
  const { send, catalog } = await open({ forward });
  catalog.hold();
  const responses = callers.map((caller) => send('{ caller greeting }', caller));
  await catalog.request(3);
  catalog.release();
  await Promise.all(responses);
  expect(catalog.requested).toHaveLength(3);
});

test('a request after a mutation gets no response from before it, though that is still in flight', async () => {
  const { send, catalog } = await open();
  catalog.hold(isQuery);
  const before = send(query);
  await catalog.request(1);
  await send('mutation { rename(id: 1, name: "Kettle") { id } }');
  const after = send(query);
  await catalog.request(3);
  catalog.release();
  expect((await before).data.product.name).toBe('Product 1');
  expect((await after).data.product.name).toBe('Kettle');
});

test.each([
  ['the response cache', { responses: true }],
  ['entities', { responses: false, entities: true }],
])('a response from before a change is not joined and then cached as one from after it: %s', async (_, cache) => {
  const { send, catalog, gateway, fixtures } = await open({ cache });
  const read = '{ featured(ids: [1]) { name } }';
  catalog.hold();
  const before = send(read);
  await catalog.request(1);
  // A change that bypasses this gateway: only the cache is notified.
  fixtures.products.set('1', 'Kettle');
  await gateway.cache.invalidate({ type: 'Product', id: '1' });
  const after = send(read);
  await catalog.request(2);
  catalog.release();
  expect((await before).data.featured[0].name).toBe('Product 1');
  expect((await after).data.featured[0].name).toBe('Kettle');
  expect((await send(read)).data.featured[0].name).toBe('Kettle');
});

test('an entity fetch of a mutation after its change does not join a request from before it', async () => {
  const { send, reviews, fixtures } = await open();
  const selection = '{ name stars }';
  reviews.hold();
  const before = send(`query Same { product(id: 1) ${selection} }`);
  await reviews.request(1);
  fixtures.stars.set('1', 5);
  const mutation = send(`mutation Same { rename(id: 1, name: "Kettle") ${selection} }`);
  await reviews.request(2);
  reviews.release();
  expect((await before).data.product.stars).toBe(1);
  expect((await mutation).data.rename.stars).toBe(5);
});
