// Own fields that read the caller's identity: their responses are private from then on, in every cache and every
// header.

import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { clientSchema } from '../../gateway/client-views/definition.ts';
import { createGateway, type GatewayConfig } from '../../gateway/index.ts';
import { temporaryFolder } from '../harness/folder.ts';
import type { ParsedJson } from '../harness/parsed-json.ts';
import { RedisServer } from '../harness/redis-server.ts';
import { quiet, type Service, startService } from './services.ts';

const redis = new RedisServer();
let prefixes = 0;

beforeAll(() => redis.start());
afterAll(() => redis.close());

const itemsSdl = `
  type Query {
    items: [Item!]! @cacheControl(maxAge: 60)
    item(id: ID!): Item @cacheControl(maxAge: 60)
    greeting: String @cacheControl(maxAge: 60)
    whoami: String @cacheControl(maxAge: 60)
    secret: String @cacheControl(maxAge: 60) @authenticated
    broken: String @cacheControl(maxAge: 60)
  }
  type Mutation { rename(id: ID!, name: String!): Item }
  type Item @cacheControl(maxAge: 60) { id: ID! name: String }
`;

const fieldsSdl = `
  type Query {
    plain: String @cacheControl(maxAge: 60)
    direct: String @cacheControl(maxAge: 60)
    later: String @cacheControl(maxAge: 60)
    spread: String @cacheControl(maxAge: 60)
    destructured: String @cacheControl(maxAge: 60)
    inSource: Holder @cacheControl(maxAge: 60)
    list: [String] @cacheControl(maxAge: 60)
    typed: Typed @cacheControl(maxAge: 60)
    sometimes(really: Boolean): String @cacheControl(maxAge: 60)
    nestedOwn: String @cacheControl(maxAge: 60)
    nestedTwice: String @cacheControl(maxAge: 60)
    nestedSecret: String @cacheControl(maxAge: 60)
    nestedGreeting: String @cacheControl(maxAge: 60)
    nestedItem: String @cacheControl(maxAge: 60)
    nestedBroken: String @cacheControl(maxAge: 60)
    traced: String @cacheControl(maxAge: 60)
  }
  type Holder @cacheControl(maxAge: 60) { name: String }
  union Typed @cacheControl(maxAge: 60) = Signed | Anonymous
  type Signed @cacheControl(maxAge: 60) { yes: Boolean }
  type Anonymous @cacheControl(maxAge: 60) { no: Boolean }
`;

interface Context {
  requestId: string;
  identity: { subject: string } | null;
  graph(query: string): Promise<{ data?: Record<string, unknown> | null }>;
}

const subject = ({ identity }: Context) => identity?.subject ?? 'anonymous';
const nested =
  (query: string) =>
  async (_: unknown, __: unknown, { graph }: Context) =>
    JSON.stringify((await graph(query)).data ?? null);

function resolvers(seen: { runs: number }) {
  const counted =
    <Args extends unknown[]>(resolve: (...args: Args) => unknown) =>
    (...args: Args) => {
      seen.runs += 1;
      return resolve(...args);
    };
  return {
    Query: {
      plain: counted(() => 'plain'),
      direct: counted((_: unknown, __: unknown, context: Context) => subject(context)),
      later: counted(async (_: unknown, __: unknown, context: Context) => {
        await new Promise((resolve) => setImmediate(resolve));
        return subject(context);
      }),
      spread: counted((_: unknown, __: unknown, context: Context) => subject({ ...context })),
      destructured: counted((_: unknown, __: unknown, { identity }: Context) => identity?.subject ?? 'anonymous'),
      inSource: counted(() => ({ name: (_: unknown, context: Context) => subject(context) })),
      list: counted((_: unknown, __: unknown, context: Context) => [Promise.resolve().then(() => subject(context))]),
      typed: counted(() => ({ yes: true, no: true })),
      sometimes: counted((_: unknown, { really }: { really?: boolean }, context: Context) =>
        really ? subject(context) : 'no',
      ),
      nestedOwn: counted(nested('{ destructured }')),
      nestedTwice: counted(nested('{ nestedOwn items { id } }')),
      nestedSecret: counted(nested('{ secret }')),
      nestedGreeting: counted(nested('{ greeting }')),
      nestedItem: counted(nested('{ item(id: 1) { id name } }')),
      nestedBroken: counted(nested('{ broken }')),
      traced: counted((_: unknown, __: unknown, { requestId }: Context) => typeof requestId),
    },
    Typed: { __resolveType: (_: unknown, { identity }: Context) => (identity ? 'Signed' : 'Anonymous') },
  };
}

