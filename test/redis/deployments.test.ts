// Redis as operators have it: a cluster, Sentinels with a failover, certificates, users and rotating credentials; and what
// the gateway cannot work with, which is rejected when it starts.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { createGateway, type Gateway, type GatewayConfig } from '../../gateway/index.ts';
import { openRedis } from '../../gateway/redis/connection.ts';
import { neededCommands } from '../../gateway/redis/supported.ts';
import { recordedLog } from '../cache/caches.ts';
import { type CachingGateway, startService } from '../caching/services.ts';
import { sendsIdentity, startShop } from '../caching/shop.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { freePorts } from '../harness/ports.ts';
import { RedisCluster } from '../harness/redis-cluster.ts';
import { RedisProcess, type RedisProcessOptions } from '../harness/redis-process.ts';
import { reached } from '../harness/redis-server.ts';
import { createCertificate } from '../http/certificate.ts';

const cluster = new RedisCluster();
let node: RedisProcess;
beforeAll(async () => {
  await cluster.start();
  node = await started({});
});
afterAll(async () => {
  await node.close();
  await cluster.close();
});

const token = 'a-token-of-services';

/** As `expect.poll`, for as long as a busy machine may take. */
const poll = <Value>(value: () => Value | Promise<Value>) => expect.poll(value, { timeout: 60_000, interval: 20 });

async function started(options: Omit<RedisProcessOptions, 'port'>): Promise<RedisProcess> {
  const [port = 0] = await freePorts(1);
  return RedisProcess.start({ port, ...options });
}

async function forTest(options: Omit<RedisProcessOptions, 'port'>): Promise<RedisProcess> {
  const process = await started(options);
  onTestFinished(() => process.close());
  return process;
}

const cached = async (gateway: CachingGateway) => {
  await gateway.send('{ greeting }');
  return gateway.gateway.cache.stats().responses.hits;
};

