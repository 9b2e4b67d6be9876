// The gateway's cache over memory and over a real Redis: what is found again, for how long, and what a change
// invalidates, in every instance.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Cache, createCache } from '../../gateway/cache/cache.ts';
import { entityKey, entityScope } from '../../gateway/cache/entity-cache.ts';
import type { CachedResponse } from '../../gateway/cache/response-cache.ts';
import { responseKey } from '../../gateway/cache/response-key.ts';
import { tagsForEntity, tagsForResponse } from '../../gateway/cache/tags.ts';
import { type CacheSection, checked, recordedLog, redisWithConnections, testClock } from './caches.ts';

const { log } = recordedLog();
const { connections } = redisWithConnections();

const common = {
  graph: 'g',
  view: null,
  document: '{ products { name } }',
  operationName: null,
  plan: '',
  headers: {},
};
const key = responseKey({ ...common, variables: {}, identity: null })!;
const body = '{"data":{"products":[{"name":"Teapot"},{"name":"Zoë\\n"}]}}';
const products = tagsForResponse(new Map([['Product', new Set(['1', '2'])]]));

const settings: CacheSection = {
  responses: true,
  entities: true,
  maxWait: 2000,
  staleWhileRevalidate: '10s',
  staleIfError: '1m',
};

const scope = entityScope({
  subgraph: 'products',
  type: 'Product',
  selection: '{ name }',
  variables: '{}',
  variance: '',
});
const product = (id: string) => ({ key: entityKey(scope, JSON.stringify(id)), tags: tagsForEntity('Product', id) });

