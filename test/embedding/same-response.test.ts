// The gateway embedded: the same response through its own port, as a listener of another server (HTTP/1.1 and HTTP/2),
// through `fetch` and through `inject`.
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadClients } from '../../gateway/client-views/load-clients.ts';
import { createGateway, type Gateway, type GatewayConfig } from '../../gateway/index.ts';
import { documentId } from '../../gateway/persisted-documents/document-text.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { responding, startUpstream, type Upstream } from '../harness/servers.ts';
import { openWaysIn, type Received, type SentRequest, type WaysIn } from './ways-in.ts';

const sdl = `
  type Query { greeting: String @cacheControl(maxAge: 60), secret: String @authenticated }
  type Mutation { greet: String }
`;
const document = 'query Greeting {\n  greeting\n}';

let service: Upstream;
let gateway: Gateway;
let waysIn: WaysIn;
let removeFolder = () => {};

beforeAll(async () => {
  service = await startUpstream((response, request) => {
    const data =
      request.body.query.includes('greet ') || request.body.query.startsWith('mutation') ? 'greet' : 'greeting';
    responding(200, { data: { [data]: 'Hello, '.repeat(300) } })(response, request);
  });
  const folder = temporaryFolder(
    {
      'greetings.graphql': sdl,
      'own.graphql': 'type Subscription { countdown: Int }',
      'clients/web/client.mjs': "export default { trustedDocuments: 'only' };",
      'clients/web/operations/greeting.graphql': document,
    },
    (remove) => {
      removeFolder = remove;
    },
  );
  const config: GatewayConfig = {
    port: 0,
    log: { level: 'silent' },
    subgraphs: { greetings: { url: service.url, schema: 'greetings.graphql' } },
    fields: { schema: 'own.graphql', resolvers: { Subscription: { countdown: { subscribe: countdown } } } },
    authentication: { apiKeys: { keys: [{ name: 'one', hash: `sha256:${'0'.repeat(64)}` }] } },
    cors: { origin: ['https://shop.example'] },
    maxBodyBytes: 10_000,
    graphiql: true,
    landingPage: true,
  };
  const clients = [...(await loadClients(`${folder}/clients`)).values()];
  gateway = createGateway(config, { folder, clients });
  waysIn = await openWaysIn(gateway);
});
afterAll(async () => {
  await waysIn.stop();
  await gateway.stop();
  await service.stop();
  removeFolder();
});

async function* countdown() {
  for (const left of [2, 1, 0]) yield { countdown: left };
}

const json = { 'content-type': 'application/json' };
const posting = (body: unknown, headers = {}): SentRequest => ({
  headers: { ...json, ...headers },
  body: JSON.stringify(body),
});
const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

const requests: [what: string, status: number, request: SentRequest][] = [
  ['a query', 200, posting({ query: '{ greeting }' })],
  ['a mutation', 200, posting({ query: 'mutation { greet }' })],
  ['a query by GET', 200, { method: 'GET', path: '/graphql?query={greeting}', headers: { ...json } }],
  ['a query by HEAD', 200, { method: 'HEAD', path: '/graphql?query={greeting}', headers: { ...json } }],
  ['a batch', 200, posting([{ query: '{ greeting }' }])],
  ['a trusted document', 200, { ...posting({ documentId: documentId(document) }), path: '/graphql/web' }],
  ['a document that is not trusted', 400, { ...posting({ query: '{ greeting }' }), path: '/graphql/web' }],
  ['an invalid document', 200, posting({ query: '{ gretting }' })],
  [
    'an invalid document, with the media type of GraphQL',
    400,
    posting({ query: '{' }, { accept: 'application/graphql-response+json' }),
  ],
  ['a field that requires authentication', 200, posting({ query: '{ secret }' })],
  ['a wrong key', 401, posting({ query: '{ greeting }' }, { 'x-api-key': 'wrong' })],
  ['an unknown path', 404, { method: 'GET', path: '/nothing' }],
  ['an unknown client', 404, { ...posting({ query: '{ greeting }' }), path: '/graphql/nothing' }],
  ['a subscription', 200, posting({ query: 'subscription { countdown }' }, { accept: 'text/event-stream' })],
  [
    'a subscription without events',
    406,
    posting({ query: 'subscription { countdown }' }, { accept: 'application/json' }),
  ],
  [
    'a body in gzip',
    200,
    { headers: { ...json, 'content-encoding': 'gzip' }, body: gzipSync(JSON.stringify({ query: '{ greeting }' })) },
  ],
  ['a body in another coding', 415, { headers: { ...json, 'content-encoding': 'br' }, body: 'x' }],
  ['a body that is too large', 413, posting({ query: `{ greeting } #${'x'.repeat(10_000)}` })],
  ['a response in gzip', 200, posting({ query: '{ greeting }' }, { 'accept-encoding': 'gzip' })],
  ['no body', 400, { headers: json }],
  ['a simple request of a page', 403, { headers: { 'content-type': 'text/plain' }, body: '{"query":"{ greeting }"}' }],
  [
    'a preflight',
    204,
    { method: 'OPTIONS', headers: { origin: 'https://shop.example', 'access-control-request-method': 'POST' } },
  ],
  ['a request of an allowed page', 200, posting({ query: '{ greeting }' }, { origin: 'https://shop.example' })],
  ['another method', 405, { method: 'DELETE', headers: json }],
  ['a health check', 200, { method: 'GET', path: '/healthcheck' }],
  ['GraphiQL', 200, { method: 'GET', headers: browser }],
  ['GraphiQL, compressed', 200, { method: 'GET', headers: { ...browser, 'accept-encoding': 'br' } }],
  ['the landing page', 200, { method: 'GET', path: '/', headers: browser }],
];

test.each(requests)('the same response in every way: %s (%i)', async (_what, status, request) => {
  const { port, ...others } = waysIn.ways;
  const expected = await port(request);
  expect(expected.status).toBe(status);
  expect(expected.headers['x-content-type-options']).toBe('nosniff');
  for (const [way, send] of Object.entries(others))
    expect([way, readable(await send(request))]).toEqual([way, readable(expected)]);
});

/** For messages about a difference; every byte counts. */
function readable({ body, ...rest }: Received): object {
  return {
    ...rest,
    length: body.length,
    body: body.length > 5000 ? body.subarray(0, 500).toString() : body.toString('latin1'),
  };
}
