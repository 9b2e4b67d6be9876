// Whole answers: who shares one with whom, what makes two requests different, and what is never kept.
import { expect, test } from 'vitest';
import type { GatewayConfig } from '../../gateway/index.ts';
import { openShop, startShop, tellsWho } from './shop.ts';

const none = { catalog: 0, reviews: 0, people: 0 };

test('the second request asks no service', async () => {
  const { ask, calls, gateway } = await openShop();
  const query = '{ products { id name stars } }';
  const first = await ask(query);
  expect(first.data.products).toHaveLength(20);
  expect(calls()).toEqual({ catalog: 1, reviews: 1, people: 0 });
  for (const get of [false, true]) {
    const again = await ask(query, { get });
    expect(again.text).toBe(first.text);
  }
  expect(calls()).toEqual(none);
  expect(gateway.cache.stats().answers).toEqual({ hits: 2, stale: 0, misses: 1 });
});

test('an answer of one lane is given in the other', async () => {
  const { ask, calls } = await openShop();
  const first = await ask('{ product(id: 1) { name } }');
  calls();
  const headers = { 'content-type': 'application/json; charset=UTF-8' };
  expect((await ask('{ product(id: 1) { name } }', { headers })).text).toBe(first.text);
  expect(calls()).toEqual(none);
});

test('different requests do not share: variables, operations, documents, choices', async () => {
  const { ask } = await openShop();
  const byId = 'query ($id: ID!) { product(id: $id) { name } }';
  expect((await ask(byId, { variables: { id: '1' } })).data.product.name).toBe('Product 1');
  expect((await ask(byId, { variables: { id: '2' } })).data.product.name).toBe('Product 2');
  const two = 'query A { product(id: 3) { name } } query B { product(id: 4) { name } }';
  expect((await ask(two, { operationName: 'A' })).data.product.name).toBe('Product 3');
  expect((await ask(two, { operationName: 'B' })).data.product.name).toBe('Product 4');
  expect((await ask('{ product(id: 1) { id } }')).data.product).toEqual({ id: '1' });
  const chosen = 'query ($with: Boolean!) { product(id: 1) { id name @include(if: $with) } }';
  expect((await ask(chosen, { variables: { with: true } })).data.product).toEqual({ id: '1', name: 'Product 1' });
  expect((await ask(chosen, { variables: { with: false } })).data.product).toEqual({ id: '1' });
});

test('a variable that is null, one that is not given, and one with a default are different', async () => {
  const { ask } = await openShop();
  const english = 'query ($l: String = "en") { product(id: 1) { label(language: $l) } }';
  const german = 'query ($l: String = "de") { product(id: 1) { label(language: $l) } }';
  const labels = [];
  for (const [query, variables] of [
    [english, {}],
    [english, { l: null }],
    [german, {}],
    [german, { l: 'en' }],
  ] as const) {
    labels.push((await ask(query, { variables })).data.product.label);
  }
  expect(labels).toEqual(['en:Product 1', 'null:Product 1', 'de:Product 1', 'en:Product 1']);
});

test('the order of the fields of a variable does not matter', async () => {
  const { ask, calls } = await openShop();
  const query = 'query ($id: ID!, $l: String) { product(id: $id) { label(language: $l) } }';
  await ask(query, { variables: { id: '1', l: 'de' } });
  calls();
  expect((await ask(query, { variables: { l: 'de', id: '1' } })).data.product.label).toBe('de:Product 1');
  expect(calls()).toEqual(none);
});

test('private answers are for one identity only, public ones for all', async () => {
  const { ask, calls } = await openShop({ forward: tellsWho });
  for (const user of ['ann', 'ben']) expect((await ask('{ me { id email } }', { user })).data.me.id).toBe(user);
  expect(calls().people).toBe(2);
  for (const user of ['ann', 'ben']) expect((await ask('{ me { id email } }', { user })).data.me.id).toBe(user);
  expect(calls()).toEqual(none);
});

test('public answers are shared by all, as long as services do not learn who asks', async () => {
  const { ask, calls } = await openShop();
  await ask('{ product(id: 1) { name } }');
  calls();
  for (const user of ['ann', 'ben']) await ask('{ product(id: 1) { name } }', { user });
  expect(calls()).toEqual(none);
});

test('private answers of nobody in particular are not kept', async () => {
  const { ask, calls } = await openShop();
  for (let time = 0; time < 2; time += 1) {
    expect((await ask('{ me { id } }')).cacheControl).toBe('private, max-age=60');
    expect(calls().people).toBe(1);
  }
});

