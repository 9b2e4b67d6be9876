// What a client's name gives: a view, and neither rights nor room in rate limits. Attack, expected status and code, and how
// many requests are served.
import { once } from 'node:events';
import { SignJWT } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import { clientWarnings } from '../../gateway/client-warnings.ts';
import { type ClientDefinition, clientSchema } from '../../gateway/clients/definition.ts';
import { checkConfig } from '../../gateway/config/load.ts';
import type { GatewayConfig } from '../../gateway/index.ts';
import { posting, type RawRequest, sendRaw } from '../lanes/both-lanes.ts';
import { PlainClient, Shop, secret } from '../websocket/shop.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await Shop.start();
});

function tokenWith(claims: Record<string, unknown>, issuer = 'test'): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(issuer)
    .setSubject('u1')
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(secret));
}

const query = { query: '{ product { id } }' };
const schemaQuery = { query: '{ __schema { queryType { name } } }' };

describe.each([
  ['fast path', true],
  ['Yoga', false],
])('%s', (_path, shortLane) => {
  const rateLimits: GatewayConfig['rateLimits'] = {
    request: { limit: 2, duration: '1h' },
    plans: {
      partner: { request: false, cost: false },
      large: { request: { limit: 50, duration: '1h' } },
      small: { request: { limit: 1, duration: '1h' } },
    },
  };
  const clients: Record<string, ClientDefinition> = {
    partner: { ratePlan: 'partner' },
    large: { ratePlan: 'large' },
    small: { ratePlan: 'small' },
    plain: {},
  };
  const everyWay: RawRequest[] = ['partner', 'large', 'plain', 'small'].flatMap((name) => [
    { ...posting(query), path: `/graphql/${name}` },
    posting(query, { 'graphql-client-name': name }),
  ]);

  test('an anonymous caller has one bucket, whatever client it names, and however', async () => {
    const { http } = await shop.gateway({ shortLane, rateLimits }, clients);
    const { origin } = new URL(http);
    const served: number[] = [];
    for (const request of [posting(query), posting(query), posting(query), ...everyWay]) {
      served.push((await sendRaw(origin, request)).status);
    }
    expect(served).toEqual([200, 200, ...Array(9).fill(429)]);
  });

  test('a plan that allows less holds for anonymous callers too', async () => {
    const { http } = await shop.gateway({ shortLane, rateLimits }, clients);
    const small: RawRequest = { ...posting(query), path: '/graphql/small' };
    const statuses = [];
    for (const request of [small, small, posting(query), posting(query)]) {
      statuses.push((await sendRaw(new URL(http).origin, request)).status);
    }
    // What the plan has refused is given back to the general limit.
    expect(statuses).toEqual([200, 429, 200, 429]);
  });

  test('the cost of anonymous operations comes from one budget', async () => {
    const limited: GatewayConfig['rateLimits'] = {
      cost: { budget: 4, duration: '1h' },
      plans: { partner: { cost: { budget: 1000, duration: '1h' } } },
    };
    const { http } = await shop.gateway({ shortLane, rateLimits: limited }, { partner: { ratePlan: 'partner' } });
    const codes: unknown[] = [];
    for (const path of Array(8).fill('/graphql/partner')) {
      const { body } = await sendRaw(new URL(http).origin, { ...posting(query), path });
      codes.push(JSON.parse(body).errors?.[0].extensions.code ?? null);
    }
    expect(codes.filter((code) => code === null).length).toBeLessThanOrEqual(4);
    expect(codes.at(-1)).toBe('RATE_LIMIT_EXCEEDED');
  });

  test('a signed-in caller has the plan of its client', async () => {
    const { http } = await shop.gateway({ shortLane, rateLimits }, clients);
    const authorization = `Bearer ${await tokenWith({})}`;
    for (let count = 0; count < 5; count += 1) {
      const request = { ...posting(query, { authorization }), path: '/graphql/partner' };
      expect((await sendRaw(new URL(http).origin, request)).status).toBe(200);
    }
  });

  const access = { scopes: ['admin', 'audit'], roles: ['staff', 'owner'], audience: ['back-office'], issuer: 'test' };
  const right = { scope: 'admin audit', roles: ['owner'], aud: ['shop', 'back-office'] };
  const callers: [caller: string, claims: Record<string, unknown> | null, status: number, issuer?: string][] = [
    ['anonymous', null, 401],
    ['a customer', {}, 403],
    ['one without one of the scopes', { ...right, scope: 'admin' }, 403],
    ['one without any of the roles', { ...right, roles: ['customer'] }, 403],
    ['one for another audience', { ...right, aud: 'shop' }, 403],
    ['one without an audience', { ...right, aud: undefined }, 403],
    ['one of another issuer', right, 403, 'other'],
    ['one with all of it', right, 200],
  ];

  test.each(callers)('who may use a view, in every way: %s', async (_caller, claims, status, issuer) => {
    const jwt = ['test', 'other'].map((name) => ({ issuer: name, secret }));
    const options = { shortLane, graphiql: true, cors: { origin: 'https://shop.example' }, authentication: { jwt } };
    const { http, url } = await shop.gateway(options, { admin: { access } });
    const { origin } = new URL(http);
    const headers: Record<string, string> = claims
      ? { authorization: `Bearer ${await tokenWith(claims, issuer)}` }
      : {};
    const path = '/graphql/admin';
    const code = status === 401 ? 'UNAUTHENTICATED' : 'FORBIDDEN';
    const requests: [way: string, request: RawRequest][] = [
      ['a query', { ...posting(query, headers), path }],
      ['introspection', { ...posting(schemaQuery, headers), path }],
      ['the header with the name', posting(query, { ...headers, 'graphql-client-name': 'admin' })],
      ['a batch', { ...posting([query], headers), path }],
      [
        'GET',
        { method: 'GET', path: `${path}?query={__typename}`, headers: { ...headers, 'x-graphql-yoga-csrf': '1' } },
      ],
      ['GraphiQL', { method: 'GET', path, headers: { ...headers, accept: 'text/html' } }],
      ['an event stream', { ...posting(query, { ...headers, accept: 'text/event-stream' }), path }],
    ];
    for (const [way, request] of requests) {
      const response = await sendRaw(origin, request);
      expect([way, response.status]).toEqual([way, status]);
      if (status === 200) continue;
      expect(JSON.parse(response.body).errors[0].extensions).toEqual({ code });
      expect(response.headers['www-authenticate']).toMatch(/^Bearer realm="graphql"/);
    }
    const preflight = { origin: 'https://shop.example', 'access-control-request-method': 'POST' };
    expect((await sendRaw(origin, { method: 'OPTIONS', path, headers: preflight })).status).toBe(204);
    const client = new PlainClient(`${url}/admin`);
    await once(client.socket, 'open');
    client.send({ type: 'connection_init', payload: headers });
    if (status === 200) expect(await client.message()).toMatchObject({ type: 'connection_ack' });
    else expect(await client.closed).toMatchObject({ code: status === 401 ? 4401 : 4403 });
  });
});

