// Console in a real browser, over a gateway with real services: what it shows of traffic, of a slow fetch and of a broken
// subgraph; who may see it; and that everybody can read it.
import { hash } from 'node:crypto';
import { AxeBuilder } from '@axe-core/playwright';
import { createClient } from 'graphql-ws';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { NowMessage } from '../../gateway/server/console/messages.ts';
import { prepareConsole } from '../../packaging/console.ts';
import { launchBrowser } from '../harness/browser.ts';
import { developmentKey } from '../harness/demo-users.ts';
import { operations, type Shop, send, startShop } from './shop.ts';

const token = 'a-token-of-operators';
let shop: Shop;
let browser: Browser;

beforeAll(async () => {
  await prepareConsole();
  [shop, browser] = await Promise.all([startShop({}, { token }), launchBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await shop.stop();
});

/** Milliseconds: machines that test are busy. */
const patience = { timeout: 60_000 };

interface OpenConsole {
  page: Page;
  /** URLs of all requests. */
  requested: string[];
  /** Violations of the page's policy, and uncaught errors. */
  faults: string[];
}

async function openConsole(path = '/', options: BrowserContextOptions = {}): Promise<OpenConsole> {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const opened: OpenConsole = { page, requested: [], faults: [] };
  page.on('request', (request) => opened.requested.push(request.url()));
  page.on('pageerror', (error) => opened.faults.push(error.message));
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) opened.faults.push(message.text());
  });
  await page.goto(`${shop.admin}/console#${path}`);
  return opened;
}

async function signIn(page: Page): Promise<void> {
  await page.getByLabel('Token').fill(token);
  await page.keyboard.press('Enter');
  await page.getByText('live', { exact: true }).waitFor();
}

async function openSignedIn(path?: string, options?: BrowserContextOptions): Promise<OpenConsole> {
  const opened = await openConsole(path, options);
  await signIn(opened.page);
  return opened;
}

