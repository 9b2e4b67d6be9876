// Registered documents: those of one instance are available to the others by Redis, within bounds; only valid ones are
// stored.
import { hash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AutomaticDocumentsConfig, defaultAutomaticBounds } from '../../gateway/config/documents.ts';
import type { GatewayConfig } from '../../gateway/index.ts';
import { openAutomaticDocuments } from '../../gateway/persisted-documents/redis-documents.ts';
import { openRedis, type RedisConnection } from '../../gateway/redis/connection.ts';
import { createLog } from '../../gateway/telemetry/log.ts';
import { RedisServer } from '../harness/redis-server.ts';
import { serveGraph } from '../values/served-graph.ts';

const redis = new RedisServer();
const connections: RedisConnection[] = [];

beforeAll(() => redis.start());
afterAll(async () => {
  await Promise.all(connections.map((connection) => connection.close()));
  await redis.close();
});

async function instance(bounds: Partial<AutomaticDocumentsConfig> = {}, prefix = 'concierge') {
  const connection = openRedis({ url: redis.socket, prefix }, { log: createLog({ level: 'silent' }) });
  connections.push(connection);
  await expect.poll(() => connection.client.status).toBe('ready');
  const automaticPersistedQueries = { ...defaultAutomaticBounds, ...bounds };
  const config = { automaticPersistedQueries } as Parameters<typeof openAutomaticDocuments>[0];
  return { ...openAutomaticDocuments(config, connection), client: connection.client };
}

const idOf = (text: string) => hash('sha256', text);
const texts = (count: number, length: number) =>
  Array.from({ length: count }, (_, index) => `{ a${index} } #`.padEnd(length, 'x'));

test('a document registered at one instance is available at another', async () => {
  const [one, other] = await Promise.all([instance(), instance()]);
  const text = '{ products { id } }';
  expect(await other.get(idOf(text))).toBeUndefined();
  one.set(idOf(text), text, 'caller');
  await expect.poll(() => other.get(idOf(text))).toBe(text);
  // What has been put under a hash by others is no document.
  await one.client.set(`concierge:document:${idOf('{ other }')}`, '{ secrets }');
  expect(await other.get(idOf('{ other }'))).toBeUndefined();
});

test('while Redis does not respond, a document is available where it was registered, and not elsewhere', async () => {
  const [one, other] = await Promise.all([instance(), instance()]);
  await redis.hold();
  one.set(idOf('{ late }'), '{ late }', 'caller');
  expect(await one.get(idOf('{ late }'))).toBe('{ late }');
  expect(await other.get(idOf('{ late }'))).toBeUndefined();
  await redis.resume();
  await expect.poll(() => other.get(idOf('{ late }'))).toBe('{ late }');
});

test('of all instances together, no more is stored than the maximum: the least recently used are evicted', async () => {
  const bounds = { maxBytes: 100_000, maxEntryBytes: 40_000 };
  const [one, other, reader] = await Promise.all(Array.from({ length: 3 }, () => instance(bounds, 'bounded')));
  const all = texts(50, 3_000);
  const first = all[0] as string;
  for (const [index, text] of all.entries()) {
    const at = (index % 2 ? one : other)!;
    at.set(idOf(text), text, 'caller');
    // Commands of a connection are executed in order.
    await at.client.ping();
    // A text that is in use stays.
    if (index === 25) expect(await reader!.get(idOf(first))).toBe(first);
  }
  const stored = async () => {
    const names = (await one!.client.keys('bounded:document:*')).map((name) => name.split(':').at(-1));
    return all.filter((text) => names.includes(idOf(text)));
  };
  const left = await stored();
  expect(left.length).toBeGreaterThan(20);
  expect(left.reduce((sum, text) => sum + text.length, 0)).toBeLessThanOrEqual(bounds.maxBytes);
  expect(left).toContain(first);
  expect(left).not.toContain(all[1]);
  // The index has what is stored, and nothing else.
  expect(await one!.client.zcard('bounded:documents')).toBe(left.length);
  expect(await one!.client.hlen('bounded:documents:bytes')).toBe(left.length + 1);
  expect(await one!.client.pttl('bounded:documents')).toBeGreaterThan(6 * 86_400_000);
});

test('a text is stored once it has been found valid, is no longer than the maximum, and within the rate', async () => {
  const config: Partial<GatewayConfig> = {
    redis: { url: redis.socket, prefix: 'valid' },
    documents: { automaticPersistedQueries: { maxEntryBytes: 1_000, perMinute: 2 } },
  };
  const { services, origins, query } = await serveGraph({ services: { first: 'type Query { a: Int }' }, config });
  services.first!.returns = () => ({ data: { a: 1 } });
  // Redis is connected.
  await query('{ a }');
  const { client } = await instance({}, 'valid');
  const stored = async () => (await client.keys('valid:document:*')).length;
  for (const [index, origin] of origins.entries()) {
    const send = async (text: string, parts: object) => {
      const extensions = { persistedQuery: { version: 1, sha256Hash: idOf(text) } };
      const response = await fetch(`${origin}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...parts, extensions }),
      });
      const { data, errors } = (await response.json()) as {
        data?: unknown;
        errors?: { extensions: { code: string } }[];
      };
      return errors ? errors[0]?.extensions.code : data;
    };
    const register = async (text: string) => [await send(text, { query: text }), await send(text, {})];
    const unknown = 'PERSISTED_QUERY_NOT_FOUND';
    const deep = `{ a ${'...{ '.repeat(20)}a${' }'.repeat(20)} }`;
    for (const [text, code] of [
      [`{ nothing${index} }`, 'GRAPHQL_VALIDATION_FAILED'],
      [`{ a${index}`, 'GRAPHQL_PARSE_FAILED'],
      [`{ a } fragment F${index} on Nothing { b }`, 'GRAPHQL_VALIDATION_FAILED'],
      [`{ ${'a '.repeat(6_000)} }`, 'TOKEN_LIMIT_EXCEEDED'],
    ] as const)
      expect([text.slice(0, 30), await register(text)]).toEqual([text.slice(0, 30), [code, unknown]]);
    expect(await register(`{ a } # ${index} ${'x'.repeat(1_000)}`)).toEqual([{ a: 1 }, unknown]);
    expect(await register(deep)).toEqual([{ a: 1 }, { a: 1 }]);
    expect(await register(`{ a } # ${index}`)).toEqual([{ a: 1 }, { a: 1 }]);
    expect(await register(`{ a } # third ${index}`)).toEqual([{ a: 1 }, unknown]);
    // The same document again is no new one.
    expect(await register(`{ a } # ${index}`)).toEqual([{ a: 1 }, { a: 1 }]);
    await expect.poll(stored).toBe(index + 2);
  }
});
