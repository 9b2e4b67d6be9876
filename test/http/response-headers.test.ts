// Header fields of services' responses that go out to clients: by the list, merged, and stored with cached responses.
import { request } from 'undici';
import { expect, test } from 'vitest';
import { createGateway, type GatewayConfig } from '../../gateway/index.ts';
import { type Service, type ServiceRequest, serveGraph } from '../values/served-graph.ts';

const shopSdl = `
  type Query { item: Item @cacheControl(maxAge: 60) shop: String @cacheControl(maxAge: 60) }
  type Mutation { signIn: String }
  type Item @key(selectionSet: "{ id }") @cacheControl(maxAge: 60) { id: ID! name: String }
`;
const stockSdl = `
  type Query { _items(ids: [ID!]!): [Item]! @merge(keyField: "id") stock: Int @cacheControl(maxAge: 60) }
  type Item @key(selectionSet: "{ id }") @cacheControl(maxAge: 60) { id: ID! left: Int }
`;

type Headers = Record<string, string | string[]>;

async function open(config: Partial<GatewayConfig>, headers: { shop?: Headers; stock?: Headers }) {
  const graph = await serveGraph({ services: { shop: shopSdl, stock: stockSdl }, config });
  const data = ({ query }: ServiceRequest) => ({
    item: { id: '1', name: 'A' },
    shop: 'S',
    signIn: 'in',
    stock: 3,
    ...(query.includes('_items') && { _items: [{ id: '1', left: 2 }] }),
  });
  for (const name of ['shop', 'stock'] as const) {
    (graph.services[name] as Service).returns = (request) => ({
      status: 200,
      headers: headers[name] as Record<string, string>,
      // As bytes: Node encodes a head that it writes together with a text as UTF-8.
      body: Buffer.from(JSON.stringify({ data: data(request) })),
    });
  }
  return graph;
}

test('fields on the list go out, and no others', async () => {
  const { query } = await open(
    { responseHeaders: { 'X-Quota': 'first' } },
    { shop: { 'x-quota': '7', 'x-other': '1' } },
  );
  const { headers } = await query('{ shop }');
  expect([headers.get('x-quota'), headers.get('x-other')]).toEqual(['7', null]);
  const without = await open({}, { shop: { 'x-quota': '7' } });
  expect((await without.query('{ shop }')).headers.has('x-quota')).toBe(false);
});

test.each([
  ['append', 'a, b, c'],
  ['first', 'a, b'],
  ['last', 'b, c'],
] as const)('with %s, two services give %s, in the order of the configuration', async (merge, expected) => {
  const { query, services } = await open(
    { responseHeaders: { 'x-seen': merge } },
    { shop: { 'x-seen': ['a', 'b'] }, stock: { 'x-seen': ['b', 'c'] } },
  );
  expect((await query('{ stock item { left } shop }')).headers.get('x-seen')).toBe(expected);
  expect((services.stock as Service).requests.length).toBeGreaterThan(1);
});

test('a field may be taken from one service alone', async () => {
  const { query } = await open(
    { responseHeaders: { 'x-seen': { merge: 'append', from: ['stock'] } } },
    { shop: { 'x-seen': 'a' }, stock: { 'x-seen': 'b' } },
  );
  expect((await query('{ shop stock }')).headers.get('x-seen')).toBe('b');
});

test('a cached response has the fields that were stored with it', async () => {
  const { query, services } = await open({ responseHeaders: { 'x-seen': 'append' } }, { shop: { 'x-seen': 'a' } });
  await query('{ shop }');
  const { length } = (services.shop as Service).requests;
  const { headers } = await query('{ shop }');
  expect((services.shop as Service).requests.length).toBe(length);
  expect([headers.get('x-seen'), headers.get('cache-control')]).toEqual(['a', 'public, max-age=60']);
});

test('a response whose entities are cached has their fields all the same', async () => {
  const { query } = await open(
    { cache: { responses: false }, responseHeaders: { 'x-seen': 'append' } },
    { stock: { 'x-seen': 'b' } },
  );
  for (let time = 0; time < 2; time += 1) {
    expect((await query('{ item { left } }')).headers.get('x-seen')).toBe('b');
  }
});

