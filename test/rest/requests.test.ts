// Requests to REST services: header fields, configuration, caching, invalidation, explanation, mocks and limits.
import { expect, test } from 'vitest';
import { openComposition } from '../../gateway/composition.ts';
import { checkConfig } from '../../gateway/config/load.ts';
import { createGateway } from '../../gateway/index.ts';
import { Cancellation } from '../../gateway/transport/cancellation.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { post } from '../values/served-graph.ts';
import { serveRestGraph } from './rest-graph.ts';
import { startRestService } from './rest-service.ts';

const sdl = (url: string) => `
  extend schema @source(name: "api", http: {
    baseURL: "${url}/v1?key=k"
    headers: [{ name: "x-region", value: "in {$config.region}" }, { name: "x-both", value: "source" }]
    queryParams: "version: $config.version"
  })
  type Query {
    user(id: ID!): User @cacheControl(maxAge: 60) @connect(entity: true, selection: "id name", http: {
      GET: "/users/{$args.id}"
      headers: [{ name: "x-tenant-id", from: "x-tenant" }, { name: "lang", from: "lang" }, { name: "x-both", value: "connector" }]
      queryParams: "lang: $request.headers.lang"
    })
    me: String @connect(http: { GET: "/me" }, selection: "$.value")
    form(name: String, tags: [String!]): String @connect(selection: "$.value", http: {
      POST: "/form", body: "name: $args.name tags: $args.tags"
      headers: [{ name: "content-type", value: "application/x-www-form-urlencoded" }]
    })
  }
  type Mutation {
    rename(id: ID!, name: String!): User @invalidates(type: "User", id: "id")
      @connect(http: { PATCH: "/users/{$args.id}", body: "$args { name }" }, selection: "id name")
  }
  type User { id: ID! name: String }
`;

const settings = {
  connect: { config: { region: 'eu', version: 3 } },
  forward: { headers: ['x-tenant', 'lang'] },
  headers: { 'x-api-key': 'secret' },
};

test('header fields and parameters come from the source, the connector, the client and the configuration', async () => {
  const rest = await startRestService(() => ({ id: 1, name: 'n' }));
  const graph = await serveRestGraph({ services: { api: sdl(rest.url) }, settings: { api: settings } });
  await graph.query('{ user(id: 1) { name } }', { headers: { 'x-tenant': 't1', lang: 'de, en', 'x-other': 'o' } });
  expect(rest.requests[0]?.url).toBe('/v1/users/1?key=k&version=3&lang=de%2C%20en');
  const sent = { 'x-region': 'in eu', 'x-both': 'connector', 'x-tenant-id': 't1', 'x-api-key': 'secret' };
  expect(rest.requests[0]?.headers).toMatchObject(sent);
  expect(rest.requests[0]?.headers).not.toHaveProperty('x-other');
  // A field of several lines would have both.
  expect(rest.requests[0]?.headers.lang).toBe('de, en');
  await graph.query('{ user(id: 1) { name } }');
  expect(rest.requests.at(-1)?.headers).not.toHaveProperty('x-tenant-id');
});

test('responses to callers with other header fields are not shared', async () => {
  const rest = await startRestService(({ headers }) => ({ id: 1, name: headers['x-tenant-id'] ?? 'nobody' }));
  const graph = await serveRestGraph({ services: { api: sdl(rest.url) }, settings: { api: settings } });
  const [origin] = graph.origins as [string];
  const names = await Promise.all(
    ['t1', 't2', 't1', 't2'].map(async (tenant) => {
      const { data } = await post(origin, '{ user(id: 1) { name } }', { headers: { 'x-tenant': tenant } });
      return (data as { user: { name: string } }).user.name;
    }),
  );
  expect(names).toEqual(['t1', 't2', 't1', 't2']);
});

test('a form has its parameters, of lists each item', async () => {
  const rest = await startRestService(({ body }) => ({ value: body }));
  const graph = await serveRestGraph({ services: { api: sdl(rest.url) }, settings: { api: settings } });
  const { data } = await graph.query('{ form(name: "a b&c", tags: ["x", "y"]) }');
  expect(data).toEqual({ form: 'name=a%20b%26c&tags=x&tags=y' });
  expect(rest.requests[0]?.headers['content-type']).toBe('application/x-www-form-urlencoded');
});

