// Plugins that read the caller's identity or header fields: responses that they change are private, in the gateway's
// caches, in the header fields for downstream ones, and in flight.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Plugin } from 'graphql-yoga';
import { expect, onTestFinished, test } from 'vitest';
import { createGateway, type GatewayConfig } from '../../gateway/index.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { quiet, startService } from './services.ts';

const sdl = `
  type Query { greeting: String @cacheControl(maxAge: 60) item(id: ID!): Item @cacheControl(maxAge: 60) }
  type Item @cacheControl(maxAge: 60) { id: ID! name: String }
`;
const fields = `
  type Item { id: ID! mark: String @cacheControl(maxAge: 60) }
  type Query {
    tenant: String @cacheControl(maxAge: 60)
    nested: String @cacheControl(maxAge: 60)
    plain: String @cacheControl(maxAge: 60)
    whoami: String @cacheControl(maxAge: 60)
    _marked(ids: [ID!]!): [Item]! @merge(keyField: "id")
  }
`;

const tenants = new AsyncLocalStorage<string>();
const tenant = () => tenants.getStore() ?? 'none';

async function open(plugin: Plugin, options: Partial<GatewayConfig> = {}) {
  const items = await startService({
    name: 'items',
    sdl,
    resolvers: {
      Query: { greeting: () => 'Hello', item: (_: unknown, { id }: { id: string }) => ({ id, name: `item ${id}` }) },
    },
  });
  onTestFinished(() => items.stop());
  const folder = temporaryFolder({ 'items.graphql': sdl, 'fields.graphql': fields });
  const resolvers = {
    Item: { mark: tenant },
    Query: {
      _marked: (_: unknown, { ids }: { ids: string[] }) => ids.map((id) => ({ id })),
      tenant,
      plain: () => 'plain',
      whoami: (_: unknown, __: unknown, context: Context) => user(context),
      nested: async (_: unknown, __: unknown, context: { graph(query: string): Promise<{ data?: unknown }> }) =>
        JSON.stringify((await context.graph('{ tenant }')).data),
    },
  };
  const gateway = createGateway(
    {
      ...quiet,
      limits: { batch: 4 },
      subgraphs: { items: { url: items.url, schema: 'items.graphql' } },
      fields: { schema: 'fields.graphql', resolvers: resolvers as never },
      plugins: [plugin as never],
      ...options,
    },
    { folder },
  );
  const origin = await gateway.start();
  onTestFinished(async () => {
    await gateway.stop();
  });
  const send = async (query: string, headers: Record<string, string> = {}) => {
    const url = `${origin}/graphql?${new URLSearchParams({ query })}`;
    const response = await fetch(url, { headers: { 'apollo-require-preflight': '1', ...headers } });
    const { data, errors } = (await response.json()) as { data: Record<string, string>; errors?: unknown };
    expect(errors).toBeUndefined();
    const { headers: fields } = response;
    const [cacheControl, vary] = [String(fields.get('cache-control')), String(fields.get('vary')).toLowerCase()];
    return { data, cacheControl, vary: vary.split(', '), age: fields.get('age') };
  };
  const batch = async (queries: readonly string[], headers: Record<string, string> = {}) => {
    const body = JSON.stringify(queries.map((query) => ({ query })));
    const sent = { 'content-type': 'application/json', ...headers };
    const response = await fetch(`${origin}/graphql`, { method: 'POST', headers: sent, body });
    return (await response.json()) as { data: Record<string, string> }[];
  };
  return { items, send, batch };
}

interface Context {
  identity: { subject: string } | null;
  req: { headers: Record<string, string | undefined> };
  request: Request;
}

/** Puts a text into the response's data. */
const putting = (read: (context: Context) => string): Plugin => ({
  onExecute: ({ args }) => ({
    onExecuteDone({ result, setResult }) {
      const { data } = result as { data: Record<string, unknown> };
      setResult({ data: { ...data, greeting: read(args.contextValue as unknown as Context) } });
    },
  }),
});

const user = ({ identity }: Context) => identity?.subject ?? 'anonymous';

