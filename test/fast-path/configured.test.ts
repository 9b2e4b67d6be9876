// Configured gateways over both HTTP paths: CORS, `extensions.http` of resolvers' errors and plugins do not depend on
// the path.
import { GraphQLError } from 'graphql';
import { expect, onTestFinished, test } from 'vitest';
import type { GatewayConfig } from '../../gateway/index.ts';
import demo from '../../gateway.config.ts';
import { customer } from '../harness/demo-users.ts';
import { startGateway } from '../harness/gateway.ts';
import { responding, startUpstream } from '../harness/servers.ts';
import { type BothPaths, posting, type RawResponse, sameResponse, sendRaw, startBothPaths } from './both-paths.ts';

const page = { origin: 'https://shop.example' };
const product = posting({ query: '{ product(id: "p1") { id name } }' });

async function bothPaths(options: Partial<GatewayConfig> = {}, response: unknown = { data: null }): Promise<BothPaths> {
  const products = await startUpstream(responding(200, response));
  const httpPaths = await startBothPaths({ products: products.url }, options);
  onTestFinished(async () => {
    await httpPaths.stop();
    await products.stop();
  });
  return httpPaths;
}

/** The demo's own fields, with this in place of its profile. */
function profile(resolve: () => unknown): Partial<GatewayConfig> {
  return {
    fields: { schema: demo.fields?.schema as string, resolvers: { Query: { profile: resolve } } },
  };
}

