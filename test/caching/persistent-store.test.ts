// Cache store of one instance (`cache.store`): what is cached and what was invalidated outlive a restart, and whatever
// becomes of the store, nothing is served that was read before a change.
import { Keyv } from 'keyv';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createCache } from '../../gateway/cache/cache.ts';
import { checked, recordedLog, testClock } from '../cache/caches.ts';
import { FileStore } from '../cache/file-store.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { type Service, startCachingGateway, startService } from './services.ts';

const sdl = `
  type Query { product(id: ID!): Product @cacheControl(maxAge: 300) }
  type Mutation { reprice(id: ID!, price: Int!): Product }
  type Product @cacheControl(maxAge: 300) { id: ID! price: Int }
`;
const query = '{ product(id: "p1") { id price } }';
const token = 'a-long-secret-token';
const entries = (rows: Record<string, string>) => Object.keys(rows).filter((key) => rows[key]?.includes('price'));

interface Shop {
  service: Service;
  store: FileStore;
  /** Sets the price past the gateway. */
  set(price: number): void;
  /** A gateway over the store's file, as after a restart. */
  open(): Promise<Served>;
}

interface Served {
  origin: string;
  price(): Promise<number>;
  invalidate(): Promise<boolean>;
  reprice(price: number): Promise<void>;
  stop(): Promise<unknown>;
}

async function openShop(): Promise<Shop> {
  const file = `${temporaryFolder()}/cache.json`;
  const store = new FileStore(file);
  let current = 1;
  const product = () => ({ id: 'p1', price: current });
  const reprice = (_: unknown, { price }: { price: number }) => {
    current = price;
    return product();
  };
  const resolvers = { Query: { product }, Mutation: { reprice } };
  const service = await startService({ name: 'shop', sdl, resolvers });
  onTestFinished(() => service.stop());
  return {
    service,
    store,
    set: (price) => {
      current = price;
    },
    async open() {
      const cache = { store: new FileStore(file), maxWait: '5s' as const, purge: { token } };
      const { gateway, origin, send, stop } = await startCachingGateway([service], { cache });
      let stopping: Promise<unknown> | undefined;
      const stopOnce = () => {
        stopping ??= stop();
        return stopping;
      };
      onTestFinished(async () => {
        await stopOnce();
      });
      return {
        origin,
        stop: stopOnce,
        invalidate: () => gateway.cache.invalidate({ type: 'Product', id: 'p1' }),
        async price() {
          const { data, errors } = await send(query);
          expect(errors).toBeUndefined();
          return data.product.price;
        },
        async reprice(price) {
          const { data } = await send(`mutation { reprice(id: "p1", price: ${price}) { id price } }`);
          expect(data).toEqual({ reprice: { id: 'p1', price } });
        },
      };
    },
  };
}

/** A shop whose price is in the store, and the gateway that has fetched it. */
async function openCached() {
  const shop = await openShop();
  const gateway = await shop.open();
  expect(await gateway.price()).toBe(1);
  await expect.poll(() => entries(shop.store.rows()).length).toBe(1);
  return { shop, gateway };
}

describe('after a restart', () => {
  test('what was cached is served, until it is invalidated', async () => {
    const shop = await openShop();
    const before = await shop.open();
    expect(await before.price()).toBe(1);
    await expect.poll(() => entries(shop.store.rows()).length).toBeGreaterThan(0);
    await before.stop();
    shop.set(2);
    const after = await shop.open();
    expect(await after.price()).toBe(1);
    expect(shop.service.requested).toHaveLength(1);
    await after.invalidate();
    expect(await after.price()).toBe(2);
  });

  test('what was invalidated before stays so', async () => {
    const shop = await openShop();
    const before = await shop.open();
    await before.price();
    await expect.poll(() => entries(shop.store.rows()).length).toBe(1);
    await before.invalidate();
    await before.stop();
    shop.set(2);
    expect(await (await shop.open()).price()).toBe(2);
  });

  test('mutations and the purge endpoint invalidate what was cached before', async () => {
    const shop = await openShop();
    const before = await shop.open();
    await before.price();
    await expect.poll(() => entries(shop.store.rows()).length).toBe(1);
    await before.stop();
    const after = await shop.open();
    await after.reprice(2);
    expect(await after.price()).toBe(2);
    await expect.poll(() => entries(shop.store.rows()).length).toBe(1);
    expect(await after.price()).toBe(2);
    shop.set(3);
    expect(await after.price()).toBe(2);
    const purged = await fetch(`${after.origin}/admin/invalidate`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify({ type: 'Product', id: 'p1' }),
    });
    expect(purged.status).toBe(202);
    expect(await after.price()).toBe(3);
  });
});

