// GraphiQL in a real browser: the page at /graphql, signing in and out, and that nothing of it comes from
// another host.
import { mkdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createGateway } from '../gateway/gateway.ts';
import type { Problem } from '../gateway/server/problems/problems-handler.ts';
import demo from '../gateway.config.ts';
import { launchBrowser } from './harness/browser.ts';
import { developmentKey } from './harness/demo-users.ts';
import { temporaryFolder } from './harness/folder.ts';
import { demoConfig, root, startGateway, type TestGateway } from './harness/gateway.ts';
import { startSubgraphs, type TestSubgraphs } from './harness/subgraphs.ts';

let subgraphs: TestSubgraphs;
let gateway: TestGateway;
let browser: Browser;
let removeFolder = () => {};
beforeAll(async () => {
  const sdl = `${readFileSync(`${root}schema/gateway.graphql`, 'utf8')}\ntype Subscription { countdown: Int }\n`;
  const folder = temporaryFolder({ 'gateway.graphql': sdl }, (remove) => {
    removeFolder = remove;
  });
  subgraphs = await startSubgraphs();
  const { users, orders, products } = subgraphs;
  gateway = await startGateway(
    { users: users.url, orders: orders.url, products: products.url },
    {
      fields: {
        schema: `${folder}/gateway.graphql`,
        resolvers: { ...demo.fields?.resolvers, Subscription: { countdown: { subscribe: countdown } } },
      },
    },
  );
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await gateway.stop();
  await subgraphs.stop();
  removeFolder();
});

async function* countdown() {
  for (const left of [2, 1, 0]) {
    await delay(10);
    yield { countdown: left };
  }
}

interface GraphiqlPage {
  page: Page;
  /** Hosts of the page's requests. */
  hosts: Set<string>;
  /** Paths of requests for tokens, and for the graph with their caller. */
  requested: { path: string; signedIn: boolean }[];
  failures: string[];
  /** Runs what the editor has; resolves when the response shows this text. */
  run(shown: string): Promise<void>;
}

/** GraphiQL in a browser without any stored state. */
async function openGraphiql(query?: string): Promise<GraphiqlPage> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const opened: GraphiqlPage = {
    page,
    hosts: new Set(),
    requested: [],
    failures: [],
    async run(shown) {
      await page.locator('.graphiql-execute-button').click();
      await expect.poll(() => response(page), patience).toContain(shown);
    },
  };
  page.on('request', (request) => {
    if (!/^(https?|wss?):/.test(request.url())) return;
    const { hostname, pathname } = new URL(request.url());
    opened.hosts.add(hostname);
    if (request.method() !== 'POST') return;
    opened.requested.push({ path: pathname, signedIn: 'authorization' in request.headers() });
  });
  page.on('pageerror', (error) => opened.failures.push(error.message));
  await page.goto(query === undefined ? gateway.url : `${gateway.url}?query=${encodeURIComponent(query)}`);
  await expect.poll(() => page.locator('.graphiql-query-editor').textContent(), patience).not.toBe('');
  return opened;
}

/** The editor draws spaces as no-break spaces. */
async function response(page: Page): Promise<string> {
  return (await page.locator('.result-window').textContent())?.replaceAll('\u00a0', ' ') ?? '';
}

/** Milliseconds: GraphiQL is large, and machines that test are busy. */
const patience = { timeout: 60_000 };

const chosen = (page: Page) => page.locator('#sign-in input:checked').locator('..').textContent();

test('the explain pane shows the requests of a response, its plan, its caching and its nulls, while it is open', async () => {
  const { page, run, failures } = await openGraphiql();
  await expect.poll(() => page.locator('.graphiql-query-editor').textContent()).toContain('recommendations');
  await run('UNAUTHENTICATED');
  const pane = page.locator('#explain-result');
  expect(await pane.isVisible()).toBe(false);

  const toggle = page.getByRole('button', { name: 'Explain' });
  await toggle.focus();
  await page.keyboard.press('Enter');
  expect(await toggle.getAttribute('aria-expanded')).toBe('true');
  await page.locator('.graphiql-execute-button').click();
  await expect.poll(() => pane.textContent(), patience).toContain('error at its path (UNAUTHENTICATED)');
  expect(await response(page)).not.toContain('"explain"');

  await page.getByText('Julien, customer').click();
  await run('Julien Mercier');
  await expect.poll(() => pane.locator('tr').count(), patience).toBeGreaterThan(3);
  const boxes = (await pane.locator('svg g').allTextContents()).join(' ');
  for (const subgraph of ['users', 'orders', 'products']) expect(boxes).toContain(subgraph);
  expect(await pane.textContent()).toContain('estimated cost');
  await page.route('**/graphql**', (route) =>
    route.continue({ headers: { ...route.request().headers(), 'x-concierge-fault': 'products; status=503' } }),
  );
  await page.locator('.graphiql-execute-button').click();
  await expect
    .poll(() => page.locator('#explain').textContent(), patience)
    .toContain('with faults: products; status=503');
  expect(await pane.textContent()).toContain('has the fallback of User.recommendations: products is down');
  mkdirSync(`${root}test/artefacts`, { recursive: true });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: `${root}test/artefacts/explain-${colorScheme}.png` });
    await page.locator('#explain').screenshot({ path: `${root}test/artefacts/explain-pane-${colorScheme}.png` });
  }
  expect(failures).toEqual([]);
});