const reading: [what: string, plugin: Plugin, vary: string][] = [
  ['the identity after execution', putting(user), 'x-user-id'],
  ['the identity in a copy of the context', putting((context) => user({ ...context })), 'x-user-id'],
  ['a header field', putting(({ request }) => request.headers.get('X-User-Id') ?? 'anonymous'), 'x-user-id'],
  ['all header fields', putting(({ request }) => Object.fromEntries(request.headers)['x-user-id'] ?? 'anonymous'), '*'],
  [
    'header fields by a function',
    putting(({ request }) => {
      let found = 'anonymous';
      request.headers.forEach((value, name) => {
        if (name === 'x-user-id') found = value;
      });
      return found;
    }),
    '*',
  ],
  [
    'header fields of a copy of the request',
    putting(({ request }) => request.clone().headers.get('x-user-id') ?? 'anonymous'),
    'x-user-id',
  ],
  ['header fields as Node has them', putting(({ req }) => req.headers['x-user-id'] ?? 'anonymous'), '*'],
  [
    'the identity while the context is made',
    {
      ...putting((context) => (context as unknown as { caller: string }).caller),
      onContextBuilding({ context, extendContext }) {
        extendContext({ caller: user(context as unknown as Context) } as never);
      },
    },
    'x-user-id',
  ],
  [
    'a header field before anything else',
    {
      onRequest({ request, serverContext }) {
        Object.assign(serverContext, { caller: request.headers.get('x-user-id') ?? 'anonymous' });
      },
      ...putting((context) => (context as unknown as { caller: string }).caller),
    },
    'x-user-id',
  ],
  [
    'a header field last of all',
    {
      onResponse({ request, response, setResponse, fetchAPI }) {
        const greeting = request.headers.get('x-user-id') ?? 'anonymous';
        setResponse(
          new fetchAPI.Response(JSON.stringify({ data: { greeting } }), {
            headers: { 'content-type': String(response.headers.get('content-type')) },
          }),
        );
      },
    },
    'x-user-id',
  ],
];

test.each(reading)('a plugin that reads %s makes the response private', async (_what, plugin, vary) => {
  const { send, items } = await open(plugin, { cache: { entities: true }, deduplicateInFlight: true });
  for (const name of ['ann', 'ben', 'ann']) {
    const response = await send('{ greeting }', { 'x-user-id': name });
    expect(response.data).toEqual({ greeting: name });
    expect(response.cacheControl).toBe('private, max-age=60');
    expect(response.vary).toContain(vary);
  }
  const anonymous = await send('{ greeting }');
  expect([anonymous.data.greeting, anonymous.cacheControl]).toEqual(['anonymous', 'private, max-age=60']);
  // What the gateway itself caches is the response without the plugin's changes.
  expect(items.requested.length).toBe(1);
});

const harmless: [what: string, plugin: Plugin][] = [
  ['nothing', putting(() => 'Hi')],
  ['where the request is traced', putting(({ request }) => String(request.headers.get('traceparent') && 'Hi'))],
  ['the media type', putting(({ request }) => (request.headers.has('accept') ? 'Hi' : 'Hi'))],
];

test.each(harmless)('a plugin that reads %s leaves the response public', async (_what, plugin) => {
  const { send } = await open(plugin);
  for (const name of ['ann', 'ben']) {
    const response = await send('{ greeting }', { 'x-user-id': name, traceparent: '00-1-2-01' });
    expect([response.data.greeting, response.cacheControl]).toEqual(['Hi', 'public, max-age=60']);
  }
});

test('a plugin that reads only for some requests leaves those of others public', async () => {
  const { send } = await open(putting((context) => (context.request.url.includes('who') ? user(context) : 'Hi')));
  const query = '{ greeting }';
  expect((await send(query, { 'x-user-id': 'ann' })).cacheControl).toBe('public, max-age=60');
  expect((await send(`query who ${query}`, { 'x-user-id': 'ann' })).cacheControl).toBe('private, max-age=60');
  expect((await send(query, { 'x-user-id': 'ben' })).cacheControl).toBe('public, max-age=60');
});