/** A response is under way while its product changes, and `meanwhile` happens; it must not be served afterwards. */
async function changeWhileFetching(meanwhile: (shop: Awaited<ReturnType<typeof openShop>>) => Promise<void>) {
  const shop = await openShop();
  const gateway = await shop.open();
  shop.service.hold();
  const early = gateway.price();
  await shop.service.request(1);
  shop.set(2);
  await gateway.invalidate();
  await meanwhile(shop);
  shop.service.release();
  expect(await early).toBe(1);
  await expect.poll(() => entries(shop.store.rows()).length).toBe(1);
  expect(await gateway.price()).toBe(2);
}

test('a response that was under way during a change is not served afterwards', () =>
  changeWhileFetching(async () => {}));

describe('a store that was changed from outside', () => {
  test('was emptied: what is under way then is not served afterwards', () =>
    changeWhileFetching((shop) => shop.store.clear()));

  test('was put back to an older state: the invalidation that is gone with it holds', async () => {
    const { shop, gateway } = await openCached();
    const older = shop.store.rows();
    shop.set(2);
    await gateway.invalidate();
    shop.store.replace(older);
    expect(await gateway.price()).toBe(2);
  });

  test('has a damaged entry: it is a miss, and replaced', async () => {
    const { shop, gateway } = await openCached();
    const rows = shop.store.rows();
    const [key = ''] = entries(rows);
    const text = rows[key] ?? '';
    const damages = [text.replace('price\\":1', 'price\\":7'), text.slice(0, -8), '"x"', ''];
    expect(damages[0]).not.toBe(text);
    for (const damaged of damages) {
      shop.store.replace({ ...shop.store.rows(), [key]: damaged });
      expect(await gateway.price()).toBe(1);
      await expect.poll(() => entries(shop.store.rows())).toEqual([key]);
    }
    expect(shop.service.requested).toHaveLength(1 + damages.length);
  });

  test('has damaged rows of invalidations: nothing is served that they may invalidate', async () => {
    const { shop, gateway } = await openCached();
    const cached = entries(shop.store.rows());
    shop.set(2);
    await gateway.invalidate();
    const rows = shop.store.rows();
    for (const key of Object.keys(rows)) if (!cached.includes(key)) rows[key] = '{"value":"1 1"}';
    shop.store.replace(rows);
    expect(await gateway.price()).toBe(2);
  });

  test('is written by another gateway: the log says so, and all that is cached is invalid', async () => {
    const { log, messages } = recordedLog();
    const map = new Map();
    const section = checked({ store: map, maxWait: '5s' as const });
    const [one, other] = [createCache(section, null, log), createCache(section, null, log)];
    const put = async () => {
      const { epoch } = await one.responses!.read('a');
      const entry = one.responses!.createEntry('{}', { scope: 'PUBLIC', maxAge: 60, tags: ['Product'] });
      expect(await one.responses!.write('a', entry, epoch)).toBe(true);
    };
    await put();
    await other.invalidate({ type: 'User' });
    expect((await one.responses!.read('a')).state).toBe('fresh');
    await one.invalidate({ type: 'User' });
    expect((await one.responses!.read('a')).state).toBe('miss');
    expect(messages().filter((message) => String(message).startsWith('another gateway writes'))).toHaveLength(1);
  });
});

