// Redis killed, stopped, slow, cut, full, read-only, flushed and restarted while two gateways serve requests: none fails,
// none waits for it for long, and no read returns what was there before an invalidation that its gateway had acknowledged.
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { GatewayConfig } from '../../gateway/index.ts';
import { Random } from '../differential/random.ts';
import { FaultProxy, type Faults } from '../harness/faults/fault-proxy.ts';
import { History } from '../harness/history.ts';
import { collectLines } from '../harness/log-lines.ts';
import type { LogLine } from '../harness/process.ts';
import { RedisServer } from '../harness/redis-server.ts';
import type { CachingGateway } from './services.ts';
import { openShop, startShop } from './shop.ts';

const redis = new RedisServer();
beforeAll(() => redis.start());
afterAll(() => redis.close());

/** Everything that uses Redis while a request is served. */
const usesRedis: Partial<GatewayConfig> = {
  cache: { entities: true },
  rateLimits: {
    request: { limit: 1_000_000, duration: '1h' },
    quotas: { day: { per: 'day', by: 'caller', limit: 1_000_000 } },
  },
};

/** What each of the phases does to Redis, and what ends it. */
interface Phase {
  begin?(): Promise<unknown>;
  end?(): Promise<unknown>;
  /** Between the gateways and Redis. */
  network?: () => Faults;
  /** Whether commands get no reply in time, so that only a few may be sent. */
  isSilent?: true;
}

const WORKERS = 6;
const REQUESTS = 120;
/** By the response, and by the entity of another service. */
const queries = [
  (id: string) => `{ products: product(id: ${id}) { name } }`,
  (id: string) => `{ products: featured(ids: [${id}]) { name } }`,
];
const ids = Array.from({ length: 12 }, (_, index) => String(index + 1));

