// Response headers of services: the stricter of their Cache-Control and the schema applies, here and for downstream
// caches.
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { GatewayConfig } from '../../gateway/index.ts';
import { RedisServer } from '../harness/redis-server.ts';
import { type CachingGateway, openCachingGateway, type Service } from './services.ts';

const redis = new RedisServer();
let prefixes = 0;

beforeAll(() => redis.start());
afterAll(() => redis.close());

const booksSdl = `
  type Query {
    book(id: ID!): Book @cacheControl(maxAge: 60)
    mine: Int @cacheControl(maxAge: 60, scope: PRIVATE)
    uncached: Int
  }
  type Book @key(selectionSet: "{ id }") @cacheControl(maxAge: 60) { id: ID! title: String }
`;

const pricesSdl = `
  type Query { _priced(ids: [ID!]!): [Book]! @merge(keyField: "id") }
  type Book @key(selectionSet: "{ id }") @cacheControl(maxAge: 60) { id: ID! price: Int }
`;

interface Opened extends CachingGateway {
  books: Service;
  prices: Service;
}

/** A price is another one each time. */
async function open(options: Partial<GatewayConfig> = {}): Promise<Opened> {
  let price = 0;
  const { services, ...gateway } = await openCachingGateway(
    [
      {
        name: 'books',
        sdl: booksSdl,
        resolvers: {
          Query: {
            book: (_: unknown, { id }: { id: string }) => ({ id, title: 'T' }),
            mine: () => ++price,
            uncached: () => 1,
          },
        },
      },
      {
        name: 'prices',
        sdl: pricesSdl,
        resolvers: {
          Query: { _priced: (_: unknown, { ids }: { ids: string[] }) => ids.map((id) => ({ id, price: ++price })) },
        },
      },
    ],
    options,
  );
  const [books, prices] = services as [Service, Service];
  if (options.redis) {
    await vi.waitFor(async () => expect((await gateway.send('{ book(id: 0) { id } }')).headers.age).toBeDefined(), {
      timeout: 30_000,
    });
    books.requested.length = 0;
  }
  return { ...gateway, books, prices };
}

const query = '{ book(id: 1) { id title price } }';

type Headers = Record<string, string | string[]>;

const day = 86_400;

const cases: [headers: Headers, cacheControl: string, requests: number][] = [
  [{}, 'public, max-age=60', 1],
  [{ 'cache-control': 'public' }, 'public, max-age=60', 1],
  [{ 'cache-control': 'max-age=600' }, 'public, max-age=60', 1],
  [{ 'cache-control': 'public, MAX-AGE = 7' }, 'public, max-age=7', 1],
  [{ 'cache-control': 'max-age="7"' }, 'public, max-age=7', 1],
  [{ 'cache-control': 'max-age=7, max-age=5' }, 'public, max-age=5', 1],
  [{ 'cache-control': ['max-age=30', 'max-age=20'] }, 'public, max-age=20', 1],
  [{ 'cache-control': 'max-age=30', age: '10' }, 'public, max-age=20', 1],
  [{ 'cache-control': 'max-age=30', age: '30' }, 'no-store', 2],
  [{ 'cache-control': 's-maxage=20, max-age=5' }, 'public, max-age=5, s-maxage=20', 1],
  [{ 'cache-control': 's-maxage=20, max-age=0' }, 'public, max-age=0, s-maxage=20', 1],
  [{ 'cache-control': 's-maxage=0, max-age=20' }, 'public, max-age=20, s-maxage=0', 2],
  [{ 'cache-control': 'no-store' }, 'no-store', 2],
  [{ 'cache-control': 'No-Store, private' }, 'no-store', 2],
  [{ 'cache-control': 'no-cache, no-store, max-age=0, must-revalidate' }, 'no-store', 2],
  [{ 'cache-control': 'no-cache' }, 'no-store', 2],
  [{ 'cache-control': 'max-age=0' }, 'no-store', 2],
  [{ 'cache-control': 'max-age=soon' }, 'no-store', 2],
  [{ 'cache-control': 'max-age=-1' }, 'no-store', 2],
  [{ 'cache-control': 'private' }, 'private, max-age=60', 2],
  [{ 'cache-control': 'private="x-a, no-store", max-age=9' }, 'private, max-age=9', 2],
  [{ vary: '*' }, 'no-store', 2],
  [{ vary: 'Origin' }, 'public, max-age=60', 1],
  [{ 'set-cookie': 'session=1' }, 'no-store', 2],
  [{ 'set-cookie': ['a=1', 'b=2'], 'cache-control': `public, max-age=${day}` }, 'no-store', 2],
];

const stores: [string, () => Partial<GatewayConfig>][] = [
  ['memory, fast path', () => ({})],
  ['memory, Yoga path', () => ({ fastPath: false })],
  ['Redis, fast path', () => ({ redis: { url: redis.socket, prefix: `headers${prefixes++}` } })],
];

