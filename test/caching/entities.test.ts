// Entity cache: an entity that one operation fetched is not fetched again by another, as far as the selection is the
// same.
import { expect, test } from 'vitest';
import type { GatewayConfig } from '../../gateway/index.ts';
import { type OpenShop, openShop, type Shop, sendsIdentity } from './shop.ts';

/** Every operation is fetched: only entities are cached. */
const entitiesOnly = { responses: false, entities: true } as const;

const open = (options: Partial<GatewayConfig> = {}): Promise<OpenShop> => openShop({ cache: entitiesOnly, ...options });

const featured = 'query ($ids: [ID!]!) { featured(ids: $ids) { name } }';

/** The keys of the last request to the catalogue. */
function lastKeys({ catalog }: Shop): unknown {
  return Object.values(catalog.requested.at(-1)?.variables ?? {}).find(Array.isArray);
}

const ids = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => String(from + index));

test('of ten products of which six are cached, exactly the four others are fetched, in one request', async () => {
  const shop = await open();
  await shop.send(featured, { variables: { ids: ids(1, 6) } });
  shop.calls();
  const mixed = ['7', '1', '8', '2', '3', '9', '4', '5', '6', '10'];
  const received = await shop.send(featured, { variables: { ids: mixed } });
  expect(received.data.featured).toEqual(mixed.map((id) => ({ name: `Product ${id}` })));
  expect(shop.calls()).toEqual({ catalog: 1, reviews: 1, people: 0 });
  expect(lastKeys(shop)).toEqual(['7', '8', '9', '10']);
  expect((await shop.send(featured, { variables: { ids: mixed } })).text).toBe(received.text);
  expect(shop.calls()).toEqual({ catalog: 0, reviews: 1, people: 0 });
  expect(shop.gateway.cache.stats().entities).toEqual({ hits: 16, misses: 10 });
});

test('another operation uses them too, if its selection on them is the same', async () => {
  const shop = await open();
  await shop.send(featured, { variables: { ids: ids(1, 3) } });
  shop.calls();
  expect((await shop.send('query Other { best: featured(ids: [3]) { name stars } }')).data.best[0]).toEqual({
    name: 'Product 3',
    stars: 3,
  });
  expect(shop.calls().catalog).toBe(0);
  await shop.send('{ featured(ids: [3]) { name label } }');
  expect(shop.calls().catalog).toBe(1);
});

test('what is below cached entities is still fetched', async () => {
  const shop = await open({ forward: sendsIdentity });
  const query = '{ me { id email favourite { name stars mine } } }';
  const first = await shop.send(query, { user: 'ann' });
  expect(first.data.me).toEqual({
    id: 'ann',
    email: 'ann@example.org',
    favourite: { name: 'Product 1', stars: 1, mine: 'ann on 1' },
  });
  expect(shop.calls()).toEqual({ catalog: 1, reviews: 1, people: 1 });
  expect((await shop.send(query, { user: 'ann' })).text).toBe(first.text);
  expect(shop.calls()).toEqual({ catalog: 0, reviews: 0, people: 1 });
});

test('the same entity of two services is cached separately for each', async () => {
  const shop = await open({ forward: sendsIdentity });
  const favourite = (fields: string) => shop.send(`{ me { favourite { ${fields} } } }`, { user: 'ann' });
  await favourite('name stars');
  expect(shop.calls()).toEqual({ catalog: 1, reviews: 1, people: 1 });
  expect((await favourite('name')).data.me.favourite).toEqual({ name: 'Product 1' });
  expect((await favourite('stars')).data.me.favourite).toEqual({ stars: 1 });
  expect(shop.calls()).toEqual({ catalog: 0, reviews: 0, people: 2 });
  await shop.send('mutation { rename(id: 1, name: "Kettle") { id } }');
  expect((await favourite('name stars')).data.me.favourite).toEqual({ name: 'Kettle', stars: 1 });
});

test('a missing entity is cached as well, until it is there', async () => {
  const shop = await open();
  const send = async () => (await shop.send('{ featured(ids: [1, 99]) { maker { id } stars } }')).data.featured;
  const none = [
    { maker: { id: 'm1' }, stars: 1 },
    { maker: null, stars: null },
  ];
  expect(await send()).toEqual(none);
  expect(await send()).toEqual(none);
  expect(shop.calls().catalog).toBe(1);
  shop.fixtures.products.set('99', 'New');
  await shop.gateway.cache.invalidate({ type: 'Product', id: '99' });
  expect((await send())[1].maker).toEqual({ id: 'm1' });
  expect(lastKeys(shop)).toEqual(['99']);
});

