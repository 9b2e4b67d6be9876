// Response cache: the requests that share an entry, those that differ, and what is never cached.
import { expect, test } from 'vitest';
import type { GatewayConfig } from '../../gateway/index.ts';
import { openShop, sendsIdentity, startShop } from './shop.ts';

const none = { catalog: 0, reviews: 0, people: 0 };

test('the second request reaches no service', async () => {
  const { send, calls, gateway } = await openShop();
  const query = '{ products { id name stars } }';
  const first = await send(query);
  expect(first.data.products).toHaveLength(20);
  expect(calls()).toEqual({ catalog: 1, reviews: 1, people: 0 });
  for (const get of [false, true]) {
    const again = await send(query, { get });
    expect(again.text).toBe(first.text);
  }
  expect(calls()).toEqual(none);
  expect(gateway.cache.stats().responses).toEqual({ hits: 2, stale: 0, misses: 1 });
});

test('a response of one HTTP path is served by the other', async () => {
  const { send, calls } = await openShop();
  const first = await send('{ product(id: 1) { name } }');
  calls();
  const headers = { 'content-type': 'application/json; charset=UTF-8' };
  expect((await send('{ product(id: 1) { name } }', { headers })).text).toBe(first.text);
  expect(calls()).toEqual(none);
});

test('different requests do not share: variables, operations, documents, media types', async () => {
  const { send } = await openShop();
  const byId = 'query ($id: ID!) { product(id: $id) { name } }';
  expect((await send(byId, { variables: { id: '1' } })).data.product.name).toBe('Product 1');
  expect((await send(byId, { variables: { id: '2' } })).data.product.name).toBe('Product 2');
  const two = 'query A { product(id: 3) { name } } query B { product(id: 4) { name } }';
  expect((await send(two, { operationName: 'A' })).data.product.name).toBe('Product 3');
  expect((await send(two, { operationName: 'B' })).data.product.name).toBe('Product 4');
  expect((await send('{ product(id: 1) { id } }')).data.product).toEqual({ id: '1' });
  const chosen = 'query ($with: Boolean!) { product(id: 1) { id name @include(if: $with) } }';
  expect((await send(chosen, { variables: { with: true } })).data.product).toEqual({ id: '1', name: 'Product 1' });
  expect((await send(chosen, { variables: { with: false } })).data.product).toEqual({ id: '1' });
});

test('a variable that is null, one that is not given, and one with a default are different', async () => {
  const { send } = await openShop();
  const english = 'query ($l: String = "en") { product(id: 1) { label(language: $l) } }';
  const german = 'query ($l: String = "de") { product(id: 1) { label(language: $l) } }';
  const labels = [];
  for (const [query, variables] of [
    [english, {}],
    [english, { l: null }],
    [german, {}],
    [german, { l: 'en' }],
  ] as const) {
    labels.push((await send(query, { variables })).data.product.label);
  }
  expect(labels).toEqual(['en:Product 1', 'null:Product 1', 'de:Product 1', 'en:Product 1']);
});

test('the order of the fields of a variable makes no difference', async () => {
  const { send, calls } = await openShop();
  const query = 'query ($id: ID!, $l: String) { product(id: $id) { label(language: $l) } }';
  await send(query, { variables: { id: '1', l: 'de' } });
  calls();
  expect((await send(query, { variables: { l: 'de', id: '1' } })).data.product.label).toBe('de:Product 1');
  expect(calls()).toEqual(none);
});

test('private responses are for one identity only, public ones for all', async () => {
  const { send, calls } = await openShop({ forward: sendsIdentity });
  for (const user of ['ann', 'ben']) expect((await send('{ me { id email } }', { user })).data.me.id).toBe(user);
  expect(calls().people).toBe(2);
  for (const user of ['ann', 'ben']) expect((await send('{ me { id email } }', { user })).data.me.id).toBe(user);
  expect(calls()).toEqual(none);
});

test('public responses are shared by all, as long as nothing of the caller is forwarded', async () => {
  const { send, calls } = await openShop();
  await send('{ product(id: 1) { name } }');
  calls();
  for (const user of ['ann', 'ben']) await send('{ product(id: 1) { name } }', { user });
  expect(calls()).toEqual(none);
});

test('private responses to anonymous callers are not cached', async () => {
  const { send, calls } = await openShop();
  for (let time = 0; time < 2; time += 1) {
    expect((await send('{ me { id } }')).cacheControl).toBe('private, max-age=60');
    expect(calls().people).toBe(1);
  }
});

const forwards: [string, Partial<GatewayConfig>, Record<string, string>, Record<string, string>][] = [
  ['a claim', { subgraphs: { catalog: { forward: sendsIdentity } } }, { 'x-user-id': 'ann' }, { 'x-user-id': 'ben' }],
  [
    'a header on the allow-list',
    { forward: { headers: ['accept-language'] } },
    { 'accept-language': 'de' },
    { 'accept-language': 'fr' },
  ],
  [
    'a signed statement',
    { forward: { signed: { secret: 'a secret of thirty-two characters' } } },
    { 'x-user-id': 'ann' },
    { 'x-user-id': 'ben' },
  ],
];