interface Opened {
  items: Service;
  seen: { runs: number };
  gateway: ReturnType<typeof createGateway>;
  send(
    query: string,
    options?: { user?: string; headers?: Record<string, string>; get?: boolean },
  ): Promise<{
    data: ParsedJson;
    errors: unknown;
    cacheControl: string;
    vary: string;
    age: string | null;
  }>;
}

/** @param own whether the fields are the graph's own or one client's alone. */
async function open(options: Partial<GatewayConfig> = {}, own: 'graph' | 'client' = 'graph'): Promise<Opened> {
  const names = new Map([['1', 'One']]);
  const items = await startService({
    name: 'items',
    sdl: itemsSdl,
    resolvers: {
      Query: {
        items: () => [{ id: '1' }],
        item: (_: unknown, { id }: { id: string }) => ({ id, name: names.get(id) }),
        greeting: (_: unknown, __: unknown, { headers }) => (headers['accept-language'] === 'de' ? 'Hallo' : 'Hello'),
        secret: () => 'secret',
        broken: () => {
          throw new Error('broken');
        },
      },
      Mutation: {
        rename: (_: unknown, { id, name }: { id: string; name: string }) => {
          names.set(id, name);
          return { id, name };
        },
      },
    },
  });
  onTestFinished(() => items.stop());
  const folder = temporaryFolder({ 'items.graphql': itemsSdl, 'fields.graphql': fieldsSdl });
  const seen = { runs: 0 };
  const fields = { schema: 'fields.graphql', resolvers: resolvers(seen) as never };
  const gateway = createGateway(
    {
      ...quiet,
      subgraphs: { items: { url: items.url, schema: 'items.graphql' } },
      ...(own === 'graph' && { fields }),
      ...options,
      // A busy machine is no outage of Redis.
      cache: { maxWait: 5000, ...options.cache },
    },
    {
      folder,
      clients:
        own === 'graph'
          ? []
          : [
              {
                name: 'web',
                version: null,
                reference: 'web',
                folder,
                definition: clientSchema.parse({ fields: { schema: fieldsSdl, resolvers: fields.resolvers } }),
              } as never,
            ],
    },
  );
  const origin = await gateway.start();
  onTestFinished(async () => {
    await gateway.stop();
  });
  const path = own === 'graph' ? '/graphql' : '/graphql/web';
  const send: Opened['send'] = async (query, { user, headers, get } = {}) => {
    const sent = { 'content-type': 'application/json', ...(user !== undefined && { 'x-user-id': user }), ...headers };
    const response = get
      ? await fetch(`${origin}${path}?${new URLSearchParams({ query })}`, { headers: sent })
      : await fetch(`${origin}${path}`, { method: 'POST', headers: sent, body: JSON.stringify({ query }) });
    const { data, errors } = (await response.json()) as { data: unknown; errors: unknown };
    return {
      data,
      errors,
      cacheControl: String(response.headers.get('cache-control')),
      vary: String(response.headers.get('vary')),
      age: response.headers.get('age'),
    };
  };
  if (options.redis)
    await vi.waitFor(async () => expect((await send('{ greeting }')).age).not.toBeNull(), { timeout: 30_000 });
  seen.runs = 0;
  return { items, seen, gateway, send };
}

const ways: [string, () => Partial<GatewayConfig>, 'graph' | 'client'][] = [
  ['the graph, fast path', () => ({}), 'graph'],
  ['the graph, Yoga path', () => ({ fastPath: false }), 'graph'],
  ['the graph, Redis', () => ({ redis: { url: redis.socket, prefix: `caller${prefixes++}` } }), 'graph'],
  ['a client, fast path', () => ({}), 'client'],
  ['a client, Yoga path', () => ({ fastPath: false }), 'client'],
];

const reading = [
  '{ direct }',
  '{ later }',
  '{ spread }',
  '{ destructured }',
  '{ inSource { name } }',
  '{ list }',
  '{ typed { __typename } }',
  '{ greeting direct }',
  'query ($r: Boolean = true) { sometimes(really: $r) }',
  '{ a: direct ...F } fragment F on Query { plain }',
];

/** Own fields of clients have the whole graph below them, which has none of the clients' own fields. */
const readingNested = ['{ nestedOwn }', '{ nestedTwice }'];

