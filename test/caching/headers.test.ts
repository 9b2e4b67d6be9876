// Response headers for downstream caches: how long a response may be stored, by which caches, and by which header
// fields it varies.
import { writeFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import type { GatewayContext } from '../../gateway/config/context.ts';
import type { GatewayConfig } from '../../gateway/index.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { type CachingGateway, startCachingGateway, startService } from './services.ts';
import { openShop, sendsIdentity } from './shop.ts';

const hintedSdl = `
  type Query {
    plain: Int
    stars: Int @cacheControl(maxAge: 30)
    inherits: Int @cacheControl(inheritMaxAge: true)
    own: Int @cacheControl(maxAge: 20, scope: PRIVATE)
    thing: Thing @cacheControl(maxAge: 100)
    typed: Typed
    overridden: Typed @cacheControl(maxAge: 5)
    unsaid: Thing
    node: Node
    nodeOnField: Node @cacheControl(maxAge: 200)
    narrow: Narrow
    either: Either
    eitherOpen: Either @cacheControl(scope: PUBLIC, maxAge: 7)
    described: Described
  }
  type Thing { leaf: Int short: Int @cacheControl(maxAge: 10) part: Part inherited: Part @cacheControl(inheritMaxAge: true) }
  type Part { leaf: Int }
  type Typed @cacheControl(maxAge: 50) { leaf: Int own: Int @cacheControl(scope: PRIVATE) }
  interface Node @cacheControl(maxAge: 80) { id: ID }
  type Widget implements Node { id: ID }
  type Gadget implements Node @cacheControl(maxAge: 40) { id: ID }
  interface Narrow @cacheControl(maxAge: 90) { id: ID }
  type Broad implements Narrow { id: ID }
  type Diary implements Narrow @cacheControl(scope: PRIVATE) { id: ID }
  union Either @cacheControl(maxAge: 60) = Widget | Diary
  interface Text @cacheControl(maxAge: 15, scope: PRIVATE) { id: ID }
  type Described implements Text { id: ID }
`;

async function openHinted(options: Partial<GatewayConfig> = {}): Promise<CachingGateway> {
  const thing = { leaf: 1, short: 1, part: { leaf: 1 }, inherited: { leaf: 1 } };
  const widget = { __typename: 'Widget', id: '1' };
  const service = await startService({
    name: 'hinted',
    sdl: hintedSdl,
    resolvers: {
      Query: {
        plain: () => 1,
        stars: () => 1,
        inherits: () => 1,
        own: () => 1,
        thing: () => thing,
        typed: () => ({ leaf: 1, own: 1 }),
        overridden: () => ({ leaf: 1 }),
        unsaid: () => thing,
        node: () => widget,
        nodeOnField: () => widget,
        narrow: () => ({ __typename: 'Broad', id: '1' }),
        either: () => widget,
        eitherOpen: () => widget,
        described: () => ({ id: '1' }),
      },
    },
  });
  onTestFinished(() => service.stop());
  const gateway = await startCachingGateway([service], options);
  onTestFinished(() => void gateway.stop());
  return gateway;
}

const policies: [query: string, cacheControl: string][] = [
  ['{ plain }', 'no-store'],
  ['{ stars }', 'public, max-age=30'],
  ['{ inherits }', 'no-store'],
  ['{ own }', 'private, max-age=20'],
  ['{ stars own }', 'private, max-age=20'],
  ['{ stars plain }', 'no-store'],
  ['{ __typename }', 'no-store'],
  ['{ stars __schema { queryType { name } } }', 'no-store'],
  ['{ thing { leaf } }', 'public, max-age=100'],
  ['{ thing { leaf short } }', 'public, max-age=10'],
  ['{ thing { part { leaf } } }', 'no-store'],
  ['{ thing { inherited { leaf } } }', 'public, max-age=100'],
  ['{ typed { leaf } }', 'public, max-age=50'],
  ['{ typed { own } }', 'private, max-age=50'],
  ['{ overridden { leaf } }', 'public, max-age=5'],
  ['{ unsaid { leaf } }', 'no-store'],
  // Whichever of the types it is.
  ['{ node { id } }', 'public, max-age=40'],
  ['{ nodeOnField { id } }', 'public, max-age=200'],
  ['{ narrow { id } }', 'private, max-age=90'],
  ['{ either { ... on Widget { id } } }', 'private, max-age=60'],
  ['{ eitherOpen { ... on Widget { id } } }', 'public, max-age=7'],
  // The hints of an interface apply to its types.
  ['{ described { id } }', 'private, max-age=15'],
];

test('max-age is the minimum over the fields, and one private field makes the response private', async () => {
  const gateway = await openHinted();
  const reported = [];
  for (const [query] of policies) reported.push([query, (await gateway.send(query)).cacheControl]);
  expect(reported).toEqual(policies);
});

test('with a default age, fields without a hint have it', async () => {
  const gateway = await openHinted({ cache: { defaultMaxAge: 25 } });
  expect((await gateway.send('{ plain }')).cacheControl).toBe('public, max-age=25');
  expect((await gateway.send('{ thing { part { leaf } } }')).cacheControl).toBe('public, max-age=25');
  expect((await gateway.send('{ thing { short } }')).cacheControl).toBe('public, max-age=10');
});

test("the gateway's own fields have cache hints as well", async () => {
  const schema = `${temporaryFolder()}/own.graphql`;
  writeFileSync(
    schema,
    'type Query { lucky: Int @cacheControl(maxAge: 12) diary: String @cacheControl(maxAge: 9, scope: PRIVATE) }',
  );
  let requested = 0;
  const resolvers = {
    Query: {
      lucky: () => ++requested,
      diary: (_: unknown, __: unknown, { identity }: GatewayContext) => `diary of ${identity?.subject}`,
    },
  };
  const gateway = await openHinted({ fields: { schema, resolvers } });
  expect(await gateway.send('{ lucky stars }')).toMatchObject({
    data: { lucky: 1 },
    cacheControl: 'public, max-age=12',
  });
  expect((await gateway.send('{ lucky stars }')).data.lucky).toBe(1);
  for (const user of ['ann', 'ben', 'ann']) {
    expect(await gateway.send('{ diary }', { user })).toMatchObject({
      data: { diary: `diary of ${user}` },
      cacheControl: 'private, max-age=9',
    });
  }
});

/** What a plugin gets when an operation has been executed. */
interface Executed {
  result: object;
  setResult(result: object): void;
}

const httpPaths: [string, Partial<GatewayConfig>][] = [
  ['the fast path', {}],
  ['Yoga', { fastPath: false }],
  ['a gateway with plugins', { plugins: [{}] }],
];

test.each(httpPaths)(
  '%s: responses to POST and GET have Cache-Control and Age; those that cannot be cached have no-store',
  async (_, options) => {
    const { send, gateway } = await openShop(options);
    for (const get of [false, true]) {
      gateway.cache.invalidate({ type: 'Product' });
      const first = await send('{ product(id: 1) { name } }', { get });
      expect(first).toMatchObject({
        status: 200,
        cacheControl: 'public, max-age=60',
        headers: { vary: 'Accept, Accept-Encoding' },
      });
      expect(first.headers.age).toBeUndefined();
      const second = await send('{ product(id: 1) { name } }', { get });
      expect(second.text).toBe(first.text);
      expect(second).toMatchObject({ cacheControl: 'public, max-age=60', headers: { age: '0' } });
      expect((await send('{ product(id: 1) { faulty } }', { get })).cacheControl).toBe('no-store');
      expect((await send('{ nothing }', { get })).cacheControl).toBe('no-store');
      expect((await send('{ ', { get })).cacheControl).toBe('no-store');
      expect((await send('{ now }', { get })).cacheControl).toBe('no-store');
    }
    expect((await send('mutation { unrelated }')).cacheControl).toBe('no-store');
    expect((await send('mutation { rename(id: 1, name: "x") { name } }')).cacheControl).toBe('no-store');
  },
);

test.each(httpPaths.slice(0, 2))('%s: a client that has the response gets 304 for a GET', async (_, options) => {
  const { send, calls } = await openShop(options);
  const first = await send('{ product(id: 1) { name } }', { get: true });
  const etag = first.headers.etag as string;
  expect(etag).toMatch(/^W\/".+"$/);
  const again = { get: true, headers: { 'if-none-match': `"other", ${etag}` } };
  const second = await send('{ product(id: 1) { name } }', again);
  expect(second).toMatchObject({
    status: 304,
    text: '',
    cacheControl: 'public, max-age=60',
    headers: { etag, age: '0', vary: 'Accept, Accept-Encoding' },
  });
  expect((await send('{ product(id: 1) { name } }', { ...again, get: false })).status).toBe(200);
  expect((await send('{ product(id: 2) { name } }', again)).status).toBe(200);
  expect(calls().catalog).toBe(2);
  await send('mutation { rename(id: 1, name: "Kettle") { id } }');
  expect(await send('{ product(id: 1) { name } }', again)).toMatchObject({
    status: 200,
    data: { product: { name: 'Kettle' } },
  });
});

test('a batch has no-store, also one of a single operation, or with one that is not valid', async () => {
  const { origin } = await openShop();
  const stored = { query: '{ product(id: 1) { name } }' };
  for (const batch of [[stored, stored], [stored], [stored, { query: '{ nothing }' }], [stored, { query: '{' }]]) {
    const response = await fetch(`${origin}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(batch),
    });
    expect(await response.json()).toHaveLength(batch.length);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('etag')).toBeNull();
  }
});

test('a response that is not allowed to every caller is private, whoever the caller is', async () => {
  const { send } = await openShop();
  const received = await send('{ product(id: 1) { secret } }', { user: 'ann' });
  expect(received.cacheControl).toBe('private, max-age=60');
  expect(received.headers.vary).toBe('Accept, Authorization, x-user-id, Accept-Encoding');
  expect((await send('{ product(id: 1) { secret } }')).cacheControl).toBe('no-store');
});

test('the response of a service that receives the caller is private, and varies by the caller', async () => {
  const { send } = await openShop({ subgraphs: { catalog: { forward: sendsIdentity } } });
  expect(await send('{ caller }', { user: 'ann' })).toMatchObject({
    data: { caller: 'ann' },
    cacheControl: 'private, max-age=60',
    headers: { vary: 'Accept, Authorization, x-user-id, Accept-Encoding' },
  });
  // Responses to anonymous callers are for no other caller either.
  expect((await send('{ caller }')).cacheControl).toBe('private, max-age=60');
  expect((await send('{ featured(ids: [1]) { stars } }', { user: 'ann' })).cacheControl).toBe('public, max-age=60');
});

test('a response varies by the headers that services receive, present or not', async () => {
  const { send } = await openShop({ subgraphs: { catalog: { forward: { headers: ['accept-language'] } } } });
  expect(await send('{ greeting }')).toMatchObject({
    data: { greeting: 'Hello' },
    headers: { vary: 'Accept, accept-language, Accept-Encoding' },
  });
  expect((await send('{ featured(ids: [1]) { stars } }')).headers.vary).toBe('Accept, Accept-Encoding');
});

test('pages of other origins get their responses with Vary for both reasons, and a 304 that they may read', async () => {
  const { send } = await openShop({ cors: { origin: ['https://shop.example', 'https://other.example'] } });
  const headers = { origin: 'https://shop.example' };
  const first = await send('{ product(id: 1) { name } }', { get: true, headers });
  expect(String(first.headers.vary).split(/, */).sort()).toEqual(['Accept', 'Accept-Encoding', 'Origin']);
  expect(first.headers['access-control-allow-origin']).toBe('https://shop.example');
  const again = { get: true, headers: { ...headers, 'if-none-match': first.headers.etag as string } };
  const second = await send('{ product(id: 1) { name } }', again);
  expect(second.status).toBe(304);
  expect(second.headers['access-control-allow-origin']).toBe('https://shop.example');
});

test('a response that a plugin has changed has another ETag, and with errors cannot be cached', async () => {
  const change = (result: object) => ({
    plugins: [
      {
        onExecute: () => ({
          onExecuteDone: ({ result: was, setResult }: Executed) => setResult({ ...was, ...result }),
        }),
      },
    ],
  });
  const extended = await openShop(change({ extensions: { more: 1 } }));
  const received = await extended.send('{ product(id: 1) { name } }', { get: true });
  expect(received.text).toContain('"more":1');
  expect(received.cacheControl).toBe('public, max-age=60');
  expect(received.headers.etag).toBeUndefined();
  const failing = await openShop(change({ errors: [new Error('no')] }));
  expect((await failing.send('{ product(id: 1) { name } }')).cacheControl).toBe('no-store');
});
