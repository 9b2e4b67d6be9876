// The bulkhead of a subgraph as clients and operators see it: what one slow field does to others, and what is shown.
import { hash } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { openCachingGateway, type Received } from '../caching/services.ts';
import type { ParsedJson } from '../harness/parsed-json.ts';
import { readMetrics, total } from '../metrics/exposed.ts';

const shop = {
  name: 'shop',
  sdl: 'type Query { slow(like: String): Int fast: Int @cacheControl(maxAge: 60) }',
  resolvers: { Query: { slow: () => 1, fast: () => 2 } },
};
const stock = { name: 'stock', sdl: 'type Query { stocked: Int }', resolvers: { Query: { stocked: () => 3 } } };

const explanationOf = ({ text }: Received): ParsedJson[] => JSON.parse(text).extensions.explain.fetches;

const explained = { headers: { 'x-concierge-explain': '1', 'x-api-key': 'support' } };

test.each([true, false])(
  'one slow field delays neither others of its subgraph nor other subgraphs, and fails where too many wait (fast path: %s)',
  async (fastPath) => {
    const { origin, send, services } = await openCachingGateway([shop, stock], {
      fastPath,
      metrics: { public: true },
      explain: { roles: ['support'] },
      authentication: {
        apiKeys: { keys: [{ name: 's', hash: `sha256:${hash('sha256', 'support')}`, roles: ['support'] }] },
      },
      subgraphs: { shop: { concurrency: 4, queue: { max: 4 } } },
    });
    const [service] = services as [(typeof services)[number]];
    onTestFinished(() => service.release());
    service.hold(({ query }) => query.includes('slow'));
    const metrics = () => readMetrics(`${origin}/metrics`);
    const of = (text: string, name: string) => total(text, `concierge_subgraph_${name}`, { subgraph: 'shop' });
    // Arguments, aliases and fragments make no other field of it.
    const slow = [
      '{ slow }',
      '{ slow(like: "a") }',
      'query B { ...F } fragment F on Query { slow(like: "b") }',
      '{ other: slow(like: "c") stocked }',
      '{ slow(like: "d") }',
      '{ slow(like: "e") }',
    ].map((query) => send(query, explained));
    await service.request(3);
    await expect.poll(async () => of(await metrics(), 'requests_queued')).toBe(3);
    const rejected = await send('{ slow(like: "f") stocked }', explained);
    expect(rejected.status).toBe(200);
    expect(rejected.data).toEqual({ slow: null, stocked: 3 });
    expect(rejected.errors).toEqual([
      {
        message: 'The subgraph "shop" has as many requests in flight and waiting as are allowed.',
        path: ['slow'],
        extensions: { code: 'SUBGRAPH_OVERLOADED', subgraph: 'shop' },
      },
    ]);
    expect(explanationOf(rejected).find(({ subgraph }) => subgraph === 'shop')).toMatchObject({
      outcome: 'SUBGRAPH_OVERLOADED',
      address: null,
    });
    expect([(await send('{ fast }')).data, (await send('{ stocked }')).data]).toEqual([{ fast: 2 }, { stocked: 3 }]);
    const text = await metrics();
    expect(of(text, 'requests_in_flight')).toBe(3);
    expect(of(text, 'bulkhead_rejections_total')).toBe(1);
    expect(total(text, 'concierge_subgraph_bulkhead_rejections_total', { reason: 'full' })).toBe(1);
    service.release();
    const received = await Promise.all(slow);
    expect(received.map(({ errors }) => errors)).toEqual(new Array(6).fill(undefined));
    const queued = received.map((each) => explanationOf(each).find(({ subgraph }) => subgraph === 'shop')?.queued);
    expect(queued.filter((time) => time === undefined)).toHaveLength(3);
    expect(queued.filter((time) => Number(time) > 0)).toHaveLength(3);
    expect(of(await metrics(), 'requests_queued') + of(await metrics(), 'requests_in_flight')).toBe(0);
  },
);
