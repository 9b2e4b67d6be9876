// Redis outage while requests are served: they go on, none waits for it for long, and it is used again when it is back.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RedisServer } from '../harness/redis-server.ts';
import type { CachingGateway } from './services.ts';
import { openShop } from './shop.ts';

let redis: RedisServer;

beforeEach(async () => {
  redis = new RedisServer();
  await redis.start();
});

afterEach(async () => {
  await redis.resume();
  await redis.close();
});

const query = '{ product(id: 1) { id name } }';

/** Resolves once responses are found in Redis (again). */
const isPreserved = ({ send }: CachingGateway) =>
  vi.waitFor(async () => expect((await send('{ greeting }')).headers.age).toBeDefined(), { timeout: 15_000 });

test.each([
  ['held', () => redis.hold(), () => redis.resume()],
  ['killed', () => redis.kill(), () => redis.start()],
])('Redis is %s, and comes back', { timeout: 40_000 }, async (_, stop, start) => {
  const shop = await openShop({ cache: { entities: true, maxWait: 20 }, redis: { url: redis.socket } });
  await isPreserved(shop);
  await shop.send(query);
  await stop();
  const started = performance.now();
  for (let number = 0; number < 20; number += 1) {
    expect((await shop.send(query)).data.product.name).toBe('Product 1');
    expect((await shop.send(`{ featured(ids: [${number + 1}]) { name } }`)).errors).toBeUndefined();
  }
  // Waiting for each command's own time-out would take more than 20 seconds.
  expect(performance.now() - started).toBeLessThan(5000);
  expect(shop.gateway.cache.stats().errors).toBeGreaterThan(0);
  expect((await shop.send('mutation { rename(id: 1, name: "Kettle") { id } }')).data.rename).toEqual({ id: '1' });
  expect((await shop.send(query)).data.product.name).toBe('Kettle');
  await start();
  await isPreserved(shop);
  expect((await shop.send(query)).data.product.name).toBe('Kettle');
  expect((await shop.send('{ featured(ids: [1]) { name } }')).data.featured[0].name).toBe('Kettle');
});

test('a gateway whose Redis was never there serves as one without a cache', async () => {
  await redis.kill();
  const shop = await openShop({ redis: { url: redis.socket } });
  for (let time = 0; time < 2; time += 1) {
    expect(await shop.send(query)).toMatchObject({
      data: { product: { name: 'Product 1' } },
      cacheControl: 'public, max-age=60',
    });
    expect(shop.calls().catalog).toBe(1);
  }
});
