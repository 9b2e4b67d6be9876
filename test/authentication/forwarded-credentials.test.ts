// Credentials that are the services' own: forwarded as clients send them, where the gateway verifies none itself.
import { expect, test } from 'vitest';
import { createGateway, type GatewayConfig } from '../../gateway/index.ts';
import { openDevelopmentKey } from '../../gateway/policy/authentication/development-key.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { post, type Service, serveGraph, startService } from '../values/served-graph.ts';
import { PlainClient } from '../websocket/shop.ts';

const sdl = `
  type Query { viewer: String @cacheControl(maxAge: 60) hidden: String @authenticated }
  type Subscription { viewers: String }
`;

/** A service that returns the credentials that it receives. */
async function open(config: Partial<GatewayConfig> = {}, settings = {}) {
  const graph = await serveGraph({
    services: { first: sdl },
    settings: { first: settings },
    config: { forward: { headers: ['authorization', 'cookie'] }, ...config },
  });
  const service = graph.services.first as Service;
  service.returns = ({ query, headers }) => {
    const seen = `${headers.authorization ?? '-'} ${headers.cookie ?? '-'}`;
    if (!query.startsWith('subscription')) return { data: { viewer: seen } };
    return {
      status: 200,
      headers: { 'content-type': 'text/event-stream' },
      body: `event: next\ndata: {"data":{"viewers":${JSON.stringify(seen)}}}\n\nevent: complete\ndata:\n\n`,
    };
  };
  return { ...graph, service };
}

test.each([
  ['a JWT of an issuer that the gateway does not know', 'Bearer eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln'],
  ['an opaque token', 'Bearer abc'],
  ['another scheme', 'Basic dTE6cHc='],
  ['no scheme at all', 'abc'],
])('%s reaches the service as it is, and the caller is anonymous to the gateway', async (_what, authorization) => {
  const { query } = await open();
  const headers = { authorization, cookie: 'sid=1; theme=dark' };
  expect((await query('{ viewer }', { headers })).data).toEqual({ viewer: `${authorization} sid=1; theme=dark` });
  const { errors } = await query('{ hidden }', { headers });
  expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
});

test('an empty Authorization header is not forwarded', async () => {
  const { query, service } = await open();
  expect((await query('{ viewer }', { headers: { authorization: '' } })).data).toEqual({ viewer: '- -' });
  expect((await query('{ viewer }', { headers: { authorization: ' ' } })).data).toEqual({ viewer: '- -' });
  expect((await query('{ viewer }')).data).toEqual({ viewer: '- -' });
  for (const { headers } of service.requests) expect(headers).not.toHaveProperty('authorization');
});

test('responses are cached for each value, and no shared cache may store them', async () => {
  const { query, service } = await open();
  const as = (authorization: string, cookie = 'sid=1') => query('{ viewer }', { headers: { authorization, cookie } });
  const first = await as('Bearer a');
  expect(first.headers.get('cache-control')).toMatch(/^private, max-age=\d+$/);
  expect(first.headers.get('vary')).toMatch(/^Accept, authorization, cookie(,|$)/);
  expect((await as('Bearer b')).data).toEqual({ viewer: 'Bearer b sid=1' });
  expect((await as('Bearer a', 'sid=2')).data).toEqual({ viewer: 'Bearer a sid=2' });
  const { length } = service.requests;
  expect((await as('Bearer a')).data).toEqual({ viewer: 'Bearer a sid=1' });
  expect((await as('Bearer b')).data).toEqual({ viewer: 'Bearer b sid=1' });
  expect(service.requests.length).toBe(length);
});

test('a cookie or a key of another name makes responses private as well, and a language does not', async () => {
  for (const [header, expected] of [
    ['x-session-token', 'private, max-age=60'],
    ['accept-language', 'public, max-age=60'],
  ] as const) {
    const { query } = await open({ forward: { headers: [header] } });
    expect((await query('{ viewer }')).headers.get('cache-control')).toBe(expected);
  }
});