const forwards: [string, Partial<GatewayConfig>, Record<string, string>, Record<string, string>][] = [
  ['a claim', { subgraphs: { catalog: { forward: tellsWho } } }, { 'x-user-id': 'ann' }, { 'x-user-id': 'ben' }],
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

test.each(forwards)('%s that goes up to a service tells answers apart', async (_, options, one, other) => {
  const { ask, calls } = await openShop(options);
  const query = '{ greeting whoAsks }';
  const first = await ask(query, { headers: one });
  const second = await ask(query, { headers: other });
  const third = await ask(query);
  expect(calls().catalog).toBe(3);
  expect((await ask(query, { headers: one })).text).toBe(first.text);
  expect((await ask(query, { headers: other })).text).toBe(second.text);
  expect((await ask(query)).text).toBe(third.text);
  expect(calls()).toEqual(none);
});

test('what goes up to one service does not tell answers of another apart', async () => {
  const { ask, calls } = await openShop({ subgraphs: { catalog: { forward: tellsWho } } });
  for (const user of ['ann', 'ben']) await ask('{ featured(ids: [1]) { stars } }', { user });
  expect(calls().reviews).toBe(1);
});

test('answers with errors are not kept', async () => {
  const { ask, calls } = await openShop();
  for (let time = 0; time < 2; time += 1) {
    expect((await ask('{ product(id: 1) { name faulty } }')).data.product).toEqual({ name: 'Product 1', faulty: null });
    expect(calls().catalog).toBe(1);
  }
});

test('no-cache has an answer made anew, which others then find; no-store leaves nothing behind', async () => {
  const { ask, calls, world } = await openShop();
  const query = '{ product(id: 1) { name } }';
  await ask(query);
  world.products.set('1', 'Kettle');
  expect((await ask(query)).data.product.name).toBe('Product 1');
  for (const wish of ['no-cache', 'No-Cache', 'max-age=0']) {
    world.products.set('1', wish);
    expect((await ask(query, { headers: { 'cache-control': wish } })).data.product.name).toBe(wish);
    expect((await ask(query)).data.product.name).toBe(wish);
  }
  world.products.set('1', 'Pot');
  expect((await ask(query, { headers: { 'cache-control': 'No-Store' } })).data.product.name).toBe('Pot');
  expect((await ask(query)).data.product.name).toBe('max-age=0');
  calls();
  const other = '{ product(id: 2) { name } }';
  await ask(other, { headers: { 'cache-control': 'no-store' } });
  await ask(other);
  expect(calls().catalog).toBe(2);
});

test('what is denied to one is not kept for others, nor is what is allowed given to all', async () => {
  const { ask } = await openShop();
  const query = '{ product(id: 1) { name secret } }';
  const nobody = async () => {
    const answered = await ask(query);
    expect(answered.data.product).toEqual({ name: 'Product 1', secret: null });
    expect(answered.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  };
  await nobody();
  for (const user of ['ann', 'ben', 'ann']) {
    expect((await ask(query, { user })).data.product.secret).toBe('secret of 1');
    await nobody();
  }
});

test('in a batch every operation finds its own answer', async () => {
  const { origin, calls, ask } = await openShop({ forward: tellsWho });
  await ask('{ product(id: 1) { name } }', { user: 'ann' });
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

test('without whole answers nothing is kept', async () => {
  const { ask, calls } = await openShop({ cache: { answers: false } });
  for (let time = 0; time < 2; time += 1) {
    const answered = await ask('{ product(id: 1) { name } }');
    expect(answered).toMatchObject({ cacheControl: 'public, max-age=60' });
    expect(answered.headers.etag).toBeUndefined();
    expect(calls().catalog).toBe(1);
  }
});

test('very many different answers stay within the memory that is given', async () => {
  const memoryBytes = 200_000;
  const { ask, gateway } = await openShop({ cache: { memoryBytes, maxEntryBytes: 50_000, entities: true } });
  let most = 0;
  for (let number = 0; number < 400; number += 1) {
    await ask(`{ products { id name alias${number}: name stars } }`);
    most = Math.max(most, gateway.cache.stats().bytes ?? 0);
  }
  expect(most).toBeGreaterThan(memoryBytes / 2);
  expect(most).toBeLessThanOrEqual(memoryBytes);
  // What was asked last is there still, what was asked first is not.
  const { hits } = gateway.cache.stats().answers;
  await ask('{ products { id name alias399: name stars } }');
  expect(gateway.cache.stats().answers.hits).toBe(hits + 1);
  await ask('{ products { id name alias0: name stars } }');
  expect(gateway.cache.stats().answers.hits).toBe(hits + 1);
});

test('an answer that is too long is given, and not kept', async () => {
  const { ask, calls, gateway } = await openShop({ cache: { maxEntryBytes: 300 } });
  for (let time = 0; time < 2; time += 1) {
    expect((await ask('{ products { id name } }')).data.products).toHaveLength(20);
    expect(calls().catalog).toBe(1);
  }
  expect(gateway.cache.stats().bytes).toBe(0);
});

test('two graphs do not share what is kept, though the same is asked', async () => {
  const one = await startShop();
  const other = await startShop();
  other.world.products.set('1', 'Other');
  const [first, second] = [await one.open(), await other.open()];
  expect((await first.ask('{ product(id: 1) { name } }')).data.product.name).toBe('Product 1');
  expect((await second.ask('{ product(id: 1) { name } }')).data.product.name).toBe('Other');
});
