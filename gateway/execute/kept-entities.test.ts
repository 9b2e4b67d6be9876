// Under which names entities are kept, and what is left to ask for.
import { expect, test } from 'vitest';
import { Cancellation } from '../transport/cancellation.ts';
import type { SubgraphScope } from '../transport/subgraph-client.ts';
import { keptNames, parseEntity, takeKept, toKeep } from './kept-entities.ts';
import type { CollectedKeys } from './keys.ts';
import type { EntityKept, Lookup } from './plan.ts';
import { Find } from './slot.ts';

const plainKept: EntityKept = {
  maxAge: 60,
  private: false,
  types: ['Maker'],
  id: 'id',
  selection: '($v0: String) { name }',
  variables: ['language'],
};

const lookup = (kept: Partial<EntityKept> | null = {}): Lookup => ({
  id: 1,
  fetch: 1,
  type: 'Product',
  entryPoint: 0,
  alias: '_products',
  arguments: [],
  sources: [],
  match: null,
  kept: kept && { ...plainKept, ...kept },
});

const collected = (...ids: string[]): CollectedKeys => ({
  keys: ids,
  finds: ids.map(() => new Find()),
  originals: ids.map((id) => ({ __typename: 'Product', id })),
  keyless: [],
  unusable: [],
});

const scope = (user: string | null = null, forwarded = ''): SubgraphScope => ({
  requestId: 'r',
  cancellation: new Cancellation(),
  calls: [],
  identity: user === null ? null : { key: user },
  forwarded: {
    headersFor: () => [],
    keyFor: (subgraph) => `${subgraph} ${forwarded}`,
    carriesCredentials: () => false,
  },
});

const names = (one: Lookup, variables: Record<string, unknown> = {}, asking = scope(), subgraph = 'catalog') =>
  keptNames(one, subgraph, collected('1', '2'), variables, asking);

const firstKey = (...parts: Parameters<typeof names>) => names(...parts)?.[0]?.key;

test('an entity has the tags of its id, and of any object of the types below it', () => {
  const [first, second] = names(lookup())!;
  expect(first!.tags).toEqual(['Product', 'Product:1', 'Maker*']);
  expect(second!.tags).toEqual(['Product', 'Product:2', 'Maker*']);
  expect(first!.key).not.toBe(second!.key);
});

test('an entity whose key does not say its id is about any of its type', () => {
  expect(names(lookup({ id: null, types: [] }))![0]!.tags).toEqual(['Product*']);
});

test('what may not be kept has no name: without a hint, or private to nobody in particular', () => {
  expect(names(lookup(null))).toBeNull();
  expect(names(lookup({ private: true }))).toBeNull();
  expect(names(lookup({ private: true }), {}, scope('ann'))).toHaveLength(2);
});

test('everything that decides the answer is part of the name', () => {
  const keys = [
    firstKey(lookup()),
    firstKey(lookup({ selection: '($v0: String = "de") { name }' })),
    firstKey(lookup(), { language: null }),
    firstKey(lookup(), { language: 'de' }),
    firstKey(lookup(), { language: ['de'] }),
    firstKey(lookup(), {}, scope(null, 'de')),
    firstKey(lookup(), {}, scope(), 'other'),
    firstKey({ ...lookup(), type: 'Offer' }),
    firstKey(lookup({ private: true }), {}, scope('ann')),
    firstKey(lookup({ private: true }), {}, scope('ben')),
  ];
  expect(new Set(keys).size).toBe(keys.length);
});

test('what does not decide it is not: other variables, and who asks for what is public', () => {
  expect(firstKey(lookup(), { other: 1 })).toBe(firstKey(lookup()));
  expect(firstKey(lookup(), {}, scope('ann'))).toBe(firstKey(lookup(), {}, scope('ben')));
});

test('variables that are nested too deep cannot be compared: then nothing is kept', () => {
  const deep = JSON.parse(`${'['.repeat(10_000)}${']'.repeat(10_000)}`);
  expect(names(lookup(), { language: deep })).toBeNull();
});

test('what was kept hangs on its finds, also that there is none; the others are left to be asked for, in order', () => {
  const all = collected('1', '2', '3', '4');
  const left = takeKept(all, ['{"name":"One"}', undefined, 'null', undefined].map(parseEntity));
  expect(all.finds.map(({ entity }) => entity)).toEqual([{ name: 'One' }, undefined, null, undefined]);
  expect(left.keys).toEqual(['2', '4']);
  expect(left.originals).toEqual([all.originals[1], all.originals[3]]);
  expect(left.finds[0]).toBe(all.finds[1]);
});

test('what was found can be kept, as it came; what there was no answer for cannot', () => {
  const all = collected('1', '2', '3');
  const [first, , third] = all.finds as [Find, Find, Find];
  first.entity = { name: 'One' };
  third.entity = null;
  const keep = toKeep(all, names(lookup(), {})!.concat({ key: 'third', tags: [] }), plainKept, undefined);
  expect(keep.map(({ text, ttl }) => ({ text, ttl }))).toEqual([
    { text: '{"name":"One"}', ttl: 60_000 },
    { text: 'null', ttl: 60_000 },
  ]);
});

test.each(['{"name":', '', '5', '9007199254740993', '"text"', '[{"name":"One"}]', 'true'])(
  'a cached entity that is %j is a miss',
  (text) => {
    const all = collected('1', '2');
    const left = takeKept(all, [text, '{"name":"Two"}'].map(parseEntity));
    expect(left.keys).toEqual(['1']);
    expect(all.finds.map(({ entity }) => entity)).toEqual([undefined, { name: 'Two' }]);
  },
);