async function purge({ origin }: CachingGateway, body: object) {
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${origin}/admin/purge`, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: response.status, body: await response.json() };
}

test('over a cluster, gateways share responses, and what is purged is deleted from all nodes', async () => {
  const shop = await startShop();
  const config: Partial<GatewayConfig> = {
    forward: sendsIdentity,
    redis: { url: cluster.urls, cluster: true, prefix: 'shared' },
    cache: { entities: true, maxWait: 5_000, purge: { token } },
  };
  const [one, other] = [await shop.open(config), await shop.open(config)];
  for (const gateway of [one, other]) await poll(() => cached(gateway)).toBeGreaterThan(0);
  const queries = ['{ me { id email } }', '{ me { favourite { name mine } } }', '{ caller products { id name } }'];
  const sendAll = async (gateway: CachingGateway, user: string) => {
    for (const query of queries) await gateway.send(query, { user });
  };
  await sendAll(one, 'ann');
  await sendAll(one, 'bob');
  shop.calls();
  await sendAll(other, 'ann');
  await sendAll(other, 'bob');
  expect(shop.calls()).toEqual({ catalog: 0, reviews: 0, people: 0 });

  const entries = async () => (await cluster.keys()).filter((key) => /^shared:.*:(response|entity):/.test(key)).length;
  const before = await entries();
  const purged = await purge(one, { identity: 'ann' });
  expect(purged.status).toBe(202);
  expect(await entries()).toBe(before - purged.body.deleted);
  expect(purged.body.deleted).toBeGreaterThanOrEqual(4);
  await sendAll(other, 'bob');
  expect(shop.calls()).toEqual({ catalog: 0, reviews: 0, people: 0 });
  await sendAll(other, 'ann');
  expect(shop.calls()).toMatchObject({ catalog: 2, people: 2 });

  expect((await purge(other, { type: 'Product' })).status).toBe(202);
  await sendAll(one, 'bob');
  expect(shop.calls().catalog).toBeGreaterThan(0);
});

test('over a cluster, gateways count exactly together, know documents registered at another, and add up usage', async () => {
  const service = await served(
    {
      redis: { url: cluster.urls, cluster: true, prefix: 'counted' },
      rateLimits: { redisTimeout: 1_000, request: { limit: 40, duration: '1h' } },
      documents: { automaticPersistedQueries: true },
      usage: true,
    },
    2,
  );
  const [one, other] = service.urls as [string, string];
  const hash = createHash('sha256').update('{ a }').digest('hex');
  const extensions = { persistedQuery: { version: 1, sha256Hash: hash } };
  expect(await post(one, { query: '{ a }', extensions })).toMatchObject({ status: 200 });
  await poll(async () => (await post(other, { extensions })).body).toMatchObject({ data: { a: 1 } });
  const statuses = await Promise.all(
    Array.from({ length: 60 }, async (_, index) => (await post(index % 2 ? one : other, { query: '{ a }' })).status),
  );
  const served200 = statuses.filter((status) => status === 200).length;
  expect(statuses.filter((status) => status === 429)).toHaveLength(60 - served200);
  // The attempts until the document was known were counted too.
  const keys = await cluster.keys();
  const counter = keys.filter((key) => key.startsWith('counted:rate:'));
  expect(counter).toHaveLength(1);
  const { client } = opened({ url: cluster.urls, cluster: true });
  await ready(client);
  expect(await client.get(counter[0] as string)).toBe('40');
  await service.stop();
  const uses = (await cluster.keys()).filter((key) => /^counted:\{usage\}:usage:\d/.test(key));
  expect(uses).toHaveLength(1);
  const fields = await client.hgetall(uses[0] as string);
  expect(
    Object.values(fields)
      .map(Number)
      .reduce((sum, each) => sum + each, 0),
  ).toBe(40);
  expect(service.lines).toEqual([]);
});

test('Sentinels know the master, also after a failover', async () => {
  const master = await forTest({ options: ['--repl-diskless-sync-delay', '0'] });
  const replica = await forTest({ options: ['--replicaof', '127.0.0.1', String(master.port)] });
  await poll(async () => String(await replica.call('INFO', 'replication'))).toContain('master_link_status:up');
  const config = [
    `sentinel monitor mymaster 127.0.0.1 ${master.port} 1`,
    'sentinel down-after-milliseconds mymaster 300',
    'sentinel failover-timeout mymaster 1000',
  ].join('\n');
  const sentinel = await forTest({ config, options: ['--sentinel'] });
  await poll(async () => String(await sentinel.call('SENTINEL', 'REPLICAS', 'mymaster'))).toContain(
    String(replica.port),
  );
  const { client, problem } = opened({ url: sentinel.url, sentinel: { name: 'mymaster' } });
  await ready(client);
  expect(await problem()).toBeNull();
  await client.set('a', '1');
  await poll(() => replica.call('GET', 'a')).toBe('1');
  await master.close();
  await poll(() => client.set('b', '2').catch(() => 'not yet')).toBe('OK');
  expect(await replica.call('GET', 'b')).toBe('2');
});

test('over TLS with a client certificate and a user with the documented commands alone, everything works; credentials and certificates are read for each connection', async () => {
  const server = createCertificate();
  const renewed = createCertificate();
  const folder = temporaryFolder({
    ...{ 'cert.pem': server.cert, 'key.pem': server.key, 'renewed.pem': renewed.cert },
    ...{ 'client.pem': server.cert, 'client-key.pem': server.key },
  });
  const [port = 0] = await freePorts(1);
  const files = (name: string) => `${folder}/${name}`;
  const secured = await forTest({
    options: [
      ...['--tls-port', String(port), '--tls-cert-file', files('cert.pem'), '--tls-key-file', files('key.pem')],
      ...['--tls-ca-cert-file', files('cert.pem'), '--tls-auth-clients', 'yes'],
    ],
  });
  const permissions = documentedPermissions();
  expect(permissions).toEqual(expect.arrayContaining(neededCommands.map((name) => `+${name}`)));
  const setUser = (password: string) =>
    secured.call('ACL', 'SETUSER', 'gateway', 'reset', 'on', `>${password}`, '~shop:*', ...permissions);
  await secured.call('ACL', 'SETUSER', 'default', 'off');
  await setUser('first');
  let called = 0;
  let password = 'first';
  const credentials = async () => {
    called += 1;
    return { username: 'gateway', password };
  };
  const service = await served(
    {
      redis: {
        url: `rediss://localhost:${port}`,
        credentials,
        tls: { ca: files('cert.pem'), cert: files('client.pem'), key: files('client-key.pem') },
        prefix: 'shop',
      },
      cache: { maxWait: 5_000, entities: true, purge: { token } },
      rateLimits: { redisTimeout: 1_000, perAddress: { limit: 1_000, duration: '1h' } },
      documents: { automaticPersistedQueries: true },
      usage: true,
    },
    1,
  );
  const [url = ''] = service.urls;
  const stored = async () => ((await secured.call('KEYS', 'shop:*')) as string[]).map((key) => key.split(':')[1]);
  await poll(async () => {
    await post(url, { query: '{ cached }' });
    return stored();
  }).toEqual(expect.arrayContaining(['cache2', 'rate']));
  expect(called).toBeGreaterThan(0);
  // The next connection has the next password, and the renewed certificate.
  writeFileSync(files('client.pem'), renewed.cert);
  writeFileSync(files('client-key.pem'), renewed.key);
  await secured.call('CONFIG', 'SET', 'tls-ca-cert-file', files('renewed.pem'));
  password = 'second';
  await setUser('second');
  const before = called;
  await secured.call('CLIENT', 'KILL', 'USER', 'gateway');
  await poll(() => called).toBeGreaterThan(before);
  await secured.call('DEL', ...((await secured.call('KEYS', 'shop:rate:*')) as string[]));
  await poll(async () => {
    await post(url, { query: '{ cached }' });
    return stored();
  }).toContain('rate');
  await service.stop();
  expect(await stored()).toContain('usage');
  // The connection was cut off; nothing was forbidden.
  expect(service.lines.filter((line) => /NOPERM|permission|may not/.test(line))).toEqual([]);
});