describe.each(['memory', 'Redis'])('over %s', (kind) => {
  const clock = testClock(Date.now());
  const open: Cache[] = [];

  /** Two instances; in memory the second is the first: there is nothing that two could share. */
  function instances(section: CacheSection = settings): [Cache, Cache] {
    const one = createCache(checked(section), kind === 'Redis' ? connections[0]! : null, log, clock);
    const two = kind === 'Redis' ? createCache(checked(section), connections[1]!, log, clock) : one;
    open.push(one, two);
    return [one, two];
  }

  async function retain(cache: Cache, more: Partial<CachedResponse> = {}, under = key): Promise<CachedResponse> {
    const { epoch } = await cache.responses!.read(under);
    const response = cache.responses!.createEntry(body, { scope: 'PUBLIC', maxAge: 30, tags: products, ...more });
    expect(await cache.responses!.write(under, response, epoch)).toBe(true);
    return response;
  }

  beforeEach(async () => {
    if (kind === 'Redis') await connections[0]!.client.flushall();
  });

  afterEach(() => {
    for (const cache of open.splice(0)) cache.close();
  });

  test('a response is found again as it was, by other instances too', async () => {
    const [one, two] = instances();
    expect(await two.responses!.read(key)).toMatchObject({ state: 'miss', entry: null, fallback: null, age: 0 });
    const written = await retain(one);
    clock.advance(2500);
    const { state, entry, age } = await two.responses!.read(key);
    expect({ state, age }).toEqual({ state: 'fresh', age: 2 });
    expect(entry).toEqual(written);
    expect(String(entry!.body)).toBe(body);
    expect(two.stats().responses).toMatchObject({ hits: 1, stale: 0 });
  });

  test('after its max-age a response is stale, then for errors only, then gone', async () => {
    const [one] = instances();
    await retain(one);
    const at = async (milliseconds: number) => {
      clock.advance(milliseconds);
      const { state, entry, fallback, age } = await one.responses!.read(key);
      return { state, entry: entry !== null, fallback: fallback !== null, age };
    };
    expect(await at(29_999)).toEqual({ state: 'fresh', entry: true, fallback: false, age: 29 });
    expect(await at(1)).toEqual({ state: 'stale', entry: true, fallback: false, age: 30 });
    expect(await at(9_999)).toEqual({ state: 'stale', entry: true, fallback: false, age: 39 });
    expect(await at(1)).toEqual({ state: 'miss', entry: false, fallback: true, age: 40 });
    expect(await at(49_999)).toEqual({ state: 'miss', entry: false, fallback: true, age: 89 });
    expect(await at(1)).toMatchObject({ state: 'miss', entry: false, fallback: false });
  });

  test.each([
    ['an object in it', { type: 'Product', id: '2' }, true],
    ['its type', { type: 'Product' }, true],
    ['another object', { type: 'Product', id: '3' }, false],
    ['another type', { type: 'User', id: '1' }, false],
    ['one of a list', [{ type: 'User' }, { type: 'Product', id: '1' }], true],
    ['nothing', [], false],
  ])('a change of %s applies at once to every instance', async (_, change, isInvalid) => {
    const [one, two] = instances();
    await retain(one);
    await two.invalidate(change);
    const { state, fallback } = await one.responses!.read(key);
    expect(state).toBe(isInvalid ? 'miss' : 'fresh');
    // An invalidated entry is not served on errors either.
    expect(fallback).toBeNull();
    expect((await two.responses!.read(key)).state).toBe(state);
  });

  test('after a change the response is cached anew', async () => {
    const [one, two] = instances();
    await retain(one);
    await two.invalidate({ type: 'Product', id: '1' });
    await retain(one);
    expect((await two.responses!.read(key)).state).toBe('fresh');
  });

  test('a response fetched before a change and written after it is invalid', async () => {
    const [one, two] = instances();
    const { epoch } = await one.responses!.read(key);
    const { epoch: ofEntity } = await one.entities!.read([product('1')]);
    await two.invalidate({ type: 'Product', id: '1' });
    const response = one.responses!.createEntry(body, { scope: 'PUBLIC', maxAge: 30, tags: products });
    await one.responses!.write(key, response, epoch);
    await one.entities!.write([{ ...product('1'), text: '{}', ttl: 30_000 }], ofEntity);
    expect((await one.responses!.read(key)).state).toBe('miss');
    expect((await two.entities!.read([product('1')])).found).toEqual([undefined]);
  });

  test('a response fetched before the store was emptied is invalid, since a tag version may be gone', async () => {
    const [one, two] = instances();
    const { epoch } = await one.responses!.read(key);
    await two.invalidate({ type: 'Product', id: '1' });
    if (kind === 'Redis') await connections[0]!.client.flushall();
    await two.responses!.read(key);
    await one.responses!.write(
      key,
      one.responses!.createEntry(body, { scope: 'PUBLIC', maxAge: 30, tags: products }),
      epoch,
    );
    expect((await one.responses!.read(key)).state).toBe('miss');
  });

  test('a private response needs a key of its own', async () => {
    const [one, two] = instances();
    await expect(retain(one, { scope: 'PRIVATE' })).rejects.toThrow('identity');
    const own = responseKey({ ...common, variables: {}, identity: 'issuer:u1' })!;
    await retain(one, { scope: 'PRIVATE' }, own);
    expect((await two.responses!.read(own)).entry).toMatchObject({ scope: 'PRIVATE' });
    expect((await two.responses!.read(key)).state).toBe('miss');
  });

  test('a response that is too long, or has no age or no epoch, is not cached', async () => {
    const [one] = instances({ ...settings, maxEntryBytes: 1000 });
    const responses = one.responses!;
    const { epoch } = await responses.read(key);
    const policy = { scope: 'PUBLIC', maxAge: 30, tags: products } as const;
    expect(await responses.write(key, responses.createEntry('x'.repeat(1000), policy), epoch)).toBe(false);
    expect(await responses.write(key, responses.createEntry('x', { ...policy, maxAge: 0 }), epoch)).toBe(false);
    expect(await responses.write(key, responses.createEntry('x', policy), null)).toBe(false);
    await one.entities!.write([{ ...product('1'), text: `"${'€'.repeat(400)}"`, ttl: 30_000 }], epoch);
    await one.entities!.write([{ ...product('2'), text: '{}', ttl: 0 }], epoch);
    await one.entities!.write([{ ...product('3'), text: '{}', ttl: 30_000 }], null);
    expect((await responses.read(key)).state).toBe('miss');
    const { found } = await one.entities!.read(['1', '2', '3'].map(product));
    expect(found).toEqual([undefined, undefined, undefined]);
  });

  test('nothing is cached longer than the configured maximum', async () => {
    const [one] = instances({ ...settings, maxTtl: '1s' });
    await retain(one, { maxAge: 1e9 });
    expect((await one.responses!.read(key)).state).toBe('fresh');
    if (kind === 'Redis') {
      expect(await connections[0]!.client.pttl(`concierge:cache2:${key}`)).toBeLessThanOrEqual(1000);
    } else {
      clock.advance(1000);
      expect((await one.responses!.read(key)).state).toBe('miss');
    }
  });

  test('entities are found one by one, and missing ones as missing', async () => {
    const [one, two] = instances();
    const { found, epoch } = await one.entities!.read(['1', '2', '3'].map(product));
    expect(found).toEqual([undefined, undefined, undefined]);
    await one.entities!.write(
      [
        { ...product('1'), text: '{"name":"Zoë"}', ttl: 30_000 },
        { ...product('3'), text: 'null', ttl: 30_000 },
      ],
      epoch,
    );
    expect((await two.entities!.read(['3', '2', '1', '1'].map(product))).found).toEqual([
      'null',
      undefined,
      '{"name":"Zoë"}',
      '{"name":"Zoë"}',
    ]);
    await one.invalidate({ type: 'Product', id: '3' });
    expect((await two.entities!.read(['3', '1'].map(product))).found).toEqual([undefined, '{"name":"Zoë"}']);
    await one.invalidate({ type: 'Product' });
    expect((await two.entities!.read(['3', '1'].map(product))).found).toEqual([undefined, undefined]);
    expect(two.stats().entities.hits).toBeGreaterThanOrEqual(4);
  });

  test('very many changes at once invalidate everything, and what comes after them is cached', async () => {
    const [one, two] = instances();
    await retain(one);
    await one.invalidate(Array.from({ length: 11_000 }, (_, index) => ({ type: 'User', id: String(index) })));
    expect((await two.responses!.read(key)).state).toBe('miss');
    await retain(one);
    expect((await one.responses!.read(key)).state).toBe('fresh');
    expect((await two.responses!.read(key)).state).toBe('fresh');
  });

  test('an entity of unknown id is invalidated by any change of its type', async () => {
    const [one, two] = instances();
    const name = { key: product('1').key, tags: tagsForEntity('Product') };
    const { epoch } = await one.entities!.read([name]);
    await one.entities!.write([{ ...name, text: '{}', ttl: 30_000 }], epoch);
    expect((await two.entities!.read([name])).found).toEqual(['{}']);
    await one.invalidate({ type: 'Product', id: 'x' });
    expect((await two.entities!.read([name])).found).toEqual([undefined]);
  });
});