describe.each(stores)('in %s', (_store, options) => {
  test('the stricter of Cache-Control and the schema applies, for each service of the response', async () => {
    const { send, books, prices } = await open(options());
    for (const [index, [headers, cacheControl, requests]] of cases.entries()) {
      for (const [which, service] of [books, prices].entries()) {
        books.headers = {};
        prices.headers = {};
        service.headers = headers;
        books.requested.length = 0;
        // A document of its own for each: header fields of one response are not to be cached for another.
        const own = query.replace('title', `t${index}${which}: title`);
        const [first, second] = [await send(own), await send(own, { get: true })];
        const label = JSON.stringify(headers);
        expect(first.cacheControl, label).toBe(cacheControl);
        expect(second.cacheControl, label).toBe(cacheControl);
        expect(books.requested, label).toHaveLength(requests);
        expect(second.data.book.price === first.data.book.price, label).toBe(requests === 1);
      }
    }
  });

  test('a response that is private by its headers is cached separately for each caller', async () => {
    const { send, books } = await open(options());
    books.headers = { 'cache-control': 'private, max-age=30' };
    const price = async (user?: string) => (await send(query, user === undefined ? {} : { user })).data.book.price;
    const ann = await price('ann');
    const ben = await price('ben');
    expect(ben).not.toBe(ann);
    expect(await price('ann')).toBe(ann);
    expect(await price('ben')).toBe(ben);
    expect(new Set([ann, ben, await price(), await price()]).size).toBe(4);
    const vary = String((await send(query, { user: 'ann' })).headers.vary).toLowerCase();
    expect(vary).toContain('authorization');
  });

  test('cached entities keep the policy of their headers, and so do the responses that hold them', async () => {
    const { send, prices } = await open({ ...options(), cache: { entities: true } });
    const price = async (alias: string, user?: string) =>
      (await send(`{ book(id: 1) { id ${alias}: title price } }`, user === undefined ? {} : { user })).data.book.price;
    prices.headers = { 'cache-control': 'no-store' };
    expect(await price('a')).not.toBe(await price('b'));
    prices.headers = { 'cache-control': 'private' };
    expect(await price('c', 'ann')).not.toBe(await price('d', 'ben'));
    prices.headers = { 'cache-control': 'max-age=20' };
    const cached = await price('e');
    prices.headers = {};
    expect(await price('f')).toBe(cached);
    const { cacheControl } = await send('{ book(id: 1) { id g: title price } }');
    expect(cacheControl).toMatch(/^public, max-age=(19|20)$/);
  });
});

test('a response that must not be served stale is not, whatever the configuration allows', async () => {
  const start = Date.now();
  const clock = vi.spyOn(Date, 'now');
  onTestFinished(() => clock.mockRestore());
  const { send, books } = await open({ cache: { staleWhileRevalidate: '1h', staleIfError: '1h' } });
  for (const [control, isStale] of [
    ['max-age=5, must-revalidate', false],
    ['max-age=5', true],
  ] as const) {
    clock.mockReturnValue(start);
    books.headers = { 'cache-control': control };
    const own = query.replace('title', `${isStale ? 'a' : 'b'}: title`);
    const first = await send(own);
    expect(first.cacheControl?.includes('stale-while-revalidate')).toBe(isStale);
    clock.mockReturnValue(start + 6000);
    expect((await send(own)).data.book.price === first.data.book.price).toBe(isStale);
    books.broken = true;
    clock.mockReturnValue(start + 20_000);
    expect((await send(own)).errors === undefined).toBe(isStale);
    books.broken = false;
  }
});

test('headers are ignored where the configuration is so, but for cookies', async () => {
  const { send, books, prices } = await open({
    cache: { serviceHeaders: 'ignore' },
    subgraphs: { prices: { cache: { serviceHeaders: 'honour' } } },
  });
  books.headers = { 'cache-control': 'no-store', vary: '*' };
  expect((await send(query)).cacheControl).toBe('public, max-age=60');
  prices.headers = { 'cache-control': 'max-age=3' };
  expect((await send('{ book(id: 2) { id price } }')).cacheControl).toBe('public, max-age=3');
  books.headers = { 'set-cookie': 'a=b' };
  expect((await send('{ book(id: 3) { id price } }')).cacheControl).toBe('no-store');
});

test('a service that forbids caching is named in the log, once, and in the statistics', async () => {
  const lines: Record<string, unknown>[] = [];
  const { send, books, gateway } = await open({ log: { level: 'warn' } });
  vi.spyOn(gateway.log, 'warn').mockImplementation((...parts: unknown[]) => {
    lines.push(parts[0] as Record<string, unknown>);
  });
  books.headers = { 'cache-control': 'no-store' };
  await send('{ uncached }');
  expect(gateway.cache.stats().restrictedBy).toEqual({});
  for (const id of [1, 2]) await send(`{ book(id: ${id}) { id } }`);
  expect(lines).toEqual([{ subgraph: 'books', headers: 'Cache-Control: no-store' }]);
  expect(gateway.cache.stats().restrictedBy).toEqual({ books: 'Cache-Control: no-store' });
});

test('maxTtl bounds max-age for downstream caches, with the time in which a response may be stale', async () => {
  const { send, books } = await open({ cache: { maxTtl: '10s', staleWhileRevalidate: '1h' } });
  expect((await send(query)).cacheControl).toBe('public, max-age=10');
  expect((await send(query)).cacheControl).toBe('public, max-age=10');
  books.headers = { 'cache-control': 'max-age=4' };
  expect((await send('{ book(id: 2) { title } }')).cacheControl).toBe('public, max-age=4, stale-while-revalidate=6');
});