/** The first message of a view, as text. */
async function firstMessage(view: string): Promise<string> {
  const left = new AbortController();
  const response = await fetch(`${shop.admin}/console/stream?${view}`, {
    headers: { authorization: `Bearer ${token}` },
    signal: left.signal,
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!text.endsWith('\n\n')) text += (await reader?.read())?.value ?? '';
  left.abort();
  return text;
}

const rows = (page: Page) => page.locator('.requests button');

test('the page has no data without the token, which stays in its memory', async () => {
  const { page, requested, faults } = await openConsole();
  const stream = `${shop.admin}/console/stream?view=now`;
  expect((await fetch(stream)).status).toBe(401);
  const named = await fetch(stream, { headers: { authorization: `Bearer ${token}`, 'sec-fetch-site': 'cross-site' } });
  expect(named.status).toBe(403);

  await page.getByLabel('Token').fill('another-token-of-operators');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('This is not the token.').waitFor();
  await signIn(page);
  expect(requested.filter((url) => url.includes(token))).toEqual([]);
  expect(requested.filter((url) => !url.startsWith(`${shop.admin}/console`))).toEqual([]);
  expect(await page.context().cookies()).toEqual([]);
  expect(await page.evaluate(() => localStorage.length + sessionStorage.length)).toBe(0);

  await page.reload();
  await page.getByLabel('Token').waitFor();
  expect(faults).toEqual([]);
});

test('operations over WebSockets are there; values of variables, header fields and documents are not', async () => {
  const url = `${shop.origin.replace('http', 'ws')}/graphql`;
  const client = createClient({ url, webSocketImpl: WebSocket });
  onTestFinished(() => client.dispose());
  const query = 'query OverWebSocket($id: ID!) { product(id: $id) { name inStock } }';
  for await (const { data } of client.iterate({ query, variables: { id: 'a-secret-value' } })) {
    expect(data).toEqual({ product: { name: 'Lamp a-secret-value', inStock: 7 } });
  }
  const headers = { 'content-type': 'application/json', 'user-agent': 'a-secret-browser', 'x-api-key': 'a-secret-key' };
  const body = JSON.stringify({ query: '{ product(id: "a-secret-literal") { name } }', variables: {} });
  await (await fetch(`${shop.origin}/graphql?a-secret=parameter`, { method: 'POST', headers, body })).text();
  const [now = '', ...others] = await Promise.all(
    ['view=now', 'view=operations', `view=operation&document=${hash('sha256', query)}`, 'view=subgraphs'].map(
      firstMessage,
    ),
  );
  const { ended } = JSON.parse(now.slice('data: '.length)) as NowMessage;
  const sent = ended.find(({ operation }) => operation === 'OverWebSocket');
  expect(sent).toMatchObject({ method: 'WS', status: 200, fetchCount: 2, fetches: [{ fetch: 0 }, { fetch: 1 }] });
  expect(others[1]).toContain('"operation":"OverWebSocket"');
  expect([now, ...others].join(' ')).not.toContain('secret');
});

test('requests appear as they end, and a slow fetch stands out in the waterfall of its request, by keyboard', async () => {
  const { services } = shop;
  services.stock.wait = () => 150;
  services.stock.transfer = 60;
  onTestFinished(() => {
    services.stock.wait = () => 0;
    services.stock.transfer = 0;
  });
  await send(shop, operations.latest);
  const { page } = await openSignedIn();
  await send(shop, operations.products, { client: 'web' });
  const row = rows(page).filter({ hasText: 'Products' }).filter({ hasText: '200' });
  await row.waitFor(patience);
  expect(await row.textContent()).toMatch(/web.*200.*ms/);

  await rows(page).first().focus();
  while (!(await page.locator(':focus').textContent())?.includes('Products')) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  const fetches = page.locator('.waterfall li');
  await expect.poll(() => fetches.allTextContents()).toHaveLength(3);
  const stock = fetches.filter({ hasText: 'stock' });
  expect(await stock.textContent()).toMatch(
    /#\d stockhttp:\/\/127\.0\.0\.1:\d+\/graphql.*wait \d+ ms · transfer \d+ ms/,
  );
  const width = async (bar: string, name: string) =>
    (await fetches.filter({ hasText: name }).locator(`i.${bar}`).boundingBox())?.width ?? 0;
  expect(await width('wait', 'stock')).toBeGreaterThan((await width('wait', 'catalog')) * 2);
  expect(await width('transfer', 'stock')).toBeGreaterThan((await width('transfer', 'catalog')) * 2);
  expect(await page.getByText('The list is paused.').isVisible()).toBe(true);
  await page.keyboard.press('Escape');
  await expect.poll(() => fetches.count()).toBe(0);
});

test('a request that still runs is there with the fetch that it waits for', async () => {
  const released = Promise.withResolvers<void>();
  shop.services.reviews.wait = () => 60_000;
  shop.services.reviews.until = released.promise;
  const { page } = await openSignedIn();
  const sent = send(shop, operations.latest);
  const row = page.locator('.requests li.running button');
  await row.click(patience);
  await expect.poll(() => page.locator('.waterfall li').textContent()).toMatch(/reviews.*running/);
  shop.services.reviews.wait = () => 0;
  released.resolve();
  await sent;
});

test('the filter leaves requests of one client, operation, outcome or duration', async () => {
  const { page } = await openSignedIn();
  await send(shop, operations.products, { client: 'mobile' });
  await send(shop, operations.product, { variables: { id: '7' } });
  await send(shop, operations.invalid);
  const names = async () => [...new Set(await rows(page).locator('.operation').allTextContents())];
  await page.getByLabel('Client').selectOption('mobile');
  await expect.poll(names, patience).toEqual(['Products']);
  await page.getByLabel('Client').selectOption('*');
  await page.getByLabel('Operation').fill('page');
  await expect.poll(names, patience).toEqual(['ProductPage']);
  await page.getByLabel('Operation').fill('');
  await page.getByLabel('Outcome').selectOption('failed');
  await expect.poll(names, patience).toEqual(['POST /graphqlGRAPHQL_VALIDATION_FAILED']);
  await page.getByLabel('Outcome').selectOption('');
  await page.getByLabel('Slow').selectOption('5000');
  await expect.poll(names, patience).toEqual([]);
});

test('operations have exact counts by client, and one of them its plan with measured times on the edges', async () => {
  const operation = 'query Counted { products(first: 1) { name inStock brand { warehouse } } }';
  for (const client of ['web', 'web', 'mobile']) await send(shop, operation, { client });
  const { page } = await openSignedIn('/operations');
  await page.getByLabel('by client').check();
  const body = page.locator('tbody').filter({ hasText: 'Counted' });
  const counts = () => body.locator('td:nth-child(2)').allTextContents();
  await expect.poll(counts, patience).toEqual(['3', '2', '1']);

  await page.getByRole('link', { name: 'Counted' }).click();
  const plan = page.locator('.plan');
  await expect.poll(() => plan.locator('.box').allTextContents(), patience).toHaveLength(2);
  expect(await plan.locator('.box').allTextContents()).toEqual([
    expect.stringMatching(/^#0 catalogroot fields3 sent$/),
    expect.stringMatching(/^#1 stock.*Product.*3 sent$/),
  ]);
  expect(await plan.locator('.edge').allTextContents()).toEqual(
    ['p50', 'p95', 'p50', 'p95'].map((name) => expect.stringMatching(new RegExp(`^${name} [\\d.]+ ms$`))),
  );
  // What has ended is added to what is shown.
  await send(shop, operation, { client: 'web' });
  await expect.poll(() => plan.locator('.box').first().textContent(), patience).toContain('4 sent');
});

test('a broken subgraph turns red, with its failure, and the controls in force are there', async () => {
  const { page } = await openSignedIn('/subgraphs');
  const card = page.getByRole('article', { name: 'reviews' });
  await expect.poll(() => card.locator('h2').textContent(), patience).toContain('ok');
  const border = () => card.evaluate((element) => getComputedStyle(element).borderTopColor);
  const before = await border();
  shop.services.reviews.isBroken = true;
  onTestFinished(() => {
    shop.services.reviews.isBroken = false;
  });
  for (let sent = 0; sent < 20; sent += 1) await send(shop, operations.latest);
  await expect.poll(() => card.locator('h2').textContent(), patience).toContain('failing');
  expect(await card.textContent()).toMatch(/Latest failure at \S+: SUBGRAPH_/);
  expect(await border()).not.toBe(before);

  const expires = new Date(Date.now() + 60_000).toISOString();
  const control = { id: 'stop-search', action: 'reject', target: { operation: 'Search' }, expires };
  await fetch(`${shop.admin}/admin/controls`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ controls: [{ ...control, reason: 'slow', owner: 'on-call' }] }),
  });
  await expect
    .poll(() => page.locator('table').allTextContents(), patience)
    .toEqual([expect.stringContaining('Search')]);
});

