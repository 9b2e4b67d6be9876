// The page of a client that may send trusted documents alone, in a real browser: choose one, see its text, fill in its
// variables, run it by its id.
import { mkdirSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { loadClients } from '../../gateway/client-views/load-clients.ts';
import { createGateway, type Gateway, type GatewayConfig, type GatewayOptions } from '../../gateway/index.ts';
import { launchBrowser } from '../harness/browser.ts';
import { developmentKey } from '../harness/demo-users.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { root } from '../harness/gateway.ts';
import { startUpstream, type Upstream } from '../harness/servers.ts';

const sdl = `
  scalar Big
  enum Size { SMALL LARGE }
  input Wanted { name: String!, size: Size!, note: String }
  type Query { item(id: ID!, count: Big, wanted: Wanted, note: String): Big, me: Big @authenticated }
`;
const operations = {
  'item.graphql':
    'query Item($id: ID!, $count: Big, $wanted: Wanted!) {\n  item(id: $id, count: $count, wanted: $wanted, note: "</script><b>")\n}',
  'me.graphql': 'query Me {\n  me\n}',
  'ticks.graphql': 'subscription Ticks {\n  ticks\n}',
};

let service: Upstream;
let browser: Browser;
let removeFolder = () => {};
let folder: string;
const gateways: Gateway[] = [];
let development: string;
let production: string;

beforeAll(async () => {
  service = await startUpstream((response, { body: { query } }) => {
    const field = query.includes('me') ? 'me' : 'item';
    response.setHeader('content-type', 'application/json');
    response.end(`{"data":{"${field}":12345678901234567890}}`);
  });
  folder = temporaryFolder(
    {
      'items.graphql': sdl,
      'own.graphql': 'type Subscription { ticks: Int }',
      'clients/web/client.mjs': "export default { trustedDocuments: 'only' };",
      'clients/closed/client.mjs': "export default { trustedDocuments: 'only', authentication: 'required' };",
      'clients/closed/operations/me.graphql': operations['me.graphql'],
      'clients/empty/client.mjs': "export default { trustedDocuments: 'only' };",
      'clients/tool/client.mjs': "export default { trustedDocuments: 'only' };",
      'clients/tool/documents/relay.json': JSON.stringify({
        both: 'query One { a: __typename } query Two { b: __typename }',
      }),
      ...Object.fromEntries(Object.entries(operations).map(([name, text]) => [`clients/web/operations/${name}`, text])),
    },
    (remove) => {
      removeFolder = remove;
    },
  );
  development = await serve({}, { development: developmentKey });
  production = await serve({ graphiql: true });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  for (const gateway of gateways) await gateway.stop();
  await service.stop();
  removeFolder();
});

async function* ticks() {
  yield { ticks: 1 };
  yield { ticks: 2 };
  await new Promise(() => {});
}

async function serve(options: Partial<GatewayConfig>, others: GatewayOptions = {}): Promise<string> {
  const clients = [...(await loadClients(`${folder}/clients`)).values()];
  const config: GatewayConfig = {
    port: 0,
    shutdownGrace: 1,
    log: { level: 'silent' },
    subgraphs: { items: { url: service.url, schema: 'items.graphql' } },
    fields: { schema: 'own.graphql', resolvers: { Subscription: { ticks: { subscribe: ticks } } } },
    authentication: { development: { users: [{ name: 'Ada', subject: 'u1' }] } },
    ...options,
  };
  const gateway = createGateway(config, { folder, clients, ...others });
  gateways.push(gateway);
  return gateway.start();
}

/** Milliseconds: machines that test are busy. */
const patience = { timeout: 60_000 };

async function open(url: string): Promise<{ page: Page; hosts: Set<string>; failures: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const hosts = new Set<string>();
  const failures: string[] = [];
  page.on('request', (request) => /^https?:/.test(request.url()) && hosts.add(new URL(request.url()).host));
  page.on('pageerror', (error) => failures.push(error.message));
  page.on('console', (message) => message.type() === 'error' && failures.push(message.text()));
  await page.goto(url);
  return { page, hosts, failures };
}

const run = (page: Page) => page.getByRole('button', { name: 'Run' }).click();
const status = (page: Page) => page.locator('#status').textContent();
const result = (page: Page) => page.locator('#result').textContent();

test('a document is chosen, read, given its variables and run by its id; large numbers keep their digits', async () => {
  const { page, hosts, failures } = await open(`${development}/graphql/web`);
  expect(await page.locator('#operations li').allInnerTexts()).toEqual([
    'Item\nquery',
    'Me\nquery',
    'Ticks\nsubscription',
  ]);
  expect(await page.locator('#source').textContent()).toContain('note: "</script><b>")');
  expect(JSON.parse(await page.getByLabel('Variables').inputValue())).toEqual({
    id: '',
    wanted: { name: '', size: 'SMALL' },
  });
  await page
    .getByLabel('Variables')
    .fill('{"id": "i1", "count": 98765432109876543210, "wanted": {"name": "x", "size": "LARGE"}}');
  const [request] = await Promise.all([page.waitForRequest((each) => each.method() === 'POST'), run(page)]);
  expect(request.postData()).toMatch(/^\{"documentId":"[0-9a-f]{64}","variables":\{/);
  await expect.poll(() => status(page), patience).toMatch(/^200, \d+ ms$/);
  expect(await result(page)).toBe('{\n  "data": {\n    "item": 12345678901234567890\n  }\n}');
  const { variables } = service.requests.at(-1)?.body ?? {};
  expect(JSON.stringify(variables)).toContain('LARGE');
  mkdirSync(`${root}test/artefacts`, { recursive: true });
  await page.screenshot({ path: `${root}test/artefacts/trusted-documents.png` });

  await page.getByLabel('Variables').fill('{"id": ');
  await run(page);
  await expect.poll(() => status(page), patience).toMatch(/^Variables are not valid JSON/);
  await page.getByLabel('Filter documents').fill('tick');
  expect(await page.locator('#operations li:visible').allInnerTexts()).toEqual(['Ticks\nsubscription']);
  expect([...hosts]).toEqual([new URL(development).host]);
  expect(failures).toEqual([]);
});

test('the user of the bar above is the caller, and the choice of a document outlasts a reload', async () => {
  const { page } = await open(`${development}/graphql/web`);
  await page.getByRole('button', { name: 'Me' }).click();
  await page.reload();
  await page.getByText('Ada').click();
  await run(page);
  await expect.poll(() => result(page), patience).toContain('"me": 12345678901234567890');
  await page.getByText('anonymous').click();
  await run(page);
  await expect.poll(() => result(page), patience).toContain('UNAUTHENTICATED');
});

test('the events of a subscription are shown as they arrive, until it is stopped', async () => {
  const { page } = await open(`${development}/graphql/web#Ticks`);
  await run(page);
  await expect.poll(() => status(page), patience).toMatch(/^200, \d+ ms, 2 events$/);
  expect(await result(page)).toContain('"ticks": 2\n  }\n}\n\n{');
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect.poll(() => status(page), patience).toMatch(/, stopped$/);
});

test('of a document with several operations, the chosen one is run', async () => {
  const { page } = await open(`${development}/graphql/tool#Two`);
  await run(page);
  await expect.poll(() => result(page), patience).toContain('"b": "Query"');
  expect(
    await (await open(`${development}/graphql/empty`)).page.getByText('no trusted documents yet').isVisible(),
  ).toBe(true);
});

describe('where the schema is not shown to every caller', () => {
  test('the documents are not listed, and one is run by its id', async () => {
    const { page, failures } = await open(`${production}/graphql/tool`);
    expect(await page.content()).not.toContain('__typename');
    await page.getByRole('textbox', { name: 'Document', exact: true }).fill('both');
    await run(page);
    await expect.poll(() => status(page), patience).toMatch(/^400, /);
    expect(await result(page)).toContain('OPERATION_RESOLUTION_FAILURE');
    expect(failures.filter((failure) => !failure.includes('400'))).toEqual([]);
  });

  test('they are listed with introspection, unless the client requires authentication', async () => {
    const shown = await serve({ graphiql: true, limits: { introspection: true } });
    const lists = async (origin: string, client: string) => {
      const response = await fetch(`${origin}/graphql/${client}`, { headers: { accept: 'text/html' } });
      return [response.status, (await response.text()).includes('query Me')];
    };
    expect(await lists(shown, 'web')).toEqual([200, true]);
    expect(await lists(shown, 'closed')).toEqual([200, false]);
    expect(await lists(production, 'web')).toEqual([200, false]);
    expect(await lists(development, 'closed')).toEqual([200, true]);
  });
});

test('the page is small, compressed and revalidated, with a policy', async () => {
  const headers = { accept: 'text/html', 'accept-encoding': 'br' };
  const first = await fetch(`${development}/graphql/web`, { headers });
  const text = await first.text();
  expect(first.headers.get('content-encoding')).toBe('br');
  expect(text.length).toBeLessThan(40_000);
  expect(first.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'sha256-/);
  const etag = first.headers.get('etag') ?? '';
  const again = await fetch(`${development}/graphql/web`, { headers: { ...headers, 'if-none-match': etag } });
  expect([again.status, etag]).toEqual([304, expect.stringMatching(/-br"$/)]);
});