test('with different arguments they are different entities, given by variable or not', async () => {
  const shop = await open();
  const label = async (query: string, variables: Record<string, unknown> = {}) =>
    (await shop.send(query, { variables })).data.featured[0].label;
  const byVariable = 'query ($l: String) { featured(ids: [1]) { label(language: $l) } }';
  expect(await label(byVariable, { l: 'de' })).toBe('de:Product 1');
  expect(await label(byVariable, { l: 'fr' })).toBe('fr:Product 1');
  expect(await label('{ featured(ids: [1]) { label(language: "it") } }')).toBe('it:Product 1');
  expect(await label('{ featured(ids: [1]) { label } }')).toBe('en:Product 1');
  shop.calls();
  expect(await label(byVariable, { l: 'de' })).toBe('de:Product 1');
  expect(shop.calls().catalog).toBe(0);
});

test('a variable that is not given, one that is null, and defaults of different operations are different', async () => {
  const shop = await open();
  const inLanguage = (start: string) => `query (${start}) { featured(ids: [1]) { label(language: $l) } }`;
  const requested: [string, Record<string, unknown>, string][] = [
    [inLanguage('$l: String = "de"'), {}, 'de'],
    [inLanguage('$l: String = "fr"'), {}, 'fr'],
    [inLanguage('$l: String'), {}, 'en'],
    [inLanguage('$l: String'), { l: null }, 'null'],
    [inLanguage('$l: String = "de"'), { l: null }, 'null'],
  ];
  for (const [query, variables, language] of [...requested, ...requested.reverse()]) {
    expect((await shop.send(query, { variables })).data.featured[0].label).toBe(`${language}:Product 1`);
  }
});

test('two swapped variables have different entries', async () => {
  const shop = await open();
  const both = (first: string, second: string) =>
    `query ($a: String, $b: String) { featured(ids: [1]) { x: label(language: $${first}) y: label(language: $${second}) } }`;
  const variables = { a: 'one', b: 'two' };
  expect((await shop.send(both('a', 'b'), { variables })).data.featured[0]).toEqual({
    x: 'one:Product 1',
    y: 'two:Product 1',
  });
  expect((await shop.send(both('b', 'a'), { variables })).data.featured[0]).toEqual({
    x: 'two:Product 1',
    y: 'one:Product 1',
  });
});

test('private fields are cached for one identity only, and not at all for anonymous callers', async () => {
  const shop = await open({ forward: sendsIdentity });
  const query = '{ product(id: 1) { mine } }';
  for (const user of ['ann', 'ben', 'ann', 'ben']) {
    expect((await shop.send(query, { user })).data.product.mine).toBe(`${user} on 1`);
  }
  expect(shop.calls().reviews).toBe(2);
  for (let time = 0; time < 2; time += 1) {
    expect((await shop.send(query)).data.product.mine).toBe('anonymous on 1');
    expect(shop.calls().reviews).toBe(1);
  }
});

test('entities are cached separately by what is forwarded to the service', async () => {
  const shop = await open({ subgraphs: { catalog: { forward: { headers: ['accept-language'] } } } });
  for (const language of ['de', 'fr', 'de']) {
    await shop.send(featured, { variables: { ids: ['1'] }, headers: { 'accept-language': language } });
  }
  expect(shop.calls().catalog).toBe(2);
});

test('entities of a response with errors are not cached, nor are fields without a policy', async () => {
  const shop = await open();
  for (const field of ['faulty', 'volatile']) {
    for (let time = 0; time < 2; time += 1) {
      await shop.send(`{ featured(ids: [1, 2]) { name ${field} } }`);
      expect(shop.calls().catalog).toBe(1);
    }
  }
});

test('a denied field is not cached for others', async () => {
  const shop = await open();
  const query = '{ featured(ids: [1]) { name secret } }';
  for (const user of [undefined, 'ann', undefined, 'ben']) {
    const received = await shop.send(query, user === undefined ? {} : { user });
    expect(received.data.featured[0]).toEqual({ name: 'Product 1', secret: user === undefined ? null : 'secret of 1' });
  }
});

test('a mutation does not read entries from before it', async () => {
  const shop = await open();
  await shop.send(featured, { variables: { ids: ['1'] } });
  await shop.send('{ product(id: 1) { name stars } }');
  shop.fixtures.stars.set('1', 5);
  expect((await shop.send('mutation { rename(id: 1, name: "Kettle") { name stars } }')).data.rename).toEqual({
    name: 'Kettle',
    stars: 5,
  });
  expect((await shop.send(featured, { variables: { ids: ['1'] } })).data.featured[0].name).toBe('Kettle');
});

test('with the response cache as well, responses are made from entities and both are invalidated together', async () => {
  const shop = await open({ cache: { entities: true } });
  await shop.send(featured, { variables: { ids: ['1', '2'] } });
  shop.calls();
  await shop.send(featured, { variables: { ids: ['2', '1'] } });
  expect(shop.calls()).toEqual({ catalog: 0, reviews: 1, people: 0 });
  await shop.send('mutation { renameSilently(input: { product: { id: 1 }, name: "Kettle" }) }');
  shop.calls();
  const after = await shop.send(featured, { variables: { ids: ['2', '1'] } });
  expect(after.data.featured).toEqual([{ name: 'Product 2' }, { name: 'Kettle' }]);
  expect(lastKeys(shop)).toEqual(['1']);
});