test.each([
  ['any origin', { origin: '*' }],
  ['one origin', { origin: 'https://shop.example' }],
  ['another origin', { origin: 'https://other.example' }],
  ['a list of origins', { origin: ['https://shop.example', 'https://other.example'] }],
  ['a list without this one', { origin: ['https://one.example', 'https://other.example'] }],
  ['credentials', { origin: 'https://shop.example', credentials: true }],
  ['no credentials', { origin: 'https://shop.example', credentials: false }],
])('CORS for %s is the same on both paths, for a page, for no page, and for a preflight', async (_what, cors) => {
  const httpPaths = await bothPaths({ cors });
  for (const query of ['{ __typename }', '{ nothing }']) {
    for (const headers of [page, {}]) await sameResponse(httpPaths, posting({ query }, headers));
  }
  const preflight = { ...page, 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-user-id' };
  expect(await sameResponse(httpPaths, { method: 'OPTIONS', headers: preflight })).toMatchObject({ status: 204 });
});

test.each<[string, Record<string, unknown>, number]>([
  ['a status', { http: { status: 401 } }, 401],
  ['a status and a header', { code: 'BUSY', http: { status: 429, headers: { 'retry-after': '7' } } }, 429],
  ['a header alone', { http: { headers: { 'x-more': 'y' } } }, 200],
  ['a status for the GraphQL media type only', { http: { status: 403, spec: true } }, 200],
  ['that it is unexpected', { unexpected: true }, 200],
  ['nothing of HTTP', { code: 'TIRED', some: { thing: [1] } }, 200],
])("a resolver's error with extensions %s", async (_what, extensions, status) => {
  const httpPaths = await bothPaths(
    profile(() => {
      throw new GraphQLError('not now', { extensions });
    }),
  );
  const query = { query: '{ profile { id } a: __typename b: profile { id } }' };
  const response = await sameResponse(httpPaths, posting(query, customer));
  expect(response.status).toBe(status);
  const { data, errors } = JSON.parse(response.body);
  expect(data).toEqual({ profile: null, a: 'Query', b: null });
  const { http, unexpected, ...shown } = extensions;
  expect(errors).toMatchObject([
    { message: 'not now', path: ['profile'], ...(Object.keys(shown).length > 0 && { extensions: shown }) },
    { message: 'not now', path: ['b'] },
  ]);
  expect(response.body).not.toMatch(/http|unexpected/);
  await sameResponse(httpPaths, posting(query, { ...customer, accept: 'application/graphql-response+json' }));
  await sameResponse(httpPaths, posting(query, { ...customer, accept: 'text/event-stream' }));
});

test.each<[string, () => unknown]>([
  [
    'throws what is no GraphQL error',
    () => {
      throw new Error('secret');
    },
  ],
  [
    'throws text',
    () => {
      throw 'secret';
    },
  ],
  ['rejects', () => Promise.reject(new TypeError('secret'))],
  ['gives an object without its id', () => ({})],
  ['gives a list', () => []],
])('a resolver that %s', async (_what, resolve) => {
  const response = await sameResponse(
    await bothPaths(profile(resolve)),
    posting({ query: '{ profile { id } }' }, customer),
  );
  expect(response.status).toBe(200);
  expect(response.body).not.toContain('secret');
  expect(JSON.parse(response.body)).toMatchObject({ data: { profile: null }, errors: [{ path: expect.any(Array) }] });
});

test.each<[string, unknown]>([
  ['an id that is a number', { data: { product: { id: 1, name: 'Kettle' } } }],
  ['an id that is an object', { data: { product: { id: {}, name: 'Kettle' } } }],
  ['text that is a number', { data: { product: { id: 'p1', name: 7 } } }],
  ['more than was requested', { data: { product: { id: 'p1', name: 'Kettle', more: 1 } }, extensions: { a: 1 } }],
  ['no object', { data: { product: 'Kettle' } }],
  ['nothing', { data: {} }],
  [
    'nothing and an error',
    { data: null, errors: [{ message: 'no', extensions: { code: 'NO', http: { status: 418 } } }] },
  ],
  [
    'every escape',
    { data: { product: { id: 'p1', name: '\u0000\b\t\n\f\r"\\/\u001f\u007f\u2028\u2029\ud800\udfff\ud83d\ude00é' } } },
  ],
  ['half a surrogate pair', { data: { product: { id: '\ud83d', name: 'x\udc00' } } }],
])('a service that responds with %s', async (_what, response) => {
  const httpPaths = await bothPaths({}, response);
  expect(await sameResponse(httpPaths, product)).toMatchObject({ status: 200 });
});

test('a long response', async () => {
  const name = 'Kettle €'.repeat(20_000);
  const response = await sameResponse(await bothPaths({}, { data: { product: { id: 'p1', name } } }), product);
  expect(JSON.parse(response.body)).toEqual({ data: { product: { id: 'p1', name } } });
});

async function withPlugin(plugin: NonNullable<GatewayConfig['plugins']>[number]): Promise<RawResponse> {
  const products = await startUpstream(responding(200, { data: { product: { id: 'p1', name: 'Kettle' } } }));
  const gateway = await startGateway({ products: products.url }, { plugins: [plugin], fastPath: true });
  onTestFinished(async () => {
    await gateway.stop();
    await products.stop();
  });
  return sendRaw(gateway.origin, product);
}

test('a plugin sees the ordinary request', async () => {
  const seen: (string | null)[] = [];
  const plugin = {
    onRequest: ({ request }: { request: Request }) => {
      seen.push(request.headers.get('content-type'));
    },
  };
  expect((await withPlugin(plugin)).status).toBe(200);
  expect(seen).toEqual(['application/json']);
});

test('an error that a plugin throws is in the log, not in the response', async () => {
  const plugin = {
    onRequest: () => {
      throw new Error('the password is 1234');
    },
  };
  const response = await withPlugin(plugin);
  expect(response.status).toBe(500);
  expect(JSON.parse(response.body).errors[0].extensions.code).toBe('INTERNAL_SERVER_ERROR');
  expect(response.body).not.toContain('password');
});

test('what a plugin adds to a result is in the response', async () => {
  const response = await withPlugin({
    onExecutionResult: ({ result, setResult }) => setResult({ ...result, extensions: { took: 1 } } as never),
  });
  expect(JSON.parse(response.body)).toEqual({
    data: { product: { id: 'p1', name: 'Kettle' } },
    extensions: { took: 1 },
  });
});

test('what a plugin removes from a result is not in the response', async () => {
  const response = await withPlugin({
    onExecute: () => ({
      onExecuteDone: ({ result, setResult }) => {
        const { data } = result as { data: { product: { id: string } } };
        setResult({ ...result, data: { product: { id: data.product.id, name: '***' } } } as never);
      },
    }),
  });
  expect(JSON.parse(response.body)).toEqual({ data: { product: { id: 'p1', name: '***' } } });
});

test('what a plugin changes inside a result is changed in the response', async () => {
  const response = await withPlugin({
    onExecutionResult: ({ result }) => {
      (result as { data: { product: { name: string } } }).data.product.name = '***';
    },
  });
  expect(JSON.parse(response.body)).toEqual({ data: { product: { id: 'p1', name: '***' } } });
});
