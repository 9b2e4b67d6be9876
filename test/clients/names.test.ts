// What requests call a client: names with dots, aliases, releases between versions, and names that are no client's; by
// path and by header fields, over both HTTP paths and WebSockets.
import { expect, onTestFinished, test, vi } from 'vitest';
import { loadClients } from '../../gateway/client-views/load-clients.ts';
import { createGateway, type Gateway, type GatewayConfig } from '../../gateway/index.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { startService } from '../values/served-graph.ts';
import { PlainClient } from '../websocket/shop.ts';

/** A view in which the graph's `hello` has another name, by which it is told from others. */
const view = (name: string, more = '') =>
  `export default { rename: { fields: { 'Query.hello': '${name}' } }, ${more} };`;

const folders = {
  'web/client.mjs': view('webCurrent'),
  'web@1/client.mjs': view('web1', "aliases: ['Web Shop']"),
  'web@2.5/client.mjs': view('web25'),
  'com.shop.app/client.mjs': view(
    'app',
    "aliases: ['com.shop.app-apollo-ios', 'com.shop.app-apollo-android'], fields: { schema: 'type Query { own: Int }', resolvers: {} }",
  ),
};

async function start(
  clients: Record<string, string> = folders,
  config: Partial<GatewayConfig> = {},
  onStart: (gateway: Gateway) => void = () => {},
) {
  const service = await startService(() => ({ data: { hello: 'there' } }));
  const folder = temporaryFolder({
    'shop.graphql': 'type Query { hello: String @cacheControl(maxAge: 60) }',
    ...Object.fromEntries(Object.entries(clients).map(([file, text]) => [`clients/${file}`, text])),
  });
  const origins: string[] = [];
  for (const fastPath of [true, false]) {
    const gateway = createGateway(
      {
        port: 0,
        log: { level: 'silent' },
        csrf: false,
        fastPath,
        ...config,
        subgraphs: { shop: { url: service.url, schema: 'shop.graphql' } },
      },
      { folder, clients: [...(await loadClients(`${folder}/clients`)).values()] },
    );
    onStart(gateway);
    origins.push(await gateway.start());
    onTestFinished(async () => void (await gateway.stop()));
  }
  return origins;
}

const every = ['webCurrent', 'web1', 'web25', 'app', 'hello'];