test('every page is accessible in dark and light, fits a phone, and keeps its policy', async () => {
  await send(shop, operations.products, { client: 'web' });
  await send(shop, operations.invalid);
  const { page, faults } = await openConsole('/', { colorScheme: 'dark', viewport: { width: 360, height: 740 } });
  const violations = async (axe: AxeBuilder) =>
    (await axe.setLegacyMode().analyze()).violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html)}`);
  const check = async () => {
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await violations(new AxeBuilder({ page }))).toEqual([]);
    await page.emulateMedia({ colorScheme: 'light' });
    expect(await violations(new AxeBuilder({ page }).withRules('color-contrast'))).toEqual([]);
  };
  await page.getByLabel('Token').waitFor();
  await check();
  await signIn(page);
  await page.getByLabel('Operation').fill('products');
  await rows(page).filter({ hasText: 'Products' }).first().click();
  await page.locator('.waterfall').waitFor();
  await check();
  for (const name of ['Subgraphs', 'Operations']) {
    await page.getByRole('link', { name, exact: true }).click();
    await page.getByRole('heading', { name, level: 1 }).waitFor();
    await check();
  }
  await page.getByRole('link', { name: 'Products', exact: true }).click();
  await page.locator('.plan svg').waitFor();
  await check();
  expect(faults).toEqual([]);
});

test('in production, there is none without a token; in development, it is on the own port of the gateway', async () => {
  vi.stubEnv('NODE_ENV', 'production');
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const open = await startShop();
  onTestFinished(() => open.stop());
  const rejected = await fetch(`${open.admin}/console`);
  expect(rejected.status).toBe(403);
  expect(await rejected.text()).toContain('configure `admin.token`');
  expect((await fetch(`${open.admin}/console/stream`)).status).toBe(404);
  vi.unstubAllEnvs();

  const developed = await startShop({}, { development: developmentKey });
  onTestFinished(() => developed.stop());
  const landing = await fetch(developed.origin, { headers: { accept: 'text/html' } });
  expect(await landing.text()).toContain('href="/console"');
  const page = await fetch(`${developed.origin}/console`);
  expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
  const foreign = { 'sec-fetch-site': 'cross-site' };
  expect((await fetch(`${developed.origin}/console/stream`, { headers: foreign })).status).toBe(403);
  const proxied = { 'x-forwarded-for': '203.0.113.9' };
  expect((await fetch(`${developed.origin}/console/stream`, { headers: proxied })).status).toBe(403);
  const stream = await fetch(`${developed.origin}/console/stream?view=subgraphs`);
  const reader = stream.body?.getReader();
  const { value } = (await reader?.read()) ?? {};
  expect(JSON.parse(new TextDecoder().decode(value).slice('data: '.length)).view).toBe('subgraphs');
  // A page that is open does not delay the end of the gateway.
  const stopped = performance.now();
  await developed.gateway.stop();
  expect(performance.now() - stopped).toBeLessThan(5_000);
});