test('while Redis fails in any way, no request fails, and no invalidated entry is served', async () => {
  const admin = await redis.connect();
  let network: () => Faults = () => ({});
  const proxy = await FaultProxy.start(redis.socket, {}, { plan: () => network() });
  onTestFinished(() => proxy.stop());
  const url = `redis://127.0.0.1:${proxy.port}`;
  const shop = await startShop();
  const gateways = [
    await shop.open({ ...usesRedis, redis: { url } }),
    await shop.open({ ...usesRedis, redis: { url } }),
  ];
  const logs = gateways.map(({ gateway }) => collectLines(gateway.log));
  for (const id of ids) shop.fixtures.products.set(id, '0');
  const random = new Random(1);
  const history = new History();
  const versions = new Map(ids.map((id) => [id, 0]));

  const send = async (index: number, query: string) => {
    const received = await (gateways[index] as CachingGateway).send(query, { user: 'ann' });
    expect(received, query).toMatchObject({ status: 200, errors: undefined });
    return received.data;
  };
  const read = (index: number, id: string, query = random.pick(queries)) =>
    history.read(
      id,
      async () => {
        const { products } = await send(index, query(id));
        return Number([products].flat()[0].name);
      },
      String(index),
    );
  const change = async (index: number, id: string) => {
    const version = (versions.get(id) ?? 0) + 1;
    versions.set(id, version);
    const wasWriting = isWriting(logs[index] as LogLine[]);
    const started = performance.now();
    await history.write(id, version, () => send(index, `mutation { rename(id: ${id}, name: "${version}") { id } }`));
    // Longer than this, the gateway does not wait for Redis.
    const isWritten = performance.now() - started < 250 && wasWriting && isWriting(logs[index] as LogLine[]);
    await history.invalidate([id], () => {}, isWritten ? undefined : String(index));
  };
  const load = async (count: number) => {
    let sent = 0;
    const worker = async (number: number) => {
      // The versions of an object are written one after the other.
      const own = ids.filter((id) => Number(id) % WORKERS === number);
      for (; sent < count; sent += 1) {
        const index = random.below(2);
        if (random.below(8) === 0) await change(index, own[random.below(own.length)] as string);
        else await read(index, ids[random.below(ids.length)] as string);
      }
    };
    await Promise.all(Array.from({ length: WORKERS }, (_, number) => worker(number)));
  };
  /** Until both use Redis again, and both know of all invalidations. */
  const recover = async () => {
    await history.invalidate(ids, async () => {
      for (const index of [0, 1]) {
        const age = async () => (await gateways[index]?.send('{ greeting }'))?.headers.age;
        await expect.poll(age, { timeout: 60_000 }).toBeDefined();
        await expect.poll(() => isWriting(logs[index] as LogLine[]), { timeout: 60_000 }).toBe(true);
      }
      const all = [0, 1].flatMap((index) => ids.flatMap((id) => queries.map((query) => ({ index, id, query }))));
      await Promise.all(
        all.map(({ index, id, query }) =>
          expect.poll(() => read(index, id, query), { timeout: 60_000 }).toBe(history.written(id)),
        ),
      );
    });
  };

  const restart = async () => {
    await redis.kill();
    await redis.start();
  };
  const phases: Record<string, Phase> = {
    killed: { begin: () => redis.kill(), end: () => redis.start(), isSilent: true },
    stopped: { begin: () => redis.hold(), end: () => redis.resume(), isSilent: true },
    slow: { network: () => ({ latency: 60, jitter: 60 }), isSilent: true },
    cut: { network: () => ({ cutAfter: random.below(20) }) },
    full: {
      begin: async () => {
        await admin.config('SET', 'maxmemory-policy', 'noeviction');
        await admin.config('SET', 'maxmemory', '1');
      },
      end: () => admin.config('SET', 'maxmemory', '0'),
    },
    'read-only': { begin: () => admin.replicaof('127.0.0.1', '9'), end: () => admin.replicaof('NO', 'ONE') },
    flushed: { begin: () => admin.flushall() },
    restarted: { begin: restart },
  };
  await recover();
  for (const [name, { begin, end, network: faults, isSilent }] of Object.entries(phases)) {
    await load(REQUESTS / 3);
    const [received, started] = [proxy.received, performance.now()];
    if (faults) network = faults;
    await Promise.all([begin?.(), load(REQUESTS)]);
    // A few for each of its uses at the beginning, then a few in every second: nothing else waits for it.
    const seconds = (performance.now() - started) / 1000;
    if (isSilent) expect(proxy.received - received, name).toBeLessThan(gateways.length * (WORKERS * 10 + 20 * seconds));
    network = () => ({});
    await end?.();
    await recover();
    expect({ name, violations: history.violations }).toEqual({ name, violations: [] });
  }
  await load(REQUESTS / 3);
  expect(history.violations).toEqual([]);
  expect(history.reads).toBeGreaterThan(REQUESTS * 4);
  for (const { gateway } of gateways) expect(gateway.cache.stats().responses.hits).toBeGreaterThan(20);
});

/** Whether all invalidations so far are in Redis. */
function isWriting(lines: readonly LogLine[]): boolean {
  const last = lines.findLast(({ msg }) => String(msg).includes('invalidations'));
  return last === undefined || last.msg === 'all invalidations have been written to the cache';
}

const query = '{ product(id: 1) { id name } }';

test('the first requests of a gateway are served from Redis', async () => {
  const shop = await startShop();
  const options: Partial<GatewayConfig> = {
    ...{ cache: { maxWait: 5000 }, redis: { url: redis.socket, prefix: 'first' } },
    rateLimits: { quotas: { day: { per: 'day', by: 'caller', limit: 100 } }, quotasWithoutRedis: 'reject' },
  };
  await (await shop.open(options)).send(query, { user: 'ann' });
  shop.calls();
  const { send, gateway } = await shop.open(options);
  const all = await Promise.all(Array.from({ length: 10 }, () => send(query, { user: 'ann' })));
  expect(all.map(({ headers }) => headers.age)).not.toContain(undefined);
  expect(shop.calls().catalog).toBe(0);
  expect(gateway.cache.stats().errors).toBe(0);
});

test('a gateway whose Redis was never there serves as one without a cache', async () => {
  const shop = await openShop({ redis: { url: `${redis.socket}-of-another` } });
  for (let time = 0; time < 2; time += 1) {
    expect(await shop.send(query)).toMatchObject({
      data: { product: { name: 'Product 1' } },
      cacheControl: 'public, max-age=60',
    });
    expect(shop.calls().catalog).toBe(1);
  }
});
