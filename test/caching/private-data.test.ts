// Private data in Redis: what is stored for a caller is deleted by its identity, and encrypted where the configuration says
// so.
import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createCache } from '../../gateway/cache/cache.ts';
import { ownerTag } from '../../gateway/cache/owner.ts';
import type { GatewayConfig } from '../../gateway/index.ts';
import { openRedis } from '../../gateway/redis/connection.ts';
import { checked, recordedLog } from '../cache/caches.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { RedisServer } from '../harness/redis-server.ts';
import type { CachingGateway } from './services.ts';
import { type Shop, sendsIdentity, startShop } from './shop.ts';

const redis = new RedisServer();
let client: Redis;
let prefixes = 0;
beforeAll(async () => {
  await redis.start();
  client = await redis.connect();
});
afterAll(() => redis.close());

const token = 'a-token-of-services';
/** Private responses, and entities: private ones, and those of a service that gets the caller's identity. */
const queries = ['{ me { id email } }', '{ me { favourite { name mine } } }', '{ caller products { id name } }'];

/** Gateways on one Redis. */
async function open(shop: Shop, count: number, cache: GatewayConfig['cache'] = {}, prefix = `private${++prefixes}`) {
  const gateways: CachingGateway[] = [];
  for (let index = 0; index < count; index += 1) {
    const gateway = await shop.open({
      forward: sendsIdentity,
      redis: { url: redis.socket, prefix },
      cache: { entities: true, maxWait: 5_000, purge: { token }, ...cache },
    });
    // Until Redis is connected, nothing is stored.
    const hits = async () => {
      await gateway.send('{ greeting }');
      return gateway.gateway.cache.stats().responses.hits;
    };
    await expect.poll(hits).toBeGreaterThan(0);
    gateways.push(gateway);
  }
  return { gateways: gateways as [CachingGateway, ...CachingGateway[]], prefix };
}

/** Values of entries in Redis, by key. */
async function stored(prefix: string): Promise<Map<string, Buffer>> {
  const names: string[] = [];
  let cursor = '0';
  do {
    const [next, found] = await client.scan(cursor, 'MATCH', `${prefix}:*`, 'COUNT', 1_000);
    names.push(...found.filter((name) => /:(response|entity):/.test(name)));
    cursor = next;
  } while (cursor !== '0');
  const values = await Promise.all(names.map((name) => client.getBuffer(name)));
  return new Map(names.flatMap((name, index) => (values[index] ? [[name, values[index] as Buffer] as const] : [])));
}

async function holding(prefix: string, text: string): Promise<string[]> {
  return [...(await stored(prefix))].filter(([, value]) => value.includes(text)).map(([name]) => name);
}

async function purge({ origin }: CachingGateway, identity: unknown) {
  const response = await fetch(`${origin}/admin/purge`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ identity }),
  });
  return {
    status: response.status,
    body: (await response.json()) as { count?: number; deleted?: number; errors?: unknown[] },
  };
}

test('what is stored for a caller is deleted by its identity, in every instance, and of no other caller', async () => {
  const shop = await startShop();
  const { gateways, prefix } = await open(shop, 2);
  const [one, other] = gateways as [CachingGateway, CachingGateway];
  for (const user of ['ann', 'bob']) for (const query of queries) await one.send(query, { user });
  await expect.poll(async () => (await holding(prefix, 'ann')).length).toBeGreaterThanOrEqual(4);
  const kinds = (await holding(prefix, 'ann')).map((name) =>
    name
      .split(':')
      .slice(2, 4)
      .join(':')
      .replace(/:[^:]{30,}$/, ''),
  );
  expect(new Set(kinds)).toEqual(new Set(['entity', 'response:private', 'response:public']));
  const ofBob = (await holding(prefix, 'bob')).length;
  shop.calls();
  for (const query of queries) await other.send(query, { user: 'ann' });
  expect(shop.calls()).toEqual({ catalog: 0, reviews: 0, people: 0 });

  expect(await purge(one, { issuer: 'header', subject: 'ann' })).toMatchObject({ status: 202, body: { count: 1 } });
  expect(await holding(prefix, 'ann')).toEqual([]);
  expect(await holding(prefix, 'bob')).toHaveLength(ofBob);
  expect(await client.keys(`${prefix}:*owned*`)).toHaveLength(1);
  for (const query of queries) await other.send(query, { user: 'bob' });
  expect(shop.calls()).toEqual({ catalog: 0, reviews: 0, people: 0 });
  for (const query of queries) await other.send(query, { user: 'ann' });
  expect(shop.calls()).toMatchObject({ catalog: 2, people: 2 });
  // Again, with the subject alone; a caller of whom nothing is stored is no error.
  await expect.poll(async () => (await holding(prefix, 'ann')).length).toBeGreaterThan(0);
  expect((await purge(other, 'ann')).body.deleted).toBeGreaterThan(0);
  expect(await holding(prefix, 'ann')).toEqual([]);
  expect(await purge(other, 'carl')).toEqual({ status: 202, body: { count: 1, deleted: 0 } });
  for (const identity of [null, '', [], {}, { issuer: 'header' }, { subject: 'ann', more: 1 }, 'x'.repeat(257)])
    expect([identity, (await purge(one, identity)).status]).toEqual([identity, 400]);
});

