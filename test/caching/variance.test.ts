// Variance: whatever makes one request's response differ from another's is in every key, or excludes the response from
// being stored and shared.
import { expect, onTestFinished, test } from 'vitest';
import { clientSchema } from '../../gateway/client-views/definition.ts';
import type { GatewayContext } from '../../gateway/config/context.ts';
import { createGateway, type GatewayConfig } from '../../gateway/index.ts';
import { type RequestVariance, varianceKey } from '../../gateway/transport/variance.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { quiet, type Service, startService } from './services.ts';

const sdl = `
  type Query {
    tick: Int @cacheControl(maxAge: 60)
    guarded: Int @cacheControl(maxAge: 60) @policy(policies: [["mocked"]])
    thing: Thing @cacheControl(maxAge: 60)
  }
  type Thing @key(selectionSet: "{ id }") @cacheControl(maxAge: 60) { id: ID! }
`;

const more = `
  type Query { _things(ids: [ID!]!): [Thing]! @merge(keyField: "id") }
  type Thing @key(selectionSet: "{ id }") @cacheControl(maxAge: 60) { id: ID! tock: Int @policy(policies: [["mocked"]]) }
`;

interface Opened {
  origin: string;
  services: Service[];
  requests(): number;
  send(query: string, headers?: Record<string, string>, how?: 'GET' | 'POST', path?: string): Promise<Response>;
}

async function open(options: Partial<GatewayConfig> = {}): Promise<Opened> {
  let ticks = 0;
  const services = await Promise.all([
    startService({
      name: 'ticks',
      sdl,
      resolvers: { Query: { tick: () => ++ticks, guarded: () => ++ticks, thing: () => ({ id: '1' }) } },
    }),
    startService({
      name: 'tocks',
      sdl: more,
      resolvers: {
        Query: { _things: (_: unknown, { ids }: { ids: string[] }) => ids.map((id) => ({ id, tock: ++ticks })) },
      },
    }),
  ]);
  const folder = temporaryFolder(Object.fromEntries(services.map((one) => [`${one.name}.graphql`, one.sdl])));
  const gateway = createGateway(
    {
      ...quiet,
      authorization: { policies: { mocked: () => true } },
      subgraphs: Object.fromEntries(services.map(({ name, url }) => [name, { url, schema: `${name}.graphql` }])),
      ...options,
    },
    {
      folder,
      clients: [
        {
          ...{ name: 'web', version: null, reference: 'web', folder },
          definition: clientSchema.parse({ rename: { fields: { 'Query.tick': 'tack' } } }),
        } as never,
      ],
    },
  );
  const origin = await gateway.start();
  onTestFinished(async () => {
    await gateway.stop();
    await Promise.all(services.map((service) => service.stop()));
  });
  return {
    origin,
    services,
    requests: () => services.reduce((sum, { requested }) => sum + requested.length, 0),
    send: (query, headers = {}, how = 'GET', path = '/graphql') => {
      const sent = { 'content-type': 'application/json', accept: 'application/json', ...headers };
      return how === 'GET'
        ? fetch(`${origin}${path}?${new URLSearchParams({ query })}`, { headers: sent })
        : fetch(`${origin}${path}`, { method: 'POST', headers: sent, body: JSON.stringify({ query }) });
    },
  };
}

const control = (response: Response) => response.headers.get('cache-control');

test.each([true, false])('a URL whose response a header chooses is private (fast path %s)', async (fastPath) => {
  const web = { 'graphql-client-name': 'web' };
  const { send } = await open({ fastPath });
  // Also without the header: the URL is the same.
  for (const [query, headers] of [
    ['{ tick }', {}],
    ['{ tack }', web],
  ] as const) {
    for (const _ of [1, 2]) expect(control(await send(query, headers))).toBe('private, max-age=60');
    expect(control(await send(query, headers, 'POST'))).toBe('public, max-age=60');
  }
  expect(control(await send('{ tack }', {}, 'GET', '/graphql/web'))).toBe('public, max-age=60');
  const trusting = await open({ fastPath, cache: { varyByHeader: true } });
  expect(control(await trusting.send('{ tack }', web))).toBe('public, max-age=60');
  expect((await trusting.send('{ tack }', web)).headers.get('vary')).toContain('graphql-client-name');
});

/** Stands for a feature that responds differently to some requests. */
function feature(
  act: (context: { isolate(): void; varyBy(name: string, value: string, header?: string): void }) => void,
) {
  const policies = {
    mocked: (context: GatewayContext) => {
      act(context as never);
      return true;
    },
  };
  return { authorization: { policies } };
}

const guarded = ['{ guarded }', '{ thing { id tock } }'];

test.each([true, false])('an isolated request is neither stored nor shared (fast path %s)', async (fastPath) => {
  const { send, requests, services } = await open({
    ...feature((context) => context.isolate()),
    fastPath,
    deduplicateInFlight: true,
    cache: { entities: true },
  });
  for (const query of guarded) {
    const values = new Set<string>();
    for (const how of ['POST', 'POST', 'GET', 'GET'] as const) {
      const response = await send(query, {}, how);
      expect(control(response)).toBe('no-store');
      expect(response.headers.get('etag')).toBeNull();
      values.add(await response.text());
    }
    expect(values.size).toBe(4);
  }
  const [ticks] = services as [Service];
  const before = requests();
  ticks.hold();
  const together = [1, 2, 3].map(() => send('{ guarded }', {}, 'POST'));
  await ticks.request(ticks.requested.length + 3 - (requests() - before));
  ticks.release();
  const texts = await Promise.all(together.map(async (response) => (await response).text()));
  expect(new Set(texts).size).toBe(3);
});

test('the variants of a feature are part of the keys', async () => {
  let label = 'a';
  const { send, requests } = await open({
    ...feature((context) => context.varyBy('label', label, 'x-label')),
    cache: { entities: true },
  });
  for (const query of guarded) {
    const of = async (value: string) => {
      label = value;
      return (await send(query, {}, 'POST')).text();
    };
    const [a, b] = [await of('a'), await of('b')];
    expect(a).not.toBe(b);
    const before = requests();
    expect([await of('a'), await of('b')]).toEqual([a, b]);
    expect(requests()).toBe(before);
  }
  expect((await send('{ guarded }', {}, 'POST')).headers.get('vary')).toContain('x-label');
});

test('keys differ by the caller, by what is forwarded and by variants; an isolated request has none', () => {
  const base: RequestVariance = { identity: null };
  const forwarded = (text: string) => ({
    headersFor: () => [],
    keyFor: (subgraph: string) => `${subgraph}${text}`,
    carriesCredentials: () => false,
  });
  const scopes = [
    {},
    { forwarded: forwarded('de') },
    { forwarded: forwarded('en') },
    { variants: new Map([['label', 'x']]) },
    { variants: new Map([['label', 'y']]) },
  ];
  const keys = scopes.map((scope) => varianceKey({ ...base, ...scope }, 'a', false));
  expect(new Set(keys).size).toBe(scopes.length);
  const ann = { ...base, identity: { key: 'ann', subject: 'ann' } };
  expect(varianceKey(ann, 'a', false)).toBe(varianceKey(base, 'a', false));
  expect(varianceKey(ann, 'a', true)).not.toBe(varianceKey(base, 'a', true));
  expect(varianceKey({ ...ann, isIsolated: true }, 'a', true)).toBeNull();
});
