// The page of a client's OpenAPI document in a real browser, under its content security policy: it shows the operations, and
// tries one out as the user who is signed in.
import { mkdirSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { loadClients } from '../../gateway/client-views/load-clients.ts';
import { createGateway, type Gateway } from '../../gateway/index.ts';
import { launchBrowser } from '../harness/browser.ts';
import { developmentKey } from '../harness/demo-users.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { root } from '../harness/gateway.ts';
import { startUpstream, type Upstream } from '../harness/servers.ts';

const patience = { timeout: 20_000 };
const operations = `
  "An item of the stock.\\n\\nWith all of its *fields*."
  query Item("Of the item, such as i1." $id: ID!, $sizes: [Size!], $range: Range) @rest(get: "/items/{id}") {
    item(id: $id, sizes: $sizes, range: $range)
  }
  query Me @rest(get: "/me", unwrap: true) { me }
  mutation Order($input: OrderInput!) @rest(post: "/orders", body: "input") { order(input: $input) { id note } }
  mutation Cancel($id: ID!) @rest(delete: "/orders/{id}") { cancel(id: $id) }
  query Old @rest(get: "/old") { old }
`;

let browser: Browser;
let gateway: Gateway;
let service: Upstream;
let origin: string;
let removeFolder = () => {};
beforeAll(async () => {
  service = await startUpstream((response, { body: { query } }) => {
    response.setHeader('content-type', 'application/json');
    response.end(`{"data":{"${query.includes('me') ? 'me' : 'item'}":12345678901234567890.10}}`);
  });
  const folder = temporaryFolder(
    {
      'shop.graphql': `
        scalar Big enum Size { SMALL LARGE } input Range { min: Int max: Int }
        "What is ordered." input OrderInput { item: ID! amount: Int! = 1 size: Size }
        type Order { id: ID! note: String }
        type Query { item(id: ID!, sizes: [Size!], range: Range): Big me: Big @authenticated old: Int @deprecated }
        type Mutation { order(input: OrderInput!): Order cancel(id: ID!): Boolean! }
      `,
      'clients/web/client.mjs': 'export default {};',
      'clients/web/operations/a.graphql': operations,
    },
    (remove) => {
      removeFolder = remove;
    },
  );
  const clients = [...(await loadClients(`${folder}/clients`)).values()];
  const config = {
    ...{ port: 0, overload: false as const, log: { level: 'silent' as const } },
    subgraphs: { shop: { url: service.url, schema: 'shop.graphql' } },
    authentication: { development: { users: [{ subject: 'u1', name: 'Ada', scopes: [] }] } },
  };
  gateway = createGateway(config, { folder, clients, development: developmentKey });
  origin = await gateway.start();
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await gateway.stop();
  await service.stop();
  removeFolder();
});

test('the page shows the operations, and tries one out as the user who is signed in, with every digit', async () => {
  const context = await browser.newContext({ viewport: { width: 1200, height: 1000 } });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const failures: string[] = [];
  const hosts = new Set<string>();
  page.on('console', (message) => message.type() === 'error' && failures.push(message.text()));
  page.on('pageerror', (error) => failures.push(error.message));
  page.on('request', (request) => request.url().startsWith('http') && hosts.add(new URL(request.url()).host));

  await page.goto(`${origin}/`);
  await page.getByRole('link', { name: '/rest/web/' }).click();
  const paths = page.locator('.opblock-summary [data-path]');
  await expect.poll(() => paths.count(), patience).toBe(5);
  expect((await paths.allInnerTexts()).map((text) => text.replaceAll('\u200b', '')).sort()).toEqual([
    ...['/items/{id}', '/me', '/old', '/orders', '/orders/{id}'],
  ]);
  mkdirSync(`${root}test/artefacts`, { recursive: true });
  await page.screenshot({ path: `${root}test/artefacts/openapi-page.png` });

  await page.locator('#operations-items-Item .opblock-summary-control').click();
  await page.getByPlaceholder('id').fill('a/b');
  await page.locator('#operations-items-Item .execute').click();
  const response = page.locator('#operations-items-Item .live-responses-table .response');
  await expect.poll(() => response.first().innerText(), patience).toContain('200');
  expect(await page.locator('#operations-items-Item').innerText()).toContain(`${origin}/rest/web/items/a%2Fb`);
  await page.screenshot({ path: `${root}test/artefacts/openapi-tried.png`, fullPage: true });
  expect(await response.first().innerText()).toContain('{\n  "item": 12345678901234567890.10\n}');
  expect(await page.locator('#operations-items-Item').innerText()).toContain('JSON, see Range below.');
  // What was not filled in is not sent.
  expect(Object.values(service.requests.at(-1)?.body.variables ?? {})).toEqual(['a/b']);
  expect(await page.locator('.servers').isVisible()).toBe(false);

  await page.locator('#operations-me-Me .opblock-summary-control').click();
  const mine = page.locator('#operations-me-Me');
  await mine.locator('.execute').click();
  await expect.poll(() => mine.locator('.live-responses-table').innerText(), patience).toContain('UNAUTHENTICATED');
  await page.getByText('Ada').click();
  await mine.locator('.execute').click();
  await expect
    .poll(() => mine.locator('.live-responses-table').innerText(), patience)
    .toContain('12345678901234567890.10');
  failures.splice(0, failures.length, ...failures.filter((failure) => !failure.includes('401')));

  await page.locator('#operations-orders-Order .opblock-summary-control').click();
  const body = page.locator('#operations-orders-Order textarea');
  expect(JSON.parse(await body.inputValue())).toEqual({ item: 'string', amount: 1, size: 'SMALL' });
  expect([...hosts]).toEqual([new URL(origin).host]);
  expect(failures).toEqual([]);
});
