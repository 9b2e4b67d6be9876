// The client's address for services: found through the trusted proxies, never taken from what clients write, and part
// of every key.
import { expect, test } from 'vitest';
import type { z } from 'zod';
import { forward, forwardingProblems } from '../../gateway/config/forwarding.ts';
import { checkConfig } from '../../gateway/config/load.ts';
import type { GatewayConfig } from '../../gateway/index.ts';
import { addressValue } from '../../gateway/policy/forwarding/header-value.ts';
import {
  type ServedGraph,
  type ServedGraphOptions,
  type Service,
  type ServiceRequest,
  serveGraph,
} from '../values/served-graph.ts';
import { PlainClient } from '../websocket/shop.ts';

const first = `
  type Query {
    seen: String @cacheControl(maxAge: 60)
    thing: Thing @cacheControl(maxAge: 60)
  }
  type Subscription { watched: Thing }
  type Thing @key(selectionSet: "{ id }") @cacheControl(maxAge: 60) { id: ID! }
`;

const second = `
  type Query { _things(ids: [ID!]!): [Thing]! @merge(keyField: "id") }
  type Thing @key(selectionSet: "{ id }") @cacheControl(maxAge: 60) { id: ID! seenHere: String @cacheControl(maxAge: 60) }
`;

const fields = {
  schema: 'type Query { nested: String @cacheControl(maxAge: 60) }',
  resolvers: {
    Query: {
      nested: async (_: unknown, __: unknown, { graph }: { graph(query: string): Promise<{ data?: unknown }> }) =>
        ((await graph('{ seen }')).data as { seen: string }).seen,
    },
  },
};

/** Both services return what they receive in a header. */
async function open(
  header = 'x-client-ip',
  config: Partial<GatewayConfig> = {},
  settings: ServedGraphOptions['settings'] = {},
): Promise<ServedGraph> {
  const graph = await serveGraph({
    services: { first, second },
    fields,
    settings,
    config: {
      trustedProxies: ['loopback'],
      deduplicateInFlight: true,
      cache: { entities: true },
      forward: { clientAddress: header },
      ...config,
    },
  });
  const seenIn = ({ headers }: ServiceRequest) => headers[header] ?? null;
  const one = graph.services.first as Service;
  one.returns = (request) => {
    if (!request.query.startsWith('subscription')) {
      return { data: { seen: seenIn(request), thing: { __typename: 'Thing', id: '1' } } };
    }
    const event = { data: { watched: { __typename: 'Thing', id: String(seenIn(request)) } } };
    return {
      status: 200,
      headers: { 'content-type': 'text/event-stream' },
      body: `event: next\ndata: ${JSON.stringify(event)}\n\nevent: complete\ndata:\n\n`,
    };
  };
  (graph.services.second as Service).returns = (request) => {
    const ids = Object.values(request.variables).flat();
    const found = ids.map((id) => ({ __typename: 'Thing', id, seenHere: seenIn(request) }));
    return { data: { _things: found } };
  };
  return graph;
}

const behind = (address: string) => ({ 'x-forwarded-for': address });

test('services get the address behind the trusted proxies, and none that a client wrote', async () => {
  const graph = await open();
  for (const headers of [
    behind('192.0.2.7'),
    behind('203.0.113.9, 192.0.2.7'),
    { ...behind('192.0.2.7'), 'x-client-ip': '203.0.113.9', forwarded: 'for=203.0.113.9', 'x-real-ip': '203.0.113.9' },
  ]) {
    expect((await graph.query('{ seen }', { headers })).data).toEqual({ seen: '192.0.2.7' });
  }
  // From here on the peer is no proxy of the gateway's.
  const direct = await open('x-client-ip', { trustedProxies: [] });
  const forged = { ...behind('192.0.2.7'), 'x-client-ip': '192.0.2.7' };
  expect((await direct.query('{ seen }', { headers: forged })).data).toEqual({ seen: '127.0.0.1' });
});

test.each([
  ['192.0.2.7', 'for=192.0.2.7'],
  ['2001:DB8:0::17', 'for="[2001:db8::17]"'],
  ['::ffff:192.0.2.7', 'for=192.0.2.7'],
  ['[2001:db8::17]:4711', 'for="[2001:db8::17]"'],
])('with `forwarded`, %s is written as RFC 7239 requires', async (address, value) => {
  const graph = await open('forwarded');
  const headers = { ...behind(address), forwarded: 'for=evil' };
  expect((await graph.query('{ seen }', { headers })).data).toEqual({ seen: value });
});

test('an address that is not known is "unknown" in Forwarded, and is left out elsewhere', () => {
  expect(addressValue('forwarded', 'unknown')).toBe('for=unknown');
  expect(addressValue('x-client-ip', 'unknown')).toBeUndefined();
});