test('over a WebSocket the credentials of connection_init reach the service, for subscriptions too', async () => {
  const { origins } = await open();
  const url = `${(origins[0] as string).replace('http', 'ws')}/graphql`;
  const payload = { headers: { Authorization: 'Bearer abc' } };
  const client = await PlainClient.open(url, payload, { headers: { cookie: 'sid=1' } });
  expect((await client.query('1', '{ viewer }')).payload).toMatchObject({ data: { viewer: 'Bearer abc sid=1' } });
  const event = await client.query('2', 'subscription { viewers }');
  expect(event.payload).toMatchObject({ data: { viewers: 'Bearer abc sid=1' } });
  const anonymous = await PlainClient.open(url, { authorization: false });
  expect((await anonymous.query('1', '{ viewer }')).payload).toMatchObject({ data: { viewer: '- -' } });
});

test('a service that rejects the credentials rejects the caller', async () => {
  const { query, service } = await open();
  service.returns = () => ({ status: 401 });
  const { errors } = await query('{ viewer }', { headers: { authorization: 'Bearer expired' } });
  expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
});

test('without the option, a token is rejected with what to configure, and reaches no service', async () => {
  const { query, service } = await open({ forward: { headers: ['cookie'] } });
  const { status, errors } = await query('{ viewer }', { headers: { authorization: 'Bearer abc' } });
  expect(status).toBe(401);
  expect(errors).toMatchObject([
    {
      message:
        'Tokens are not accepted: the gateway has no issuers in `authentication`, and "authorization" is not in `forward.headers`.',
    },
  ]);
  expect(service.requests).toEqual([]);
});

test('one service may receive the token alone', async () => {
  const { query } = await open({ forward: {} }, { forward: { headers: ['authorization'] } });
  const { data } = await query('{ viewer }', { headers: { authorization: 'Bearer abc', cookie: 'sid=1' } });
  expect(data).toEqual({ viewer: 'Bearer abc -' });
});

test('with issuers, the gateway verifies tokens first', async () => {
  const jwt = [{ issuer: 'https://login.example', secret: 'a secret of at least 32 characters', audience: 'graph' }];
  const { query, service } = await open({ authentication: { jwt } });
  const { status } = await query('{ viewer }', { headers: { authorization: 'Bearer abc' } });
  expect(status).toBe(401);
  expect(service.requests).toEqual([]);
});

test('in development, tokens of the services pass beside those of the development key', async () => {
  const service = await startService(({ headers }) => ({ data: { viewer: headers.authorization ?? '-' } }));
  const folder = temporaryFolder({ 'first.graphql': 'type Query { viewer: String }' });
  const development = await openDevelopmentKey(folder);
  const open = async (headers: string[]) => {
    const gateway = createGateway(
      {
        port: 0,
        log: { level: 'silent' },
        subgraphs: { first: { url: service.url, schema: 'first.graphql' } },
        forward: { headers },
      },
      { folder, development },
    );
    const origin = await gateway.start();
    const { text } = await post(origin, '{ viewer }', { headers: { authorization: 'Bearer abc' } });
    await gateway.stop();
    return text;
  };
  expect(await open(['authorization'])).toBe('{"data":{"viewer":"Bearer abc"}}');
  expect(await open([])).toContain('is not in `forward.headers`');
});

test.each<[string, Partial<GatewayConfig>, string]>([
  [
    'beside the verified token',
    { forward: { token: true, headers: ['Authorization'] } },
    '`token: true` sends the verified token in it: choose one of the two',
  ],
  [
    "beside credentials in a service's address",
    {
      forward: { headers: ['authorization'] },
      subgraphs: { first: { url: 'http://u:p@127.0.0.1/graphql', schema: 'first.graphql' } },
    },
    'its address has credentials, and `forward.headers` sends others: choose one of the two',
  ],
])('the header cannot be listed %s', (_what, config, message) => {
  const subgraphs = { first: { url: 'http://127.0.0.1/graphql', schema: 'first.graphql' } };
  expect(() => createGateway({ subgraphs, ...config })).toThrow(message);
});