/** Hands what it reads on to resolvers, outside of the context. */
const handingOn = (read: (request: Request, context: Context) => string | null): Plugin => ({
  onRequest({ request, serverContext, requestHandler, setRequestHandler }) {
    const value = read(request, serverContext as unknown as Context) ?? 'none';
    setRequestHandler((...given) => tenants.run(value, () => requestHandler(...given)));
  },
});

test.each([
  ['a header field', handingOn((request) => request.headers.get('x-tenant'))],
  ['the identity', handingOn((_request, context) => context.identity?.subject ?? null)],
  [
    'a header field where it is there',
    handingOn(({ headers, url }) => (url.includes('public') ? null : headers.get('x-tenant'))),
  ],
])('own fields that get %s from a plugin are not served to others from a cache', async (what, plugin) => {
  const { send, batch, items } = await open(plugin, { cache: { entities: true }, deduplicateInFlight: true });
  // What was made without a read is not served to requests with one.
  if (what.endsWith('there')) {
    expect((await send('query public { tenant }')).cacheControl).toBe('public, max-age=60');
  }
  for (const query of [
    '{ tenant }',
    '{ nested }',
    '{ greeting tenant item(id: 1) { id name } }',
    '{ tenant greeting }',
  ]) {
    for (const name of ['a', 'b', 'a', 'b']) {
      const response = await send(query, { 'x-tenant': name, 'x-user-id': name });
      const { tenant: own, nested } = response.data;
      expect(own ?? (JSON.parse(String(nested)) as { tenant: string }).tenant).toBe(name);
      expect(response.cacheControl).not.toContain('public');
    }
    // One user may be in two tenants.
    if (what !== 'the identity') {
      for (const name of ['c', 'd']) {
        const response = await send(query, { 'x-tenant': name, 'x-user-id': 'ann' });
        expect(JSON.stringify(response.data)).toMatch(new RegExp(`${name}\\W*[},]`));
      }
    }
  }
  for (const name of ['e', 'f']) {
    const results = await batch(['{ greeting }', '{ tenant }', '{ plain }'], { 'x-tenant': name, 'x-user-id': name });
    expect(results.map(({ data }) => Object.values(data)[0])).toEqual(['Hello', name, 'plain']);
  }
  // What no own field contributes to is cached for all of them.
  const before = items.requested.length;
  await send('{ item(id: 1) { name } }', { 'x-tenant': 'a', 'x-user-id': 'a' });
  const { age } = await send('{ item(id: 1) { name } }', { 'x-tenant': 'b', 'x-user-id': 'b' });
  expect([age, items.requested.length]).toEqual([expect.any(String), before + 1]);
});

test('own fields are resolved in the async context of their request, after a fetch too', async () => {
  const { send } = await open(
    handingOn((request) => request.headers.get('x-tenant')),
    { deduplicateInFlight: true },
  );
  for (const round of [1, 2, 3]) {
    const names = Array.from({ length: 20 }, (_, index) => `t${round * index}`);
    const responses = await Promise.all(
      names.map((name) => send('{ item(id: 1) { name mark } }', { 'x-tenant': name, 'x-user-id': 'ann' })),
    );
    expect(responses.map(({ data }) => data.item)).toEqual(names.map((mark) => ({ name: 'item 1', mark })));
  }
});

test('the cache policy of an operation of a batch is its own', async () => {
  const { send, batch, items } = await open({}, {});
  const results = await batch(['{ greeting }', '{ whoami }', '{ item(id: 1) { id } }'], { 'x-user-id': 'ann' });
  expect(results.map(({ data }) => data.whoami ?? null)).toEqual([null, 'ann', null]);
  // In any order: a private operation stays private.
  for (const name of ['ann', 'ben']) expect((await send('{ whoami }', { 'x-user-id': name })).data.whoami).toBe(name);
  const before = items.requested.length;
  const response = await send('{ greeting }', { 'x-user-id': 'ben' });
  expect([response.cacheControl, items.requested.length]).toEqual(['public, max-age=60', before]);
});
