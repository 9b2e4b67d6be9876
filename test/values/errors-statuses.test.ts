// HTTP statuses of services without a GraphQL response: the caller's or the gateway's own credentials, and Retry-After.
import { expect, test } from 'vitest';
import type { GatewayConfig } from '../../gateway/index.ts';
import { post, type ServedGraph, type ServedGraphOptions, serveGraph } from './served-graph.ts';

const accounts = `
  type Query { me: User @cacheControl(maxAge: 1) }
  type User { id: ID! name: String }
`;
const orders = `
  type Query { _users(ids: [ID!]!): [User]! @merge(keyField: "id") }
  type User { id: ID! total: Int }
`;

const serve = (forward: GatewayConfig['forward'], more: Partial<ServedGraphOptions> = {}): Promise<ServedGraph> =>
  serveGraph({
    services: { accounts, orders },
    ...more,
    config: {
      trustedProxies: ['loopback'],
      authentication: { identityHeader: {} },
      ...(forward && { forward }),
      ...more.config,
    },
  });

const signedIn = { 'x-user-id': 'u1' };

test.each<[what: string, forward: GatewayConfig['forward'], headers: Record<string, string>]>([
  ["the caller's cookie", { headers: ['cookie'] }, { cookie: 'session=1' }],
  ["the caller's own token", { headers: ['x-auth-token'] }, { 'x-auth-token': 'abc' }],
  ["the caller's identity", { claims: { 'x-account': 'sub' } }, signedIn],
  [
    "a statement of the caller's identity",
    { signed: { secret: 'a secret that is long enough to sign with' } },
    signedIn,
  ],
])("where a request carried %s, 401 and 403 are the caller's", async (_what, forward, headers) => {
  const graph = await serve(forward);
  for (const [status, code] of [
    [401, 'UNAUTHENTICATED'],
    [403, 'FORBIDDEN'],
  ] as const) {
    graph.services.accounts!.returns = () => ({ status, body: 'no' });
    const { status: own, data, errors, text } = await graph.query('{ me { name } }', { headers });
    expect(own).toBe(200);
    expect(data).toEqual({ me: null });
    expect(errors).toMatchObject([{ path: ['me'], extensions: { code, subgraph: 'accounts' } }]);
    expect(text).not.toMatch(/40[13]|unusable/);
  }
});

test("a status that rejects how the gateway requests is not the client's error, whatever the service has to say", async () => {
  const graph = await serve({});
  for (const status of [405, 406, 415]) {
    const body = { errors: [{ message: 'Your request was wrong.', extensions: { code: 'BAD_REQUEST' } }] };
    graph.services.accounts!.returns = () => ({ status, body: JSON.stringify(body) });
    const { status: own, errors, text } = await graph.query('{ me { name } }');
    expect(own).toBe(200);
    expect(errors).toMatchObject([
      { path: ['me'], extensions: { code: 'SUBGRAPH_BAD_RESPONSE', subgraph: 'accounts' } },
    ]);
    expect(text).not.toContain('Your request');
  }
});

test.each<[what: string, forward: GatewayConfig['forward'], headers: Record<string, string>]>([
  ['nothing is forwarded', {}, signedIn],
  ['the caller is anonymous', { token: true, claims: { 'x-account': 'sub' } }, {}],
  [
    'the forwarded headers do not identify the caller',
    { headers: ['accept-language', 'x-author'] },
    { 'x-author': 'a' },
  ],
  ['the caller sent no cookie', { headers: ['cookie'] }, signedIn],
])("where %s, 401 and 403 are the gateway's own, and sign no caller out", async (_what, forward, headers) => {
  const graph = await serve(forward);
  for (const status of [401, 403]) {
    graph.services.accounts!.returns = () => ({ status, headers: { 'www-authenticate': 'Bearer' } });
    const response = await graph.query('{ me { name } }', { headers });
    expect(response.errors).toMatchObject([{ extensions: { code: 'SUBGRAPH_ERROR', subgraph: 'accounts' } }]);
    expect(response.headers.get('www-authenticate')).toBeNull();
  }
});

test('where an entity fetch is rejected, each of its fields has the error', async () => {
  const graph = await serve({ headers: ['cookie'] });
  graph.services.accounts!.returns = () => ({ data: { me: { id: 'u1', name: 'Ada' } } });
  graph.services.orders!.returns = () => ({ status: 403 });
  const { data, errors } = await graph.query('{ me { name total } }', { headers: { cookie: 'session=1' } });
  expect(data).toEqual({ me: { name: 'Ada', total: null } });
  expect(errors).toMatchObject([{ path: ['me', 'total'], extensions: { code: 'FORBIDDEN', subgraph: 'orders' } }]);
});

test('a status beside a GraphQL response leaves it as it is', async () => {
  const graph = await serve({ headers: ['cookie'] });
  const body = JSON.stringify({ errors: [{ message: 'Sign in.', extensions: { code: 'SESSION_EXPIRED' } }] });
  graph.services.accounts!.returns = () => ({ status: 401, body });
  const { errors } = await graph.query('{ me { name } }', { headers: { cookie: 'session=1' } });
  expect(errors).toEqual([
    { message: 'Sign in.', path: ['me'], extensions: { code: 'SESSION_EXPIRED', subgraph: 'accounts' } },
  ]);
});

test.each([
  ['seconds', '7', 7],
  ['a date that is past', 'Wed, 21 Oct 2015 07:28:00 GMT', 0],
  ['more than a day', '99999999999999999999', 86_400],
])('429 is RATE_LIMIT_EXCEEDED, with a Retry-After of %s in seconds', async (_what, value, expected) => {
  const graph = await serve({});
  graph.services.accounts!.returns = () => ({ status: 429, headers: { 'retry-after': value }, body: 'slow down' });
  const { data, errors } = await graph.query('{ me { name } }');
  expect(data).toEqual({ me: null });
  expect(errors).toEqual([
    {
      message: 'The subgraph "accounts" has received too many requests.',
      path: ['me'],
      extensions: { code: 'RATE_LIMIT_EXCEEDED', subgraph: 'accounts', retryAfter: expected },
    },
  ]);
});

test.each(['soon', '-5', '1.5', '0x10', ''])('a Retry-After of "%s" is none', async (value) => {
  const graph = await serve({});
  graph.services.accounts!.returns = () => ({ status: 429, headers: { 'retry-after': value } });
  const { errors } = await graph.query('{ me { name } }');
  expect(errors?.[0].extensions).toEqual({ code: 'RATE_LIMIT_EXCEEDED', subgraph: 'accounts' });
});

test('a Retry-After that is a date is converted to the seconds left', async () => {
  const graph = await serve({});
  const date = new Date(Date.now() + 60_000).toUTCString();
  graph.services.accounts!.returns = () => ({ status: 429, headers: { 'retry-after': date } });
  // Between two requests, a second may pass.
  const { errors } = await post(graph.origins[0] as string, '{ me { name } }');
  expect(errors?.[0].extensions.retryAfter).toBeGreaterThan(30);
  expect(errors?.[0].extensions.retryAfter).toBeLessThanOrEqual(60);
});
