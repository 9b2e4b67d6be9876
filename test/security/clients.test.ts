// Rights of a named client: its name selects a view, and gives neither rights nor room in rate limits. Attack, expected
// status and code, and the number of requests that are served.
import { hash } from 'node:crypto';
import { once } from 'node:events';
import { SignJWT } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import { type ClientDefinition, clientSchema } from '../../gateway/client-views/definition.ts';
import { checkConfig } from '../../gateway/config/load.ts';
import type { GatewayConfig } from '../../gateway/index.ts';
import { clientWarnings } from '../../gateway/start-warnings.ts';
import { posting, type RawRequest, sendRaw } from '../fast-path/both-paths.ts';
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
])('%s', (_path, fastPath) => {
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

  test('an anonymous caller has one bucket, whatever client it names', async () => {
    const { http } = await shop.gateway({ fastPath, rateLimits }, clients);
    const { origin } = new URL(http);
    const served: number[] = [];
    for (const request of [posting(query), posting(query), posting(query), ...everyWay]) {
      served.push((await sendRaw(origin, request)).status);
    }
    expect(served).toEqual([200, 200, ...Array(9).fill(429)]);
  });

  test('a plan that allows less applies to anonymous callers too', async () => {
    const { http } = await shop.gateway({ fastPath, rateLimits }, clients);
    const small: RawRequest = { ...posting(query), path: '/graphql/small' };
    const statuses = [];
    for (const request of [small, small, posting(query), posting(query)]) {
      statuses.push((await sendRaw(new URL(http).origin, request)).status);
    }
    // What the plan has rejected is refunded to the general limit.
    expect(statuses).toEqual([200, 429, 200, 429]);
  });

  test('the cost of anonymous operations comes from one budget', async () => {
    const limited: GatewayConfig['rateLimits'] = {
      cost: { budget: 4, duration: '1h' },
      plans: { partner: { cost: { budget: 1000, duration: '1h' } } },
    };
    const { http } = await shop.gateway({ fastPath, rateLimits: limited }, { partner: { ratePlan: 'partner' } });
    const codes: unknown[] = [];
    for (const path of Array(8).fill('/graphql/partner')) {
      const { body } = await sendRaw(new URL(http).origin, { ...posting(query), path });
      codes.push(JSON.parse(body).errors?.[0].extensions.code ?? null);
    }
    expect(codes.filter((code) => code === null).length).toBeLessThanOrEqual(4);
    expect(codes.at(-1)).toBe('RATE_LIMIT_EXCEEDED');
  });

  const key = 'a key of the warehouse';
  const callerHeaders: Record<string, () => Promise<Record<string, string>>> = {
    'an anonymous caller': async () => ({}),
    'a customer': async () => ({ authorization: `Bearer ${await tokenWith({})}` }),
    'one of the staff': async () => ({ authorization: `Bearer ${await tokenWith({ roles: ['staff'] })}` }),
    'an API key with a plan': async () => ({ 'x-api-key': key }),
    'an API key without one': async () => ({ 'x-api-key': `${key} too` }),
  };
  /** Statuses of five requests in turn. */
  const served = [200, 200, 200, 200, 200];
  const limited = [200, 200, 429, 429, 429];
  const plannedUse: [caller: string, path: string, statuses: number[]][] = [
    ['an anonymous caller', '/graphql/partner', limited],
    ['an anonymous caller', '/graphql/staff', [401, 401, 429, 429, 429]],
    ['a customer', '/graphql/partner', limited],
    ['a customer', '/graphql/required', limited],
    ['a customer', '/graphql/large', limited],
    ['a customer', '/graphql/small', [200, 429, 429, 429, 429]],
    ['a customer', '/graphql/staff', [403, 403, 429, 429, 429]],
    ['one of the staff', '/graphql', limited],
    ['one of the staff', '/graphql/partner', limited],
    ['one of the staff', '/graphql/staff', served],
    ['an API key with a plan', '/graphql', served],
    ['an API key with a plan', '/graphql/partner', served],
    ['an API key with a plan', '/graphql/staff', [403, 403, 403, 403, 403]],
    ['an API key without one', '/graphql/partner', limited],
  ];

  const openPlanned = async () => {
    const keys = [
      { name: 'warehouse', hash: `sha256:${hash('sha256', key)}`, ratePlan: 'partner' },
      { name: 'desk', hash: `sha256:${hash('sha256', `${key} too`)}` },
    ];
    const authentication = { jwt: [{ issuer: 'test', secret }], apiKeys: { keys } };
    const { http, url } = await shop.gateway(
      { fastPath, rateLimits, authentication, limits: { batch: 3 } },
      {
        ...clients,
        required: { ratePlan: 'partner', authentication: 'required' },
        staff: { ratePlan: 'partner', access: { roles: ['staff'] } },
      },
    );
    return { origin: new URL(http).origin, url };
  };

  test.each(plannedUse)(
    'a rate plan lifts limits only for those it belongs to: %s at %s',
    async (caller, path, statuses) => {
      const { origin } = await openPlanned();
      const headers = (await callerHeaders[caller]?.()) ?? {};
      const byName = { ...headers, 'graphql-client-name': path.split('/')[2] ?? '' };
      const parameters = '?query={product{id}}';
      const ways: RawRequest[] = [
        { ...posting(query, headers), path },
        posting(query, byName),
        { method: 'GET', path: path + parameters, headers: { ...headers, 'x-graphql-yoga-csrf': '1' } },
        { ...posting([query], headers), path },
        { ...posting(query, { ...headers, accept: 'text/event-stream' }), path },
      ];
      const got: number[] = [];
      for (const request of ways) got.push((await sendRaw(origin, request)).status);
      expect(got).toEqual(statuses);
    },
  );

  const otherWays: [way: string, path: string, headers: Record<string, string>, status: number][] = [
    ['a version', '/graphql/admin@1', {}, 401],
    ['its version in a header', '/graphql/admin', { 'graphql-client-version': '1' }, 401],
    ['a version that there is not', '/graphql/admin', { 'graphql-client-version': '9' }, 401],
    ['an encoded letter', '/graphql/%61dmin', {}, 401],
    ['an encoded @', '/graphql/admin%401', {}, 401],
    ['a query string', '/graphql/admin?client=web', {}, 401],
    ['the header of Apollo', '/graphql', { 'apollographql-client-name': 'admin' }, 401],
    ['the header with x-', '/graphql', { 'x-graphql-client-name': 'admin', 'graphql-client-version': '1' }, 401],
    ['another client in the header', '/graphql/admin', { 'graphql-client-name': 'web' }, 401],
    ['a second header', '/graphql', { 'graphql-client-name': 'admin', 'apollographql-client-name': 'web' }, 401],
    [
      'forged headers of a proxy',
      '/graphql/admin',
      { 'x-forwarded-prefix': '/graphql/web', 'x-original-url': '/graphql/web' },
      401,
    ],
    ['a slash at the end', '/graphql/admin/', {}, 401],
    ['capitals', '/graphql/ADMIN', {}, 404],
    ['an encoded slash', '/graphql%2fadmin', {}, 404],
    ['two slashes', '/graphql//admin', {}, 404],
    ['a name that objects have', '/graphql/constructor', {}, 404],
    ['no name', '/graphql', {}, 404],
    ['two names in one header', '/graphql', { 'graphql-client-name': 'web, admin' }, 404],
  ];

  test('a view is not reached past its access rules by any other name', async () => {
    const definitions = { admin: { access: { roles: ['admin'] } }, web: {} };
    const { http } = await shop.gateway({ fastPath, clients: { only: true } }, definitions);
    for (const [way, path, headers, status] of otherWays) {
      const response = await sendRaw(new URL(http).origin, { ...posting(query, headers), path });
      expect([way, response.status]).toEqual([way, status]);
      expect(response.body).not.toContain('"data"');
    }
  });

  test('a rate plan of a client lifts no limits for WebSockets', async () => {
    const { url } = await openPlanned();
    const client = new PlainClient(`${url}/partner`);
    await once(client.socket, 'open');
    client.send({ type: 'connection_init', payload: await callerHeaders['a customer']?.() });
    expect(await client.message()).toMatchObject({ type: 'connection_ack' });
    const seen: unknown[] = [];
    for (const id of ['1', '2', '3', '4']) {
      client.send({ type: 'subscribe', id, payload: query });
      const message = (await client.message()) as { type: string; payload: { extensions: { code: string } }[] };
      seen.push(message.type === 'error' ? message.payload[0]?.extensions.code : message.type);
      if (message.type === 'next') await client.message();
    }
    expect(seen.at(-1)).toBe('RATE_LIMIT_EXCEEDED');
    expect(seen.filter((one) => one === 'next').length).toBeLessThanOrEqual(2);
  });

  test('callers that may not use a client consume nothing of its limit', async () => {
    const limits: GatewayConfig['rateLimits'] = { perClient: { limit: 2, duration: '1h' } };
    const { http } = await shop.gateway({ fastPath, rateLimits: limits }, { staff: { access: { roles: ['staff'] } } });
    const { origin } = new URL(http);
    for (const caller of ['an anonymous caller', 'a customer', 'a customer', 'one of the staff', 'one of the staff']) {
      const headers = (await callerHeaders[caller]?.()) ?? {};
      const { status } = await sendRaw(origin, { ...posting(query, headers), path: '/graphql/staff' });
      expect([caller, status]).toEqual([
        caller,
        caller === 'an anonymous caller' ? 401 : caller === 'a customer' ? 403 : 200,
      ]);
    }
  });

  const pattern = 'https://login.example/{tenant}/v2.0';
  const issuer = ['test', pattern];
  const access = { scopes: ['admin', 'audit'], roles: ['staff', 'owner'], audience: ['back-office'], issuer };
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
    ['one of a tenant', { ...right, aud: 'shop', client_id: 'back-office' }, 200, 'https://login.example/acme/v2.0'],
    ['one of a tenant, for another client', { ...right, client_id: 'shop' }, 403, 'https://login.example/acme/v2.0'],
  ];

  test.each(callers)('access to a view, by every transport: %s', async (_caller, claims, status, iss) => {
    const ofTenants = { tenants: '*' as const, audience: ['back-office', 'shop'], audienceClaims: 'client_id' };
    const jwt = [
      ...['test', 'other'].map((name) => ({ issuer: name, secret })),
      { issuer: pattern, secret, ...ofTenants },
    ];
    const options = { fastPath, graphiql: true, cors: { origin: 'https://shop.example' }, authentication: { jwt } };
    const { http, url } = await shop.gateway(options, { admin: { access } });
    const { origin } = new URL(http);
    const headers: Record<string, string> = claims ? { authorization: `Bearer ${await tokenWith(claims, iss)}` } : {};
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
    ['a plan that allows less', { web: { ratePlan: 'low' } }, { rateLimits }, [/"low" are bypassed.*clients\.only/]],
    ['a plan that allows more', { web: { ratePlan: 'high' } }, { rateLimits }, [/"high" raises no limits.*`access`/]],
    [
      'a plan that allows more, with access rules',
      { web: { ratePlan: 'high', access: { roles: ['a'] } } },
      { rateLimits, ...only },
      [],
    ],
    [
      'access rules, and the whole graph',
      { web: { access: { roles: ['a'] } } },
      {},
      [/^client web: `access` restricts.*\/graphql \(set clients\.only\)$/],
    ],
    ['access rules, and no whole graph', { web: { access: { roles: ['a'] } } }, only, []],
    ['no rules', { web: {} }, {}, []],
  ])('%s', (_what, views, options, expected) => {
    expect(warningsOf(views, options)).toEqual(expected.map((one) => expect.stringMatching(one)));
  });

  test.each([{}, { scopes: [] }, { scopes: 'admin' }, { users: ['ann'] }])('access of %j is rejected', (access) => {
    expect(clientSchema.safeParse({ access }).success).toBe(false);
  });
});
