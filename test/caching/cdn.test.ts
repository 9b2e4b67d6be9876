// CDN integration: the tags that it purges by, and the purge requests that it gets.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { InvalidationHook } from '../../gateway/cache/invalidation-hook.ts';
import { tagHeaderFields } from '../../gateway/cache/tag-header.ts';
import type { Invalidated } from '../../gateway/config/cache.ts';
import { createLog } from '../../gateway/telemetry/log.ts';
import { RedisServer } from '../harness/redis-server.ts';
import { openShop, startShop } from './shop.ts';

const redis = new RedisServer();

beforeAll(() => redis.start());
afterAll(() => redis.close());

const token = 'purge-token-of-this-test';

test.each([
  ['cache-tag', ',', true, true],
  ['cache-tag', ',', false, true],
  ['surrogate-key', ' ', true, true],
  // Also where the gateway itself caches nothing.
  ['surrogate-key', ' ', true, false],
] as const)(
  'public responses list their tags in %s (between them %j, fast path %s, cached %s)',
  async (header, between, fastPath, responses) => {
    const { send } = await openShop({ fastPath, cache: { tagHeader: header, responses } });
    const tags = async (query: string, options = {}) =>
      ((await send(query, { get: true, ...options })).headers[header] as string | undefined)?.split(between).sort();
    for (const _ of ['made', 'cached']) {
      expect(await tags('{ products { id name } }')).toContain('Product:7');
      expect(await tags('{ products { name } }')).toEqual(['Product*']);
      expect(await tags('{ product(id: 1) { id maker { id } } }')).toEqual([
        'Maker',
        'Maker:m1',
        'Product',
        'Product:1',
      ]);
      expect(await tags('{ product(id: "nothing") { id } }')).toEqual(['Product*']);
      expect(await tags('{ me { id } }', { user: 'ann' })).toBeUndefined();
      expect(await tags('{ now }')).toBeUndefined();
    }
  },
);

test('without the option there are no tags', async () => {
  const { send } = await openShop();
  const { headers } = await send('{ products { id } }');
  expect([headers['cache-tag'], headers['surrogate-key']]).toEqual([undefined, undefined]);
});

test('tags are safe in a header, whatever the ids are; too many become those of their types', () => {
  expect(tagHeaderFields('surrogate-key', ['Product', 'Product:a b,c\r\nd é', 'Maker*'])).toEqual({
    'surrogate-key': 'Product Product:a%20b%2Cc%0D%0Ad%20%C3%A9 Maker*',
  });
  const many = Array.from({ length: 3000 }, (_, id) => `Product:${id}`);
  expect(tagHeaderFields('cache-tag', ['Product', ...many, 'Maker*'])).toEqual({ 'cache-tag': 'Product*,Maker*' });
  expect(tagHeaderFields('cache-tag', [`Product:${'x'.repeat(2000)}`])).toEqual({ 'cache-tag': 'Product*' });
  expect(
    tagHeaderFields(
      'cache-tag',
      many.map((tag) => tag.replace('Product:', 'AnotherOfManyTypes')),
    ),
  ).toBeNull();
  expect(tagHeaderFields('cache-tag', [])).toEqual({});
});

test.each(['memory', 'Redis'])('every invalidation calls the hook, whatever its source (%s)', async (store) => {
  const calls: Invalidated[] = [];
  const shop = await startShop();
  const common = { ...(store === 'Redis' && { redis: { url: redis.socket, prefix: 'cdn' } }) };
  const onInvalidate = (call: Invalidated) => calls.push(call);
  const { send, origin, gateway, stop } = await shop.open({
    ...common,
    cache: { maxWait: 5000, onInvalidate, purge: { token } },
  });
  await send('mutation { rename(id: 1, name: "x") { id } }');
  await send('mutation { renameAll(name: "y") }');
  await send('mutation { unrelated }');
  await send('mutation { forbidden }');
  await gateway.cache.invalidate([{ type: 'Maker', id: 'm 1' }, { type: 'Product' }]);
  await fetch(`${origin}/admin/invalidate`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: '{"type":"Product","id":"9"}',
  });
  await stop();
  expect(calls.map(({ changes }) => changes)).toEqual([
    [{ type: 'Product', id: '1' }],
    [{ type: 'Product' }],
    [{ type: 'Maker', id: 'm 1' }, { type: 'Product' }],
    [{ type: 'Product', id: '9' }],
  ]);
  expect(calls.map(({ tags }) => tags)).toEqual([
    ['Product:1', 'Product*'],
    ['Product', 'Product*'],
    ['Maker:m%201', 'Maker*', 'Product', 'Product*'],
    ['Product:9', 'Product*'],
  ]);
});

interface Line {
  level: string;
  reason?: string;
  tags?: string[];
}

function loggedTo(lines: Line[]) {
  const log = createLog({ level: 'silent' });
  return Object.assign(Object.create(log), {
    error: (line: Line) => lines.push({ ...line, level: 'error' }),
    warn: (line: Line) => lines.push({ ...line, level: 'warn' }),
  });
}

test('a hook that fails or takes too long is logged, and the next call is made', async () => {
  const lines: Line[] = [];
  const signals: AbortSignal[] = [];
  let turn = 0;
  const hook = new InvalidationHook({
    log: loggedTo(lines),
    timeout: 20,
    call: ({ signal }) => {
      turn += 1;
      if (turn === 1) throw new Error('at once');
      if (turn === 2) return Promise.reject(new Error('later'));
      signals.push(signal);
      return turn === 3 ? new Promise(() => {}) : undefined;
    },
  });
  for (const id of ['1', '2', '3', '4']) {
    hook.notify([{ type: 'Product', id }]);
    await hook.idle();
  }
  expect(lines.map(({ reason }) => reason)).toEqual(['at once', 'later', 'not finished within 20 ms']);
  expect(lines[0]?.tags).toEqual(['Product:1', 'Product*']);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
});

test('calls are made one at a time; changes in between are sent together, and are bounded', async () => {
  const lines: Line[] = [];
  const calls: Invalidated[] = [];
  const first = Promise.withResolvers<void>();
  const hook = new InvalidationHook({
    log: loggedTo(lines),
    call: (call) => {
      calls.push(call);
      return calls.length === 1 ? first.promise : undefined;
    },
  });
  hook.notify([{ type: 'Product', id: '0' }]);
  await new Promise((resolve) => setImmediate(resolve));
  for (let id = 0; id < 25_000; id += 1) hook.notify([{ type: id % 2 === 0 ? 'Product' : 'Maker', id: String(id) }]);
  first.resolve();
  await hook.idle();
  expect(calls.map(({ changes }) => changes.length)).toEqual([1, 2]);
  expect(calls[1]?.changes).toEqual([{ type: 'Product' }, { type: 'Maker' }]);
  expect(lines.map(({ level }) => level)).toEqual(['warn']);
  for (let id = 0; id < 2500; id += 1) hook.notify([{ type: 'Product', id: String(id) }]);
  await hook.idle();
  expect(calls.slice(2).map(({ changes }) => changes.length)).toEqual([1000, 1000, 500]);
});