test('what the gateway cannot work with is rejected when it starts, in one sentence', async () => {
  const replica = await forTest({ options: ['--replicaof', '127.0.0.1', String(node.port)] });
  const sentinel = await forTest({ config: `sentinel monitor a 127.0.0.1 ${node.port} 1\n`, options: ['--sentinel'] });
  await node.call('ACL', 'SETUSER', 'few', 'on', '>secret', '~*', '+@all', '-getex', '-zadd');
  await node.call('ACL', 'SETUSER', 'other', 'on', '>secret', '~other:*', '+@all');
  await node.call('ACL', 'SETUSER', 'none', 'on', '>secret', '~*', '+info', '+get');
  const [first = ''] = cluster.urls;
  const as = (user: string) => node.url.replace('redis://', `redis://${user}:secret@`);
  const cases: [GatewayConfig['redis'], RegExp][] = [
    [{ url: first }, /is a Redis Cluster: set redis\.cluster to true$/],
    [{ url: node.url, cluster: true }, /is no cluster: remove redis\.cluster$/],
    [{ url: replica.url }, /is a replica, which cannot be written: give the address of its master$/],
    [{ url: sentinel.url }, /is a Sentinel: set redis\.sentinel to the name of the master/],
    [{ url: as('few') }, /the user may not use getex, zadd; the commands that it needs are listed in docs\/redis\.md$/],
    [{ url: as('other') }, /the user may not use the keys concierge:\*; add ~concierge:\* to its permissions/],
    [{ url: as('none') }, /the user may not use the command eval/],
  ];
  for (const [redis, message] of cases) {
    const started = served({ redis }, 1);
    await expect(started, JSON.stringify(redis)).rejects.toThrow(message);
    await expect(started).rejects.not.toThrow(/secret/);
  }
  // What may be over soon is none of it.
  const [nothing = 0] = await freePorts(1);
  await served({ redis: { url: `redis://127.0.0.1:${nothing}` } }, 1);
  await served({ redis: { url: as('few').replace('secret', 'wrong') } }, 1);
});

/** The permissions in the documentation, without those for a cluster. */
function documentedPermissions(): string[] {
  const text = readFileSync(new URL('../../docs/redis.md', import.meta.url), 'utf8');
  const [, given = ''] = /ACL SETUSER gateway on >PASSWORD ~concierge:\*([\s\S]*?)\n\n/.exec(text) ?? [];
  return (given.match(/\+[\w|]+/g) ?? []).filter((permission) => !permission.includes('|'));
}

function opened(target: Parameters<typeof openRedis>[0]) {
  const connection = openRedis(target, { log: recordedLog().log });
  onTestFinished(() => connection.close());
  return connection;
}

async function ready(client: ReturnType<typeof openRedis>['client']): Promise<void> {
  if (client.status !== 'ready') await reached(client, 'ready');
}

/** Gateways over one service. */
async function served(options: Partial<GatewayConfig>, count: number) {
  const sdl =
    'type Query { a: Int cached: Int @cacheControl(maxAge: 60) } directive @cacheControl(maxAge: Int) on FIELD_DEFINITION';
  const service = await startService({ name: 'shop', sdl, resolvers: { Query: { a: () => 1, cached: () => 2 } } });
  onTestFinished(() => service.stop());
  const lines: string[] = [];
  const gateways: Gateway[] = [];
  const stop = async () => {
    await Promise.all(gateways.map((gateway) => gateway.stop()));
  };
  onTestFinished(stop);
  const urls: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const gateway = createGateway(
      {
        ...{ port: 0, overload: false, log: { level: 'silent' } },
        subgraphs: { shop: { url: service.url, schema: sdl } },
        ...options,
      },
      temporaryFolder(),
    );
    for (const level of ['warn', 'error'] as const) {
      vi.spyOn(gateway.log, level).mockImplementation(
        (...line: unknown[]) => void lines.push(line.map((part) => JSON.stringify(part)).join(' ')),
      );
    }
    gateways.push(gateway);
    urls.push(`${await gateway.start()}/graphql`);
  }
  return { urls, lines, stop };
}

async function post(url: string, body: object): Promise<{ status: number; body: unknown }> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: response.status, body: await response.json() };
}