test('a cached response is used until a mutation invalidates it; Cache-Control of the service shortens it', async () => {
  const names: Record<string, string> = { 1: 'old', 2: 'short' };
  const rest = await startRestService(({ url, method, body }) => {
    const id = /users\/(\d+)/.exec(url)?.[1] as string;
    if (method === 'PATCH') names[id] = JSON.parse(body).name;
    return { status: 200, headers: id === '2' ? { 'cache-control': 'no-store' } : {}, body: { id, name: names[id] } };
  });
  const graph = await serveRestGraph({ services: { api: sdl(rest.url) }, settings: { api: settings } });
  const [origin] = graph.origins as [string];
  const name = async (id: number) => (await post(origin, `{ user(id: ${id}) { name } }`)).text;
  await name(1);
  expect([await name(1), rest.requests.length]).toEqual(['{"data":{"user":{"name":"old"}}}', 1]);
  await post(origin, 'mutation { rename(id: 1, name: "new") { id } }');
  expect([await name(1), rest.requests.length]).toEqual(['{"data":{"user":{"name":"new"}}}', 3]);
  await name(2);
  await name(2);
  expect(rest.requests).toHaveLength(5);
});

test('addresses of the configuration take the place of the baseURL, and one that is down is passed over', async () => {
  const rest = await startRestService(() => ({ value: 'here' }));
  const down = await startRestService(() => ({ status: 503 }));
  const graph = await serveRestGraph({
    services: { api: sdl('http://unused.invalid') },
    settings: { api: { ...settings, url: [`${down.url}/other`, `${rest.url}/other/`], balance: 'roundRobin' } },
  });
  for (let count = 0; count < 4; count += 1) expect((await graph.query('{ me }')).data).toEqual({ me: 'here' });
  expect(new Set(rest.requests.map(({ url }) => url))).toEqual(new Set(['/other/me?version=3']));
});

test('an explanation of a response has the method and the URL template, without values', async () => {
  const rest = await startRestService(() => ({ id: 1, name: 'n' }));
  const folder = temporaryFolder({ 'api.graphql': sdl(rest.url) });
  const config = checkConfig({ subgraphs: { api: { schema: 'api.graphql', ...settings } } });
  const composition = openComposition(config, folder);
  expect(composition.clients.get('api')?.requestsFor?.('{ user(id: 1) { name } me }')).toEqual([
    'GET /me',
    'GET /users/{$args.id}',
  ]);
  await composition.close();
});

test('a mocked REST service sends no requests', async () => {
  const rest = await startRestService();
  const folder = temporaryFolder({ 'api.graphql': sdl(rest.url) });
  const config = checkConfig({ subgraphs: { api: { schema: 'api.graphql', ...settings, mocks: true } } });
  const composition = openComposition(config, folder);
  composition.compose();
  const scope = { requestId: 'r', cancellation: new Cancellation(), calls: [] };
  const query = '{ user(id: "u1") { id name } me _userById(keys: ["u2"]) { id } }';
  const { data, errors } = await composition.clients.get('api')!.send(JSON.stringify({ query }), scope);
  await composition.close();
  expect(errors).toBeUndefined();
  expect(data).toMatchObject({ user: { name: expect.any(String) }, me: expect.any(String), _userById: [{ id: 'u2' }] });
  expect(rest.requests).toEqual([]);
});

test('a service of GraphQL without an address is an error of the configuration', () => {
  const folder = temporaryFolder({ 'a.graphql': 'type Query { a: Int }' });
  expect(() => createGateway({ subgraphs: { a: { schema: 'a.graphql' } } }, { folder })).toThrow(
    /subgraphs\.a\.url: give one address/,
  );
});

test('a body above the limit is an unusable response', async () => {
  const rest = await startRestService(() => ({ value: 'x'.repeat(5_000) }));
  const graph = await serveRestGraph({
    services: { api: sdl(rest.url) },
    settings: { api: { ...settings, maxResponseBytes: 1_000 } },
  });
  expect((await graph.query('{ me }')).errors).toMatchObject([{ extensions: { code: 'SUBGRAPH_BAD_RESPONSE' } }]);
});