describe('a store that fails', () => {
  test('costs no response, and no invalidation is lost', async () => {
    const { log, messages } = recordedLog();
    const store = new FileStore(`${temporaryFolder()}/cache.json`);
    const cache = createCache(checked({ store, maxWait: '5s' as const }), null, log);
    onTestFinished(() => cache.close());
    const responses = cache.responses!;
    const entry = responses.createEntry('{}', { scope: 'PUBLIC', maxAge: 60, tags: ['Product', 'Product:1'] });
    const { epoch } = await responses.read('a');
    expect(await responses.write('a', entry, epoch)).toBe(true);
    store.before = (operation) => {
      if (operation === 'set') throw new Error('disk full');
    };
    await cache.invalidate({ type: 'Product', id: '1' });
    expect((await responses.read('a')).state).toBe('miss');
    expect(await responses.write('b', entry, epoch)).toBe(false);
    store.before = () => {};
    await expect
      .poll(() => messages(), { timeout: 60_000 })
      .toContain('all invalidations have been written to the cache');
    expect((await createCache(checked({ store, maxWait: '5s' as const }), null, log).responses!.read('a')).state).toBe(
      'miss',
    );
    store.before = () => Promise.reject(new Error('gone'));
    expect((await responses.read('a')).state).toBe('miss');
    expect(cache.stats().errors).toBeGreaterThan(0);
  });

  test('is no empty one, also where it emits its errors and returns nothing', async () => {
    const { log } = recordedLog();
    const listeners: ((error: Error) => void)[] = [];
    const store = new FileStore(`${temporaryFolder()}/cache.json`) as FileStore & { on?: unknown };
    store.on = (_event: string, listener: (error: Error) => void) => listeners.push(listener);
    const cache = createCache(checked({ store, maxWait: '5s' as const }), null, log);
    const responses = cache.responses!;
    const entry = responses.createEntry('{}', { scope: 'PUBLIC', maxAge: 60, tags: ['Product'] });
    const { epoch } = await responses.read('a');
    expect(await responses.write('a', entry, epoch)).toBe(true);
    await cache.invalidate({ type: 'Product' });
    const rows = store.rows();
    store.before = () => {
      for (const listener of listeners) listener(new Error('connection lost'));
    };
    expect((await responses.read('a')).state).toBe('miss');
    store.before = () => {};
    // Taken for an empty store, it would have got a new clock.
    expect(store.rows()).toEqual(rows);
  });
});

test('the clock does not go back where the time of the system does', async () => {
  const { log } = recordedLog();
  const store = new Map();
  const clock = testClock();
  const open = () => createCache(checked({ store, maxWait: '5s' as const }), null, log, clock);
  const before = open();
  const { epoch } = await before.responses!.read('a');
  clock.advance(-500_000);
  const after = open();
  await after.invalidate({ type: 'Product' });
  expect((await after.responses!.read('a')).epoch).toBeGreaterThan(epoch as number);
});

test('a Keyv brings its own namespace and serialization', async () => {
  const { log, messages } = recordedLog();
  const map = new Map();
  const store = new Keyv({ store: map, namespace: 'shop' });
  const cache = createCache(checked({ store, maxWait: '5s' as const }), null, log);
  const { epoch } = await cache.responses!.read('a');
  const entry = cache.responses!.createEntry('{"a":1}', { scope: 'PUBLIC', maxAge: 60, tags: ['Product'] });
  expect(await cache.responses!.write('a', entry, epoch)).toBe(true);
  expect((await cache.responses!.read('a')).state).toBe('fresh');
  expect([...map.keys()].every((key) => /^shop:[:]?[0-9a-f]{64}$/.test(key))).toBe(true);
  expect(messages()).toContain('cache.store is for one instance of the gateway: give several instances `redis`');
});