test.each(forwards)('%s that is forwarded to a service is part of the key', async (_, options, one, other) => {
  const { send, calls } = await openShop(options);
  const query = '{ greeting caller }';
  const first = await send(query, { headers: one });
  const second = await send(query, { headers: other });
  const third = await send(query);
  expect(calls().catalog).toBe(3);
  expect((await send(query, { headers: one })).text).toBe(first.text);
  expect((await send(query, { headers: other })).text).toBe(second.text);
  expect((await send(query)).text).toBe(third.text);
  expect(calls()).toEqual(none);
});

test("what is forwarded to one service is no part of the key of another's responses", async () => {
  const { send, calls } = await openShop({ subgraphs: { catalog: { forward: sendsIdentity } } });
  for (const user of ['ann', 'ben']) await send('{ featured(ids: [1]) { stars } }', { user });
  expect(calls().reviews).toBe(1);
});

test('responses with errors are not cached', async () => {
  const { send, calls } = await openShop();
  for (let time = 0; time < 2; time += 1) {
    expect((await send('{ product(id: 1) { name faulty } }')).data.product).toEqual({
      name: 'Product 1',
      faulty: null,
    });
    expect(calls().catalog).toBe(1);
  }
});

test('no-cache fetches a new response, which others then share; no-store stores nothing', async () => {
  const { send, calls, fixtures } = await openShop();
  const query = '{ product(id: 1) { name } }';
  await send(query);
  fixtures.products.set('1', 'Kettle');
  expect((await send(query)).data.product.name).toBe('Product 1');
  for (const wish of ['no-cache', 'No-Cache', 'max-age=0']) {
    fixtures.products.set('1', wish);
    expect((await send(query, { headers: { 'cache-control': wish } })).data.product.name).toBe(wish);
    expect((await send(query)).data.product.name).toBe(wish);
  }
  fixtures.products.set('1', 'Pot');
  expect((await send(query, { headers: { 'cache-control': 'No-Store' } })).data.product.name).toBe('Pot');
  expect((await send(query)).data.product.name).toBe('max-age=0');
  calls();
  const other = '{ product(id: 2) { name } }';
  await send(other, { headers: { 'cache-control': 'no-store' } });
  await send(other);
  expect(calls().catalog).toBe(2);
});

test('a denied field is not cached for others, nor is an allowed one served to all', async () => {
  const { send } = await openShop();
  const query = '{ product(id: 1) { name secret } }';
  const anonymous = async () => {
    const received = await send(query);
    expect(received.data.product).toEqual({ name: 'Product 1', secret: null });
    expect(received.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  };
  await anonymous();
  for (const user of ['ann', 'ben', 'ann']) {
    expect((await send(query, { user })).data.product.secret).toBe('secret of 1');
    await anonymous();
  }
});

test('in a batch every operation has its own cached response', async () => {
  const { origin, calls, send } = await openShop({ forward: sendsIdentity });
  await send('{ product(id: 1) { name } }', { user: 'ann' });
  calls();
  const response = await fetch(`${origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-user-id': 'ann' },
    body: JSON.stringify([{ query: '{ product(id: 1) { name } }' }, { query: '{ me { id } }' }]),
  });
  expect(await response.json()).toEqual([
    { data: { product: { name: 'Product 1' } } },
    { data: { me: { id: 'ann' } } },
  ]);
  expect(calls()).toEqual({ catalog: 0, reviews: 0, people: 1 });
});

test('without the response cache nothing is cached', async () => {
  const { send, calls } = await openShop({ cache: { responses: false } });
  for (let time = 0; time < 2; time += 1) {
    const received = await send('{ product(id: 1) { name } }');
    expect(received).toMatchObject({ cacheControl: 'public, max-age=60' });
    expect(received.headers.etag).toBeUndefined();
    expect(calls().catalog).toBe(1);
  }
});

test('very many different responses stay within the configured memory', async () => {
  const memoryBytes = 200_000;
  const { send, gateway } = await openShop({ cache: { memoryBytes, maxEntryBytes: 50_000, entities: true } });
  let maximum = 0;
  for (let number = 0; number < 400; number += 1) {
    await send(`{ products { id name alias${number}: name stars } }`);
    maximum = Math.max(maximum, gateway.cache.stats().bytes ?? 0);
  }
  expect(maximum).toBeGreaterThan(memoryBytes / 2);
  expect(maximum).toBeLessThanOrEqual(memoryBytes);
  // The most recent response is there still, the oldest is not.
  const { hits } = gateway.cache.stats().responses;
  await send('{ products { id name alias399: name stars } }');
  expect(gateway.cache.stats().responses.hits).toBe(hits + 1);
  await send('{ products { id name alias0: name stars } }');
  expect(gateway.cache.stats().responses.hits).toBe(hits + 1);
});

test('a response that is too long is served, and not cached', async () => {
  const { send, calls, gateway } = await openShop({ cache: { maxEntryBytes: 300 } });
  for (let time = 0; time < 2; time += 1) {
    expect((await send('{ products { id name } }')).data.products).toHaveLength(20);
    expect(calls().catalog).toBe(1);
  }
  expect(gateway.cache.stats().bytes).toBe(0);
});

test('two graphs share no entries, though the request is the same', async () => {
  const one = await startShop();
  const other = await startShop();
  other.fixtures.products.set('1', 'Other');
  const [first, second] = [await one.open(), await other.open()];
  expect((await first.send('{ product(id: 1) { name } }')).data.product.name).toBe('Product 1');
  expect((await second.send('{ product(id: 1) { name } }')).data.product.name).toBe('Other');
});