test('what was being fetched during the purge is neither stored nor returned to later requests', async () => {
  const shop = await startShop();
  const { gateways, prefix } = await open(shop, 2);
  const [one, other] = gateways as [CachingGateway, CachingGateway];
  shop.people.hold();
  const before = shop.people.requested.length;
  const underWay = other.send(queries[0] as string, { user: 'ann' });
  await shop.people.request(before + 1);
  expect((await purge(one, 'ann')).status).toBe(202);
  shop.people.release();
  expect((await underWay).data.me).toEqual({ id: 'ann', email: 'ann@example.org' });
  shop.calls();
  await other.send(queries[0] as string, { user: 'bob' });
  await expect.poll(async () => (await holding(prefix, 'bob@')).length).toBeGreaterThan(0);
  expect(await holding(prefix, 'ann')).toEqual([]);
});

test('while Redis does not respond, a purge is an error, and nothing of the caller is returned by this instance', async () => {
  const shop = await startShop();
  const { gateways, prefix } = await open(shop, 1);
  const [gateway] = gateways;
  await gateway.send(queries[0] as string, { user: 'ann' });
  await expect.poll(async () => (await holding(prefix, 'ann')).length).toBeGreaterThan(0);
  await redis.hold();
  const { status, body } = await purge(gateway, 'ann');
  await redis.resume();
  expect([status, body.errors]).toMatchObject([503, [{ extensions: { code: 'NOT_READY' } }]]);
  await expect.poll(async () => (await purge(gateway, 'ann')).status).toBe(202);
  expect(await holding(prefix, 'ann')).toEqual([]);
});

test('without Redis too, and from code; the number of entries of a caller is bounded', async () => {
  const shop = await startShop();
  const memory = await shop.open({ forward: sendsIdentity, cache: { entities: true } });
  for (const query of queries) await memory.send(query, { user: 'ann' });
  expect(await memory.gateway.cache.purgeIdentity('ann')).toBeGreaterThan(2);
  shop.calls();
  await memory.send(queries[0] as string, { user: 'ann' });
  expect(shop.calls().people).toBe(1);
  expect(await memory.gateway.cache.purgeIdentity('ann')).toBeGreaterThan(0);
  // Entries of one caller are bounded in number: those that end first are deleted.
  const prefix = `private${++prefixes}`;
  const { log } = recordedLog();
  const connection = openRedis({ url: redis.socket, prefix }, { log });
  onTestFinished(() => connection.close());
  await expect.poll(() => connection.client.status).toBe('ready');
  const { responses, purgeIdentity } = createCache(checked({ maxWait: '5s' }), connection, log);
  const { epoch } = await responses!.read('response:private:0');
  const write = (index: number) => {
    const entry = responses!.createEntry('ann', { scope: 'PRIVATE', maxAge: 60 + index, tags: [] });
    return responses!.write(`response:private:${index}`, entry, epoch, 'ann');
  };
  for (let index = 0; index < 2_010; index += 30) {
    const written = await Promise.all(Array.from({ length: 30 }, (_, at) => write(index + at)));
    expect(written).not.toContain(false);
  }
  const left = await holding(prefix, 'ann');
  expect(left).toHaveLength(2_000);
  expect(left.map((name) => Number(name.split(':').at(-1))).sort((a, b) => a - b)[0]).toBe(10);
  expect(await purgeIdentity('ann')).toBe(2_000);
  expect(await holding(prefix, 'ann')).toEqual([]);
});

test('an entity that several callers share is stale after a purge of the one that it was fetched for', async () => {
  const { log } = recordedLog();
  const connection = openRedis({ url: redis.socket, prefix: `private${++prefixes}` }, { log });
  onTestFinished(() => connection.close());
  await expect.poll(() => connection.client.status).toBe('ready');
  for (const shared of [connection, null]) {
    const cache = createCache(checked({ entities: true, maxWait: '5s' }), shared, log);
    const named = (subject: string) => ({ key: 'entity:org:1', tags: ['Org', 'Org:1', ownerTag(subject)] });
    const { epoch } = await cache.entities!.read([named('ann')]);
    await cache.entities!.write([{ ...named('ann'), text: '{"id":"1"}', ttl: 60_000 }], epoch);
    const found = async (subject: string) => (await cache.entities!.read([named(subject)])).found;
    expect([await found('ann'), await found('bob')]).toEqual([['{"id":"1"}'], ['{"id":"1"}']]);
    await cache.purgeIdentity('bob');
    expect(await found('ann')).toEqual(['{"id":"1"}']);
    expect(await cache.purgeIdentity('ann')).toBe(1);
    // One that was being fetched meanwhile is not written, or stale.
    await cache.entities!.write([{ ...named('ann'), text: '{"id":"1"}', ttl: 60_000 }], epoch);
    expect([await found('ann'), await found('bob')]).toEqual([[undefined], [undefined]]);
    await cache.close();
  }
});