test.each(ways)(
  'own fields of %s that read the identity are cached separately for each caller',
  async (_, options, own) => {
    const { send, seen } = await open(options(), own);
    for (const query of own === 'graph' ? [...reading, ...readingNested] : reading) {
      const of = (user?: string, get = false) => send(query, { ...(user !== undefined && { user }), get });
      const ann = await of('ann');
      expect(ann.errors, query).toBeUndefined();
      expect(ann.cacheControl, query).toBe('private, max-age=60');
      expect(ann.vary.toLowerCase(), query).toContain('x-user-id');
      const ben = await of('ben');
      const anonymous = await of();
      if (query.includes('typed')) {
        expect([ann.data.typed.__typename, anonymous.data.typed.__typename]).toEqual(['Signed', 'Anonymous']);
      } else {
        expect(JSON.stringify(ann.data), query).toContain('ann');
        expect(JSON.stringify(ben.data), query).toContain('ben');
        expect(JSON.stringify(anonymous.data), query).toContain('anonymous');
      }
      expect(anonymous.cacheControl, query).toBe('private, max-age=60');
      const before = seen.runs;
      for (const get of [false, true]) {
        const again = await of('ann', get);
        expect(again.data, query).toEqual(ann.data);
        expect(again.cacheControl, query).toBe('private, max-age=60');
        expect((await of('ben', get)).data, query).toEqual(ben.data);
      }
      expect(seen.runs, query).toBe(before);
      // Anonymous callers have nothing that tells one from another.
      expect((await of()).data, query).toEqual(anonymous.data);
      expect(seen.runs, query).toBeGreaterThan(before);
    }
  },
);

test('own fields that read nothing of the caller but the request id stay public', async () => {
  const { send, seen } = await open();
  for (const query of ['{ plain }', '{ traced }', '{ nestedItem }', '{ sometimes(really: false) }']) {
    const { cacheControl } = await send(query, { user: 'ann' });
    expect(cacheControl, query).toBe('public, max-age=60');
    const { runs } = seen;
    expect((await send(query, { user: 'ben' })).age, query).not.toBeNull();
    expect(seen.runs).toBe(runs);
  }
});

test('a response made by nested operations varies by all that those vary by', async () => {
  const { send } = await open({ forward: { headers: ['accept-language'] } });
  const greet = (language: string) => send('{ nestedGreeting }', { headers: { 'accept-language': language } });
  for (const _ of [1, 2]) {
    expect((await greet('en')).data.nestedGreeting).toContain('Hello');
    expect((await greet('de')).data.nestedGreeting).toContain('Hallo');
  }
  const again = await greet('de');
  expect(again.age).not.toBeNull();
  expect(again.vary).toContain('accept-language');
});

test('a nested operation that may be denied makes the response private', async () => {
  const { send } = await open();
  const ann = await send('{ nestedSecret }', { user: 'ann' });
  expect(ann.data.nestedSecret).toContain('"secret":"secret"');
  expect(ann.cacheControl).toMatch(/private/);
  expect((await send('{ nestedSecret }')).data.nestedSecret).toContain('"secret":null');
});

test('a change of what nested operations have fetched invalidates the response', async () => {
  const { send } = await open();
  for (const name of ['One', 'Two', 'Three']) {
    if (name !== 'One') await send(`mutation { rename(id: 1, name: "${name}") { id } }`);
    for (const age of [false, true]) {
      const response = await send('{ nestedItem }');
      expect(response.data.nestedItem).toContain(name);
      expect(response.age !== null).toBe(age);
    }
  }
});

test('headers of services, and errors, in a nested operation apply to the response', async () => {
  const { send, items, seen } = await open();
  items.headers = { 'cache-control': 'max-age=7' };
  expect((await send('{ nestedGreeting }')).cacheControl).toBe('public, max-age=7');
  // The same from the cache of the nested operation.
  expect((await send('{ a: nestedGreeting }')).cacheControl).toMatch(/^public, max-age=[67]$/);
  items.headers = { 'cache-control': 'no-store' };
  expect((await send('{ nestedItem }')).cacheControl).toBe('no-store');
  items.headers = {};
  const { runs } = seen;
  for (const _ of [1, 2]) expect((await send('{ nestedBroken }')).cacheControl).toBe('no-store');
  expect(seen.runs).toBe(runs + 2);
});

test('a stale response that is revalidated in the background stays its caller’s', async () => {
  const start = Date.now();
  const clock = vi.spyOn(Date, 'now').mockReturnValue(start);
  onTestFinished(() => clock.mockRestore());
  const { send, seen } = await open({ cache: { staleWhileRevalidate: '1h' } });
  expect((await send('{ direct }', { user: 'ann' })).data.direct).toBe('ann');
  expect((await send('{ direct }', { user: 'ben' })).data.direct).toBe('ben');
  clock.mockReturnValue(start + 61_000);
  const { runs } = seen;
  expect((await send('{ direct }', { user: 'ann' })).age).toBe('61');
  await vi.waitFor(async () => expect((await send('{ direct }', { user: 'ann' })).age).toBe('0'), { timeout: 30_000 });
  expect(seen.runs).toBe(runs + 1);
  expect((await send('{ direct }', { user: 'ann' })).data.direct).toBe('ann');
  expect((await send('{ direct }', { user: 'ben' })).data.direct).toBe('ben');
});
