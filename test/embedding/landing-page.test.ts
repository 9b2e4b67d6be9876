// The landing page: a page for browsers and JSON for the rest, off where it is not switched on, and without the names of
// clients but in development.
import { expect, onTestFinished, test } from 'vitest';
import { loadClients } from '../../gateway/client-views/load-clients.ts';
import { createGateway, type GatewayConfig, type GatewayOptions } from '../../gateway/index.ts';
import { developmentKey } from '../harness/demo-users.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { closedUrl } from '../harness/servers.ts';

const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

async function createWithClients(options: Partial<GatewayConfig>, others: GatewayOptions = {}) {
  const folder = temporaryFolder({
    'greetings.graphql': 'type Query { greeting: String }',
    'clients/web/client.mjs': "export default { trustedDocuments: 'only' };",
    'clients/Shop@1/client.mjs': 'export default {};',
    'clients/Shop@1/operations/a.graphql': 'query Greeting @rest(get: "/greeting") { greeting }',
  });
  const subgraphs = { greetings: { url: closedUrl, schema: 'greetings.graphql' } };
  const clients = [...(await loadClients(`${folder}/clients`)).values()];
  const config = { log: { level: 'silent' as const }, subgraphs, ...options };
  const gateway = createGateway(config, { folder, clients, ...others });
  onTestFinished(async () => {
    await gateway.stop();
  });
  return gateway;
}

test('in production there is none, and no 404 names a client', async () => {
  const gateway = await createWithClients({});
  for (const headers of [browser, {}]) {
    const { status, body } = await gateway.inject({ path: '/', headers });
    expect([status, body.includes('There is nothing at /. GraphQL is at /graphql.')]).toEqual([404, true]);
  }
  for (const path of ['/graphql/wep', '/nothing']) {
    const { status, body } = await gateway.inject({ path, headers: browser });
    expect(status).toBe(404);
    expect(body).not.toMatch(/web|Shop/);
  }
});

test('where it is switched on in production, it names no client either', async () => {
  const gateway = await createWithClients({ landingPage: true, path: '/api/graphql' });
  const page = await gateway.inject({ path: '/', headers: browser });
  expect(page.status).toBe(200);
  expect(page.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', vary: 'Accept' });
  expect(page.headers['content-security-policy']).toMatch(
    /^default-src 'none'; style-src 'sha256-[^']+'; img-src data:/,
  );
  expect(page.body).toContain('<code>/api/graphql</code>');
  expect(page.body).not.toMatch(/>web<|Shop|GraphiQL/);
  const summary = await gateway.inject({ path: '/', headers: { accept: 'application/json' } });
  expect(summary.json()).toEqual({
    name: 'Concierge',
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    graphql: '/api/graphql',
    healthcheck: '/healthcheck',
    readiness: '/readiness',
    documentation: expect.stringMatching('^https://www.npmjs.com/'),
  });
  expect((await gateway.inject({ path: '/' })).json()).toEqual(summary.json());
  expect((await gateway.inject({ method: 'HEAD', path: '/', headers: browser })).body).toBe('');
  const other = await gateway.inject({ method: 'POST', path: '/', body: '{}' });
  expect([other.status, other.headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS']);
});

test('in development it links to GraphiQL and to the clients', async () => {
  const gateway = await createWithClients({}, { development: developmentKey });
  const { body } = await gateway.inject({ path: '/', headers: browser });
  expect(body).toContain('<a href="/graphql"><code>/graphql</code></a>, to write and run queries');
  expect(body).toContain('<a href="/graphql/web"><code>/graphql/web</code></a>, to run its trusted documents');
  expect(body).toContain('<dt>Shop@1</dt><dd><a href="/graphql/Shop%401"><code>/graphql/Shop%401</code></a><br>');
  expect(body).toContain('<br><a href="/rest/Shop%401/"><code>/rest/Shop%401/</code></a>, its REST API</dd>');
  expect((await gateway.inject({ path: '/rest/Shop%401/', headers: browser })).body).toContain('openapi.json');
  expect((await gateway.inject({ path: '/' })).json()).toMatchObject({
    clients: { web: '/graphql/web', 'Shop@1': '/graphql/Shop%401' },
    rest: { 'Shop@1': '/rest/Shop%401/' },
  });
  const { body: unknown } = await gateway.inject({ path: '/graphql/wep' });
  expect(unknown).toContain('did you mean web?');
});

test('it links to no page of a REST API that is not served', async () => {
  for (const rest of [false, { openapi: false }]) {
    const gateway = await createWithClients({ rest }, { development: developmentKey });
    expect((await gateway.inject({ path: '/', headers: browser })).body).not.toContain('REST');
  }
});

test('where only clients are served, it links to no graph of all', async () => {
  const gateway = await createWithClients({ clients: { only: true } }, { development: developmentKey });
  const { body } = await gateway.inject({ path: '/', headers: browser });
  expect(body).not.toContain('href="/graphql"');
  expect(body).toContain('href="/graphql/web"');
});
