// Equal requests in flight are one request, as long as they are from the same identity and nothing has changed in between.
import { expect, test } from 'vitest';
import type { GatewayConfig } from '../../gateway/index.ts';
import { openShop, tellsWho } from './shop.ts';

const open = (options: Partial<GatewayConfig> = {}) =>
  openShop({ shareInFlight: true, cache: { answers: false }, ...options });

const isQuery = ({ query }: { query: string }) => !query.startsWith('mutation');

const query = '{ product(id: 1) { name } }';

test('ten readers at once are one request', async () => {
  const { ask, catalog } = await open();
  catalog.hold();
  const answers = Array.from({ length: 10 }, () => ask(query, { user: 'ann' }));
  await catalog.request(1);
  // One more that can only be answered when all others have arrived.
  const last = ask('{ product(id: 2) { name } }', { user: 'ann' });
  await catalog.request(2);
  catalog.release();
  for (const answered of await Promise.all(answers)) expect(answered.data.product.name).toBe('Product 1');
  await last;
  expect(catalog.asked).toHaveLength(2);
});

test.each([
  ['identities', tellsWho, [{ user: 'ann' }, { user: 'ben' }, {}]],
  ['identities that the service does not learn of', {}, [{ user: 'ann' }, { user: 'ben' }, {}]],
  [
    'headers that go up',
    { headers: ['accept-language'] },
    [{ headers: { 'accept-language': 'de' } }, { headers: { 'accept-language': 'fr' } }, {}],
  ],
])('different %s are requests of their own', async (_, forward, askers) => {
  const { ask, catalog } = await open({ forward });
  catalog.hold();
  const answers = askers.map((asker) => ask('{ whoAsks greeting }', asker));
  await catalog.request(3);
  catalog.release();
  await Promise.all(answers);
  expect(catalog.asked).toHaveLength(3);
});

test('whoever asks after a mutation gets no answer from before it, though that is still on its way', async () => {
  const { ask, catalog } = await open();
  catalog.hold(isQuery);
  const before = ask(query);
  await catalog.request(1);
  await ask('mutation { rename(id: 1, name: "Kettle") { id } }');
  const after = ask(query);
  await catalog.request(3);
  catalog.release();
  expect((await before).data.product.name).toBe('Product 1');
  expect((await after).data.product.name).toBe('Kettle');
});

test.each([
  ['whole answers', { answers: true }],
  ['entities', { answers: false, entities: true }],
])('an answer from before a change is not joined and then kept as one from after it: %s', async (_, cache) => {
  const { ask, catalog, gateway, world } = await open({ cache });
  const read = '{ featured(ids: [1]) { name } }';
  catalog.hold();
  const before = ask(read);
  await catalog.request(1);
  // A change past this gateway: only the cache hears of it.
  world.products.set('1', 'Kettle');
  await gateway.cache.invalidate({ type: 'Product', id: '1' });
  const after = ask(read);
  await catalog.request(2);
  catalog.release();
  expect((await before).data.featured[0].name).toBe('Product 1');
  expect((await after).data.featured[0].name).toBe('Kettle');
  expect((await ask(read)).data.featured[0].name).toBe('Kettle');
});

test('what a mutation looks up after its change does not join a request from before it', async () => {
  const { ask, reviews, world } = await open();
  const selection = '{ name stars }';
  reviews.hold();
  const before = ask(`query Same { product(id: 1) ${selection} }`);
  await reviews.request(1);
  world.stars.set('1', 5);
  const mutation = ask(`mutation Same { rename(id: 1, name: "Kettle") ${selection} }`);
  await reviews.request(2);
  reviews.release();
  expect((await before).data.product.stars).toBe(1);
  expect((await mutation).data.rename.stars).toBe(5);
});