describe('warnings at start', () => {
  const warningsOf = (views: Record<string, ClientDefinition>, options: Partial<GatewayConfig> = {}) => {
    const subgraphs = { a: { url: 'http://127.0.0.1:1', schema: 'a.graphql' } };
    const clients = Object.entries(views).map(([name, definition]) => ({
      ...{ reference: name, name, version: null, folder: '' },
      definition: clientSchema.parse(definition),
    }));
    return clientWarnings(checkConfig({ subgraphs, ...options }), clients);
  };
  const plans = { low: { request: { limit: 1, duration: 60 } }, high: { request: { limit: 100, duration: 60 } } };
  const rateLimits = { request: { limit: 10, duration: 60 }, plans };
  const only = { clients: { only: true } };

  test.each<[string, Record<string, ClientDefinition>, Partial<GatewayConfig>, RegExp[]]>([
    [
      'trusted documents only, and the whole graph',
      { web: { trustedDocuments: 'only' } },
      {},
      [/^client web: trustedDocuments: 'only'.*\/graphql \(set clients\.only\)$/],
    ],
    ['trusted documents only, and no other client', { web: { trustedDocuments: 'only' } }, only, []],
    [
      'trusted documents only, and an open client',
      { web: { trustedDocuments: 'only' }, app: {} },
      only,
      [/at \/graphql\/app$/],
    ],
    [
      'trusted documents only, and a client with access rules',
      { web: { trustedDocuments: 'only' }, app: { access: { roles: ['a'] } } },
      only,
      [],
    ],
    [
      'a plan that allows less',
      { web: { ratePlan: 'low', access: { roles: ['a'] } } },
      { rateLimits },
      [/"low" are left.*clients\.only/],
    ],
    [
      'a plan that allows more',
      { web: { ratePlan: 'high' } },
      { rateLimits },
      [/"high" is any signed-in caller's.*`access`/],
    ],
    [
      'a plan that allows more, with access rules',
      { web: { ratePlan: 'high', access: { roles: ['a'] } } },
      { rateLimits },
      [],
    ],
    ['no rules', { web: {} }, {}, []],
  ])('%s', (_what, views, options, expected) => {
    expect(warningsOf(views, options)).toEqual(expected.map((one) => expect.stringMatching(one)));
  });

  test.each([{}, { scopes: [] }, { scopes: 'admin' }, { users: ['ann'] }])('access of %j is rejected', (access) => {
    expect(clientSchema.safeParse({ access }).success).toBe(false);
  });
});