test('a stale response is revalidated once at a time, and a failure is logged and ends that', async () => {
  const { log: recorded, messages } = recordedLog();
  const { responses } = createCache(checked(), null, recorded);
  const work = Promise.withResolvers<void>();
  expect(responses!.revalidate('a', () => work.promise)).toBe(true);
  expect(responses!.revalidate('a', () => work.promise)).toBe(false);
  expect(responses!.revalidate('b', async () => {})).toBe(true);
  work.reject(new Error('upstream'));
  await expect.poll(messages).toContain('revalidation of a stale response failed');
  expect(responses!.revalidate('a', async () => {})).toBe(true);
});

test('the number of concurrent revalidations is bounded', () => {
  const { responses } = createCache(checked(), null, log);
  const never = new Promise<void>(() => {});
  const started = Array.from({ length: 150 }, (_, index) => responses!.revalidate(`${index}`, () => never));
  expect(started.filter(Boolean)).toHaveLength(100);
});

test('a disabled cache is absent', () => {
  const cache = createCache(checked({ responses: false }), null, log);
  expect(cache.responses).toBeNull();
  expect(cache.entities).toBeNull();
});

test('a cached body holds nothing else in memory', () => {
  const { responses } = createCache(checked(), null, log);
  const policy = { scope: 'PUBLIC', maxAge: 1, tags: [] } as const;
  expect(responses!.createEntry('short', policy).body.buffer.byteLength).toBe(5);
  expect(responses!.createEntry(Buffer.alloc(1000).subarray(10, 20), policy).body.buffer.byteLength).toBe(10);
});
