// Registered documents: those of one instance are available to the others by Redis; without it, each instance has its
// own.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSharedDocuments } from '../../gateway/persisted-documents/redis-documents.ts';
import { openRedis, type RedisConnection } from '../../gateway/redis/connection.ts';
import { createLog } from '../../gateway/telemetry/log.ts';
import { RedisServer } from '../harness/redis-server.ts';

const redis = new RedisServer();
const connections: RedisConnection[] = [];

beforeAll(() => redis.start());
afterAll(async () => {
  await Promise.all(connections.map((connection) => connection.close()));
  await redis.close();
});

async function instance() {
  const connection = openRedis(redis.socket, { log: createLog({ level: 'silent' }) });
  connections.push(connection);
  await expect.poll(() => connection.client.status).toBe('ready');
  return createSharedDocuments(connection);
}

test('a document registered at one instance is available at another', async () => {
  const [one, other] = await Promise.all([instance(), instance()]);
  expect(await other.get('hash')).toBeUndefined();
  one.set('hash', '{ products { id } }');
  await expect.poll(() => other.get('hash')).toBe('{ products { id } }');
});

test('while Redis does not respond, a document is available where it was registered, and not elsewhere', async () => {
  const [one, other] = await Promise.all([instance(), instance()]);
  await redis.hold();
  one.set('late', '{ late }');
  expect(await one.get('late')).toBe('{ late }');
  expect(await other.get('late')).toBeUndefined();
  await redis.resume();
  await expect.poll(() => other.get('late')).toBe('{ late }');
});