test('entries are encrypted with the first key; others decrypt; what was tampered with is a miss and is counted', async () => {
  const shop = await startShop();
  const files = { 'a.key': randomBytes(32).toString('base64'), 'b.key': `${randomBytes(32).toString('hex')}\n` };
  const folder = temporaryFolder({ ...files, 'short.key': 'c2hvcnQ=' });
  const keys = (...names: string[]) => ({ encryption: { keyFiles: names.map((name) => `${folder}/${name}`) } });
  const { gateways, prefix } = await open(shop, 1, keys('a.key'));
  const [first] = gateways;
  const sendMe = (gateway: CachingGateway, user = 'ann') => gateway.send('{ me { id email } }', { user });
  const calls = async (gateway: CachingGateway, user = 'ann') => {
    shop.calls();
    const { data, errors } = await sendMe(gateway, user);
    expect({ data, errors }).toEqual({ data: { me: { id: user, email: `${user}@example.org` } }, errors: undefined });
    return shop.calls().people ?? 0;
  };
  const isStored = async (count: number) =>
    expect
      .poll(async () => [...(await stored(prefix)).keys()].filter((name) => name.includes(':private:')).length)
      .toBe(count);
  await sendMe(first);
  await isStored(1);
  for (const [name, value] of await stored(prefix)) {
    expect([name, /ann|example|Query|Person|PRIVATE|Hello/.test(value.toString('latin1'))]).toEqual([name, false]);
  }
  expect(await calls(first)).toBe(0);

  // A new key encrypts, and what the former one has encrypted is still read.
  const [rotated] = (await open(shop, 1, keys('b.key', 'a.key'), prefix)).gateways;
  expect(await calls(rotated)).toBe(0);
  expect(await calls(rotated, 'bob')).toBeGreaterThan(0);
  await isStored(2);
  const [renewed] = (await open(shop, 1, keys('b.key'), prefix)).gateways;
  expect(await calls(renewed, 'bob')).toBe(0);
  const undecryptable = renewed.gateway.cache.stats().undecryptable;
  expect(await calls(renewed, 'ann')).toBeGreaterThan(0);
  expect(renewed.gateway.cache.stats().undecryptable).toBeGreaterThan(undecryptable);
  await isStored(2);
  expect(await calls(renewed, 'ann')).toBe(0);

  // What was changed, cut, put under another name, or never encrypted is a miss.
  const entries = new Map([...(await stored(prefix))].filter(([name]) => name.includes(':private:')));
  const [[name, value], [another, othersValue]] = [...entries] as [[string, Buffer], [string, Buffer]];
  const owner = async () =>
    (await calls(renewed, 'ann')) > 0 ? 'ann' : (await calls(renewed, 'bob')) > 0 ? 'bob' : 'none';
  for (const wrong of [
    ...[0, 3, 10, 25, 40, 60].map((at) => Buffer.from(value).fill(Number(value[at]) ^ 1, at, at + 1)),
    ...[othersValue, value.subarray(0, -1), value.subarray(0, 20), Buffer.alloc(0), Buffer.concat([value, value])],
    Buffer.from('[1,[],{"etag":"x","scope":"PRIVATE","maxAge":60,"storedAt":1},0]\n'),
  ]) {
    const before = renewed.gateway.cache.stats().undecryptable;
    await client.set(name, wrong, 'KEEPTTL');
    expect(await owner()).not.toBe('none');
    expect(renewed.gateway.cache.stats().undecryptable).toBeGreaterThan(before);
    await expect.poll(owner).toBe('none');
  }
  expect(another).not.toBe(name);
  // A gateway without keys reads none of it; one with keys nothing that is not encrypted.
  const [plain] = (await open(shop, 1, {}, prefix)).gateways;
  expect(await calls(plain)).toBeGreaterThan(0);
  await expect.poll(async () => (await holding(prefix, 'ann@')).length).toBeGreaterThan(0);
  expect(await calls(renewed)).toBeGreaterThan(0);
  expect((await purge(renewed, 'ann')).body.deleted).toBeGreaterThan(0);
  expect(await holding(prefix, 'ann@')).toEqual([]);

  for (const [file, problem] of [
    ['short.key', 'has no key of 32 bytes in Base64 or hexadecimal; write 32 random bytes into it'],
    ['none.key', 'does not exist'],
  ] as const)
    await expect(open(shop, 1, keys(file))).rejects.toThrow(
      `cache.encryption.keyFiles[0]: the file ${folder}/${file} ${problem}`,
    );
});