test('GraphiQL opens with the profile query; one click signs a user in and shows their orders, and another one signs out', async () => {
  const { page, hosts, failures, run } = await openGraphiql();
  const tab = page.locator('.graphiql-tab').first();
  await expect.poll(() => tab.textContent()).toContain('Profile');
  const editor = page.locator('.graphiql-query-editor');
  await expect.poll(() => editor.textContent()).toContain('recommendations');
  await run('UNAUTHENTICATED');

  await page.getByText('Julien, customer').click();
  await expect.poll(() => page.locator('#sign-in output').textContent()).toBe('u1 · orders:read');
  await run('Julien Mercier');
  expect(await response(page)).toContain('totalCount');
  expect(await response(page)).not.toContain('errors');
  mkdirSync(`${root}test/artefacts`, { recursive: true });
  await page.screenshot({ path: `${root}test/artefacts/graphiql.png` });

  await page.getByText('anonymous').click();
  await expect.poll(() => page.locator('#sign-in output').textContent()).toBe('Signed out');
  await run('UNAUTHENTICATED');
  expect([...hosts]).toEqual(['127.0.0.1']);
  expect(failures).toEqual([]);
});

test('the choice of a user needs no mouse, and is stored', async () => {
  const { page, run } = await openGraphiql('{ profile { id } }');
  await page.getByRole('radio', { name: 'anonymous' }).focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  expect(await chosen(page)).toBe('Tariq, customer');
  expect(await page.getByRole('group', { name: 'Signed in as' }).getByRole('radio').count()).toBe(4);
  await page.reload();
  expect(await chosen(page)).toBe('Tariq, customer');
  await run('"u2"');
});

test('a token is fetched once, and again when it has expired', async () => {
  const { page, requested, run } = await openGraphiql('{ profile { id } }');
  const tokens = () => requested.filter(({ path }) => path === '/development/token').length;
  await page.getByText('Julien, customer').click();
  await run('"u1"');
  await page.getByText('Tariq, customer').click();
  await run('"u2"');
  await run('"u2"');
  expect(tokens()).toBe(2);
  await page.clock.setFixedTime(Date.now() + 3_600_000);
  const before = requested.length;
  await page.locator('.graphiql-execute-button').click();
  await expect
    .poll(() => requested.slice(before))
    .toEqual([
      { path: '/development/token', signedIn: false },
      { path: '/graphql', signedIn: true },
    ]);
});

test('a header in the headers editor goes before the chosen user', async () => {
  const { page, run } = await openGraphiql('{ profile { id } }');
  await page.getByText('Julien, customer').click();
  await page.getByRole('button', { name: 'Headers' }).click();
  await page.locator('.graphiql-editor-tool .monaco-editor:visible').click();
  await page.keyboard.insertText('{"authorization": "Bearer mine"}');
  await run('UNAUTHENTICATED');
  expect(await response(page)).not.toContain('"u1"');
});

test('GraphiQL subscribes, and shows each event', async () => {
  const { page, run, failures } = await openGraphiql('subscription { countdown }');
  await page.getByText('Julien, customer').click();
  await run('"countdown": 0');
  expect(failures).toEqual([]);
});

test('a problem of dev stands above GraphiQL while it lasts, and other pages cannot read it', async () => {
  let problems: Problem[] = [];
  const shown = createGateway(demoConfig({}), { folder: root, development: developmentKey, problems: () => problems });
  const origin = await shown.start();
  onTestFinished(async () => {
    await shown.stop();
  });
  const page = await browser.newPage();
  onTestFinished(() => page.close());
  await page.goto(`${origin}/graphql`);
  const bar = page.locator('#problems');
  expect(await bar.isHidden()).toBe(true);
  problems = [{ subject: 'gateway', message: 'gateway.config.ts: 1 error\n  <b>port</b> is "x"' }];
  await expect
    .poll(() => bar.locator('summary').allTextContents(), patience)
    .toEqual(['gateway: gateway.config.ts: 1 error']);
  expect(await bar.locator('pre').textContent()).toBe('  <b>port</b> is "x"');
  problems = [];
  await expect.poll(() => bar.isHidden(), patience).toBe(true);

  const read = (headers: Record<string, string>) => fetch(`${origin}/development/problems`, { headers });
  const own = { 'x-concierge-development': 'problems' };
  expect((await read(own)).status).toBe(200);
  expect((await read({})).status).toBe(403);
  expect((await read({ ...own, origin: 'http://evil.example' })).status).toBe(403);
  expect((await read({ ...own, 'x-forwarded-for': '203.0.113.7' })).status).toBe(403);
  expect((await fetch(`${gateway.origin}/development/problems`, { headers: own })).status).toBe(404);
});