test('cookies go out one by one, and such a response is stored nowhere', async () => {
  const cookies = ['sid=1; Path=/; HttpOnly', 'theme=dark'];
  const { query, services } = await open(
    { responseHeaders: { 'set-cookie': 'append' } },
    { shop: { 'set-cookie': cookies } },
  );
  for (const document of ['{ shop }', '{ shop }', 'mutation { signIn }']) {
    const { headers } = await query(document);
    expect(headers.getSetCookie()).toEqual(cookies);
    expect(headers.get('cache-control')).toBe('no-store');
  }
  expect((services.shop as Service).requests.length).toBe(6);
});

test('requests that join one in flight each get a cookie of their own', async () => {
  const { origins, services } = await open(
    { deduplicateInFlight: true, responseHeaders: { 'set-cookie': 'append' } },
    {},
  );
  let made = 0;
  (services.shop as Service).returns = async () => {
    made += 1;
    return { status: 200, headers: { 'set-cookie': `sid=${made}` }, body: '{"data":{"shop":"S"}}' };
  };
  const send = () =>
    fetch(`${origins[0]}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ shop }"}',
    });
  const cookies = (await Promise.all([send(), send(), send()])).map(({ headers }) => headers.get('set-cookie'));
  expect(new Set(cookies).size).toBe(3);
});

test('in a batch the fields of every operation go out, and each is stored with its own alone', async () => {
  const { origins } = await open(
    { responseHeaders: { 'x-seen': 'append' }, limits: { batch: 5 } },
    { shop: { 'x-seen': 'a' }, stock: { 'x-seen': 'b' } },
  );
  const send = async (body: unknown) =>
    (
      await fetch(`${origins[0]}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    ).headers.get('x-seen');
  expect(await send([{ query: '{ stock }' }, { query: '{ shop }' }])).toBe('a, b');
  expect(await send({ query: '{ shop }' })).toBe('a');
});

test('a value that no head could have is left out, and so are values beyond 8 KiB', async () => {
  const { origins } = await open(
    { responseHeaders: { 'x-long': 'append', 'x-short': 'append' } },
    { shop: { 'x-long': ['a'.repeat(8000), 'b'.repeat(400)], 'x-short': 'caf\xe9' } },
  );
  const { headers } = await request(`${origins[0]}/graphql?query={shop}`);
  expect(headers['x-long']).toBe('a'.repeat(8000));
  expect(headers['x-short']).toBe('caf\xe9');
});

test('pages of other origins may read them', async () => {
  const { origins } = await open(
    { cors: { origin: ['https://shop.example'] }, responseHeaders: { 'x-quota': 'first', 'set-cookie': 'append' } },
    { shop: { 'x-quota': '7' } },
  );
  const response = await fetch(`${origins[0]}/graphql?query={shop}`, { headers: { origin: 'https://shop.example' } });
  expect(response.headers.get('access-control-expose-headers')).toMatch(/x-request-id, ?x-quota$/);
});

test.each<[object, string]>([
  [
    { 'content-length': 'first' },
    'responseHeaders.content-length is "first": it cannot be passed: the gateway writes it itself',
  ],
  [{ 'Cache-Control': 'first' }, 'it cannot be passed: the gateway writes it itself'],
  [{ connection: 'first' }, 'it cannot be passed: it concerns one connection only (RFC 9110, 7.6.1)'],
  [{ 'set-cookie': 'last' }, 'cookies are sent all: give "append"'],
  [{ 'x-a': 'all' }, 'responseHeaders.x-a is "all": give "append", "first" or "last"'],
  [
    { 'x-a': { merge: 'first', from: ['shpo'] } },
    'responseHeaders.x-a.from[0] is "shpo": there is no such service; did you mean shop?',
  ],
])('%j is an error', (responseHeaders, message) => {
  const subgraphs = { shop: { url: 'http://127.0.0.1:1', schema: 'shop.graphql' } };
  expect(() => createGateway({ subgraphs, responseHeaders } as GatewayConfig)).toThrow(message);
});
