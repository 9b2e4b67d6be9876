// Cached entities: their keys, and the keys that are left to fetch.
import { expect, test } from 'vitest';
import type { EntityCachePolicy, EntityFetch } from '../query-plan/plan.ts';
import { Cancellation } from '../transport/cancellation.ts';
import type { SubgraphScope } from '../transport/subgraph-client.ts';
import { attachCached, cachedEntityNames, entitiesToStore, parseEntity } from './cached-entities.ts';
import { EntityResult } from './hot-path/index.ts';
import type { CollectedKeys } from './keys.ts';

const plainPolicy: EntityCachePolicy = {
  maxAge: 60,
  private: false,
  types: ['Maker'],
  id: 'id',
  selection: '($v0: String) { name }',
  variables: ['language'],
};

const entityFetch = (retained: Partial<EntityCachePolicy> | null = {}): EntityFetch => ({
  id: 1,
  fetch: 1,
  type: 'Product',
  entryPoint: 0,
  alias: '_products',
  arguments: [],
  sources: [],
  match: null,
  cachePolicy: retained && { ...plainPolicy, ...retained },
});

const collected = (...ids: string[]): CollectedKeys => ({
  keys: ids,
  results: ids.map(() => new EntityResult()),
  originals: ids.map((id) => ({ __typename: 'Product', id })),
  keyless: [],
  unusable: [],
});

const scope = (user: string | null = null, forwarded = ''): SubgraphScope => ({
  requestId: 'r',
  cancellation: new Cancellation(),
  calls: [],
  identity: user === null ? null : { key: user, subject: user },
  forwarded: {
    headersFor: () => [],
    keyFor: (subgraph) => `${subgraph} ${forwarded}`,
    carriesCredentials: () => false,
  },
});

const names = (one: EntityFetch, variables: Record<string, unknown> = {}, use = scope(), subgraph = 'catalog') =>
  cachedEntityNames(one, subgraph, collected('1', '2'), variables, use);

const firstKey = (...parts: Parameters<typeof names>) => names(...parts)?.[0]?.key;

test('an entity has the tags of its id, and of any object of the types below it', () => {
  const [first, second] = names(entityFetch())!;
  expect(first!.tags).toEqual(['Product', 'Product:1', 'Maker*']);
  expect(second!.tags).toEqual(['Product', 'Product:2', 'Maker*']);
  expect(first!.key).not.toBe(second!.key);
});

test('an entity whose key is not its id is about any of its type', () => {
  expect(names(entityFetch({ id: null, types: [] }))![0]!.tags).toEqual(['Product*']);
});

test('an uncacheable entity has no cache key: without a hint, or private for an anonymous caller', () => {
  expect(names(entityFetch(null))).toBeNull();
  expect(names(entityFetch({ private: true }))).toBeNull();
  expect(names(entityFetch({ private: true }), {}, scope('ann'))).toHaveLength(2);
});

test('everything that the response depends on is part of the cache key', () => {
  const keys = [
    firstKey(entityFetch()),
    firstKey(entityFetch({ selection: '($v0: String = "de") { name }' })),
    firstKey(entityFetch(), { language: null }),
    firstKey(entityFetch(), { language: 'de' }),
    firstKey(entityFetch(), { language: ['de'] }),
    firstKey(entityFetch(), {}, scope(null, 'de')),
    firstKey(entityFetch(), {}, scope(), 'other'),
    firstKey({ ...entityFetch(), type: 'Offer' }),
    firstKey(entityFetch({ private: true }), {}, scope('ann')),
    firstKey(entityFetch({ private: true }), {}, scope('ben')),
  ];
  expect(new Set(keys).size).toBe(keys.length);
});

test('nothing else is: other variables, and the caller of public data', () => {
  expect(firstKey(entityFetch(), { other: 1 })).toBe(firstKey(entityFetch()));
  expect(firstKey(entityFetch(), {}, scope('ann'))).toBe(firstKey(entityFetch(), {}, scope('ben')));
});

test('variables that are nested too deep cannot be compared: then nothing is cached', () => {
  const deep = JSON.parse(`${'['.repeat(10_000)}${']'.repeat(10_000)}`);
  expect(names(entityFetch(), { language: deep })).toBeNull();
});

test('cached entities are attached to their results, missing ones too; the others are left to fetch, in order', () => {
  const all = collected('1', '2', '3', '4');
  const left = attachCached(all, ['{"name":"One"}', undefined, 'null', undefined].map(parseEntity));
  expect(all.results.map(({ entity }) => entity)).toEqual([{ name: 'One' }, undefined, null, undefined]);
  expect(left.keys).toEqual(['2', '4']);
  expect(left.originals).toEqual([all.originals[1], all.originals[3]]);
  expect(left.results[0]).toBe(all.results[1]);
});

test('a fetched entity can be cached, as it came; one without a response cannot', () => {
  const all = collected('1', '2', '3');
  const [first, , third] = all.results as [EntityResult, EntityResult, EntityResult];
  first.entity = { name: 'One' };
  third.entity = null;
  const retain = entitiesToStore(
    all,
    names(entityFetch(), {})!.concat({ key: 'third', tags: [] }),
    plainPolicy,
    undefined,
  );
  expect(retain.map(({ text, ttl }) => ({ text, ttl }))).toEqual([
    { text: '{"name":"One"}', ttl: 60_000 },
    { text: 'null', ttl: 60_000 },
  ]);
});

test.each(['{"name":', '', '5', '9007199254740993', '"text"', '[{"name":"One"}]', 'true'])(
  'a cached entity that is %j is a miss',
  (text) => {
    const all = collected('1', '2');
    const left = attachCached(all, [text, '{"name":"Two"}'].map(parseEntity));
    expect(left.keys).toEqual(['1']);
    expect(all.results.map(({ entity }) => entity)).toEqual([undefined, { name: 'Two' }]);
  },
);