/** The names of the views whose field a request at the path has; one, if the gateway has understood it. */
async function servedBy(origin: string, path: string, headers: Record<string, string> = {}): Promise<string[]> {
  const served: string[] = [];
  for (const field of every) {
    const response = await fetch(`${origin}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query: `{ ${field} }` }),
    });
    const { data } = (await response.json()) as { data?: Record<string, string> };
    if (data?.[field] === 'there') served.push(field);
  }
  return served;
}

async function servedOverWebSocket(origin: string, path: string, headers: Record<string, string>): Promise<string[]> {
  const client = await PlainClient.open(`${origin.replace('http', 'ws')}${path}`, undefined, { headers });
  const served: string[] = [];
  for (const field of every) {
    const { payload } = await client.query(field, `{ ${field} }`);
    if ((payload as { data?: object }).data) served.push(field);
  }
  client.socket.close();
  return served;
}

const requests: [name: string, version: string | undefined, served: string][] = [
  ['web', undefined, 'webCurrent'],
  ['web', '1', 'web1'],
  ['web', '1.4.2', 'web1'],
  ['web', '0.3', 'web1'],
  ['web', '2.0', 'web1'],
  ['web', '2.5.9', 'web25'],
  ['web', '3.0.0', 'webCurrent'],
  ['web', 'nightly', 'webCurrent'],
  ['web@1', undefined, 'web1'],
  ['web@1.9', '3', 'web1'],
  ['Web Shop', undefined, 'webCurrent'],
  ['Web Shop', '1.2', 'web1'],
  ['com.shop.app', undefined, 'app'],
  ['com.shop.app', '17.2', 'app'],
  ['com.shop.app-apollo-ios', '1.0-203', 'app'],
];

test.each(requests)(
  '%s in version %s is served the view of %s, by path and by headers',
  async (name, version, served) => {
    const origins = await start();
    const versions: Record<string, string> = version === undefined ? {} : { 'apollographql-client-version': version };
    for (const origin of origins) {
      const byHeader = { 'apollographql-client-name': name, ...versions };
      const path = `/graphql/${encodeURIComponent(name)}`;
      expect(await servedBy(origin, '/graphql', byHeader)).toEqual([served]);
      expect(await servedBy(origin, path, versions)).toEqual([served]);
      expect(await servedOverWebSocket(origin, path, versions)).toEqual([served]);
      expect(await servedOverWebSocket(origin, '/graphql', byHeader)).toEqual([served]);
    }
  },
);

test('caches in front of the gateway tell versions apart only where they matter', async () => {
  const [origin = ''] = await start();
  const vary = async (path: string, field: string) => {
    const response = await fetch(`${origin}${path}?query={${field}}`);
    expect(response.status).toBe(200);
    return response.headers.get('vary')?.includes('graphql-client-version') ?? false;
  };
  expect(await vary('/graphql/web', 'webCurrent')).toBe(true);
  expect(await vary('/graphql/Web%20Shop', 'webCurrent')).toBe(true);
  expect(await vary('/graphql/web@1.9', 'web1')).toBe(false);
  expect(await vary('/graphql/com.shop.app-apollo-ios', 'app')).toBe(false);
});

test('a client of which only versions have folders is served the newest where the request names none', async () => {
  const clients = { 'web@2/client.mjs': view('web25'), 'web@10/client.mjs': view('webCurrent') };
  for (const origin of await start(clients)) {
    expect(await servedBy(origin, '/graphql/web')).toEqual(['webCurrent']);
    expect(await servedBy(origin, '/graphql', { 'graphql-client-name': 'web', 'graphql-client-version': '3' })).toEqual(
      ['web25'],
    );
  }
});

test('a misspelt name is served the whole graph, and stands in the log once, with what may be meant', async () => {
  const warned: unknown[] = [];
  const onStart = ({ log }: Gateway) => {
    vi.spyOn(log, 'warn').mockImplementation((...line: unknown[]) => void warned.push(line));
  };
  for (const origin of await start(folders, {}, onStart)) {
    warned.length = 0;
    for (const name of ['Web', 'Web', 'x'.repeat(500)]) {
      expect(await servedBy(origin, '/graphql', { 'graphql-client-name': name })).toEqual(['hello']);
    }
    expect(await servedBy(origin, '/graphql')).toEqual(['hello']);
    expect(await servedBy(origin, '/graphql', { 'graphql-client-name': 'web' })).toEqual(['webCurrent']);
    const message = 'requests name a client that does not exist, and are served the whole graph';
    expect(warned).toEqual([
      [{ client: 'Web' }, `${message}; did you mean web?`],
      [{ client: 'x'.repeat(128) }, message],
    ]);
  }
});

test('with clients.only a name that is no client is an error, which names no client', async () => {
  for (const origin of await start(folders, { clients: { only: true } })) {
    for (const [path, headers] of [
      ['/graphql', { 'graphql-client-name': 'Web' }],
      ['/graphql/wep', {}],
    ] as const) {
      const response = await fetch(`${origin}${path}`, { method: 'POST', headers, body: '{}' });
      expect(response.status).toBe(404);
      expect(await response.text()).toContain('"There is no client of this name."');
    }
  }
});

test.each([
  [
    'an alias that is another name',
    { 'web/client.mjs': view('a'), 'app/client.mjs': view('b', "aliases: ['web']") },
    'client app: aliases: "web" is a name of web as well',
  ],
  [
    'an alias of two',
    { 'web/client.mjs': view('a', "aliases: ['x']"), 'app/client.mjs': view('b', "aliases: ['x']") },
    'client web: aliases: "x" is a name of app as well',
  ],
  ['an alias with a version', { 'web/client.mjs': view('a', "aliases: ['x@1']") }, 'without "@" and "/"'],
  [
    'a folder that begins with a dot after its name',
    { 'web..a/client.mjs': view('a') },
    "a client's folder is named with letters",
  ],
])('%s stops the start', async (_, clients, message) => {
  await expect(start(clients)).rejects.toThrow(message);
});