test.each([
  ['a response', '{ seen }', { seen: 'ADDRESS' }],
  ['entities', '{ thing { id seenHere } }', { thing: { id: '1', seenHere: 'ADDRESS' } }],
  ['a nested operation', '{ nested }', { nested: 'ADDRESS' }],
])('%s is cached for each address, and is private to it in caches downstream', async (_what, query, data) => {
  const graph = await open();
  const count = () => Object.values(graph.services).reduce((sum, { requests }) => sum + requests.length, 0);
  const expected = (address: string) => JSON.parse(JSON.stringify(data).replace('ADDRESS', address));
  for (const address of ['192.0.2.7', '192.0.2.8']) {
    const response = await graph.query(query, { headers: behind(address) });
    expect(response.data).toEqual(expected(address));
    expect(response.headers.get('cache-control')).toMatch(/^private, max-age=\d+/);
    expect(response.headers.get('vary')).toMatch(/^\*/);
  }
  const before = count();
  for (const address of ['192.0.2.7', '192.0.2.8']) {
    expect((await graph.query(query, { headers: behind(address) })).data).toEqual(expected(address));
  }
  expect(count()).toBe(before);
});

test.each(['{ seen }', '{ thing { id seenHere } }'])(
  'equal requests in flight of two addresses stay two: %s',
  async (query) => {
    const graph = await open('x-client-ip', { cache: { responses: false } });
    const service = (query.includes('Here') ? graph.services.second : graph.services.first) as Service;
    const { returns } = service;
    const both = Promise.withResolvers<void>();
    let waiting = 0;
    // No response before both requests are there.
    service.returns = async (request) => {
      waiting += 1;
      if (waiting === 2) both.resolve();
      await both.promise;
      return returns(request);
    };
    const [origin] = graph.origins as [string];
    const texts = await Promise.all(
      ['192.0.2.7', '192.0.2.8'].map(async (address) => {
        const headers = { 'content-type': 'application/json', ...behind(address) };
        return (await fetch(`${origin}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) })).text();
      }),
    );
    expect(texts[0]).toContain('192.0.2.7');
    expect(texts[1]).toContain('192.0.2.8');
  },
);

test('over a WebSocket it is the address of the connection, for queries, subscriptions and what their events fetch', async () => {
  const { origins } = await open();
  const [origin] = origins as [string];
  const headers = { ...behind('2001:db8::17'), 'x-client-ip': '203.0.113.9' };
  const client = await PlainClient.open(`${origin.replace('http', 'ws')}/graphql`, {}, { headers });
  expect((await client.query('1', '{ seen nested }')).payload).toEqual({
    data: { seen: '2001:db8::17', nested: '2001:db8::17' },
  });
  client.subscribe('2', 'subscription { watched { id seenHere } }');
  expect((await client.message()).payload).toEqual({
    data: { watched: { id: '2001:db8::17', seenHere: '2001:db8::17' } },
  });
});

test('the same over an event stream', async () => {
  const { origins } = await open();
  const query = 'subscription { watched { id seenHere } }';
  for (const origin of origins) {
    const headers = { 'content-type': 'application/json', accept: 'text/event-stream', ...behind('192.0.2.7') };
    const response = await fetch(`${origin}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
    expect(await response.text()).toContain('{"watched":{"id":"192.0.2.7","seenHere":"192.0.2.7"}}');
  }
});

test("one service's own section can have it, and what the others return stays public", async () => {
  const graph = await open('x-client-ip', { forward: {} }, { second: { forward: { clientAddress: 'x-client-ip' } } });
  const shared = await graph.query('{ seen }', { headers: behind('192.0.2.7') });
  expect(shared.data).toEqual({ seen: null });
  expect(shared.headers.get('cache-control')).toMatch(/^public/);
  const { data, headers } = await graph.query('{ thing { seenHere } }', { headers: behind('192.0.2.7') });
  expect(data).toEqual({ thing: { seenHere: '192.0.2.7' } });
  expect(headers.get('cache-control')).toMatch(/^private/);
});

test.each<[string, z.input<typeof forward>, (string | number)[], RegExp]>([
  ['a header of credentials', { clientAddress: 'Authorization' }, ['clientAddress'], /it is for credentials/],
  ['cookies', { clientAddress: 'cookie' }, ['clientAddress'], /it is for credentials/],
  ['the protocol', { clientAddress: 'x-forwarded-proto' }, ['clientAddress'], /it has another meaning/],
  ['a header of the gateway', { clientAddress: 'Host' }, ['clientAddress'], /the gateway writes it itself/],
  ['a header of the connection', { clientAddress: 'connection' }, ['clientAddress'], /one connection only/],
  ['no name', { clientAddress: 'a b' }, ['clientAddress'], /give the name of a header/],
  [
    'a claim',
    { clientAddress: 'x-a', claims: { 'x-a': 'sub' } },
    ['clientAddress'],
    /the identity of the caller already/,
  ],
])('the address cannot be sent in %s', (_what, section, path, message) => {
  const { error } = forward.safeParse(section);
  expect(error?.issues).toMatchObject([{ path, message: expect.stringMatching(message) }]);
});

test('the header of the address cannot be forwarded from clients, in any section', () => {
  const config = checkConfig({
    subgraphs: { users: { url: 'http://127.0.0.1:1', schema: 'a.graphql' } },
    forward: { clientAddress: 'X-Client-IP' },
  });
  const users = { forward: forward.parse({ headers: ['x-client-ip'] }) };
  expect(forwardingProblems({ ...config, subgraphs: { users } })).toEqual([
    {
      path: ['subgraphs', 'users', 'forward', 'headers', 0],
      message: 'it carries the identity or the address of the caller: clients must not set it',
    },
  ]);
});
