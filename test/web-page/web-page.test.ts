// The web client's page in a real browser, from its development server as `concierge dev` starts it: one request for
// all of it, and its state when a service is down.
/// <reference lib="dom" />
import { mkdirSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { OrderStatusDocument, ProfileDocument } from '../../clients/web/generated/sdk.ts';
import { demoUsers } from '../../clients/web/src/sign-in.ts';
import demo from '../../gateway.config.ts';
import { launchBrowser } from '../harness/browser.ts';
import { startClientGateway } from '../harness/client-gateway.ts';
import { root, urlsOf } from '../harness/gateway.ts';
import { startProcess } from '../harness/process.ts';
import { startServices } from '../harness/subgraphs.ts';

interface Site {
  /** Of the page. */
  url: string;
}

let whole: Site;
let withoutProducts: Site;
let withoutUsers: Site;
let browser: Browser;
const ends: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  const started = await startServices();
  ends.push(() => started.stop());
  const { users, products, ...others } = urlsOf(started);
  browser = await launchBrowser();
  ends.push(() => browser.close());
  [whole, withoutProducts, withoutUsers] = await Promise.all([
    startSite({ users, products, ...others }),
    startSite({ users, ...others }),
    startSite({ products, ...others }),
  ]);
});
afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

/** The gateway, and the page's development server in front of it. */
async function startSite(urls: Parameters<typeof startClientGateway>[0]): Promise<Site> {
  const gateway = await startClientGateway(urls, { timeout: '2s' });
  ends.push(() => gateway.stop());
  const vite = startProcess({
    script: 'node_modules/vite/bin/vite.js',
    args: ['clients/web', '--port', '0'],
    env: { GATEWAY_URL: gateway.origin, FORCE_COLOR: '0', NO_COLOR: '1' },
  });
  ends.push(() => vite.stop());
  const address = /Local:\s+(\S+)/;
  await vite.until(() => address.test(vite.output()));
  return { url: address.exec(vite.output())?.[1] ?? '' };
}

interface OpenedPage {
  page: Page;
  /** Bodies of the requests for the graph, besides the subscription of the page. */
  requested: { documentId?: string; query?: string }[];
  hosts: Set<string>;
  failures: string[];
}

/** The page in a browser without any stored state. */
async function open(site: Site, viewport = { width: 1100, height: 820 }): Promise<OpenedPage> {
  const context = await browser.newContext({ viewport });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const opened: OpenedPage = { page, requested: [], hosts: new Set(), failures: [] };
  page.on('request', (request) => {
    if (!/^(https?|wss?):/.test(request.url())) return;
    const { hostname, pathname } = new URL(request.url());
    opened.hosts.add(hostname);
    if (!pathname.startsWith('/graphql')) return;
    const body = request.postDataJSON();
    if (body.documentId !== OrderStatusDocument.id) opened.requested.push(body);
  });
  page.on('pageerror', (error) => opened.failures.push(error.message));
  await page.goto(site.url);
  return opened;
}

async function signIn(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Sign in as Julien' }).click();
  await page.getByRole('region', { name: 'Your orders' }).waitFor();
}

const orders = (page: Page) => page.getByRole('region', { name: 'Your orders' }).getByRole('listitem');
const picks = (page: Page) => page.getByRole('region', { name: 'Picked for you' }).getByRole('listitem');
const notices = (page: Page) => page.getByRole('status').allTextContents();

async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(`${root}test/artefacts`, { recursive: true });
  await page.screenshot({ path: `${root}test/artefacts/${name}.png` });
}

test('the page stands in no frame, and browsers do not guess types', async () => {
  const { headers } = await fetch(whole.url);
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('x-frame-options')).toBe('DENY');
  expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
});

test('the page offers users that the demo has', () => {
  const users = demo.authentication?.development?.users ?? [];
  for (const { subject } of demoUsers) expect(users.map((user) => user.subject)).toContain(subject);
});

test('signing in shows orders and recommendations, by one request for a trusted document', async () => {
  const { page, requested, hosts, failures } = await open(whole);
  expect(requested).toEqual([]);
  await signIn(page);
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Hello, Julien Mercier');
  expect(await orders(page).count()).toBe(5);
  expect(await orders(page).first().textContent()).toMatch(
    /^Order o\d+\D+€[\d,.]+\w+ \d+, \d{4}shipping €[\d.]+[A-Z][a-z]+, [a-z]+$/,
  );
  expect(await picks(page).count()).toBe(6);
  expect(await picks(page).first().textContent()).toMatch(/★ [\d.]+ of 5€[\d,.]+Order$/);
  expect(await notices(page)).toEqual([]);
  expect(requested).toEqual([{ documentId: ProfileDocument.id, variables: { orders: 5, recommendations: 6 } }]);
  expect(await page.getByRole('region', { name: 'Notifications' }).textContent()).toMatch(
    /^3 unread notifications(?:Order o\d+ has arrived){3}Mark all as read$/,
  );
  // In development, what happened stands open.
  expect(await page.getByText('One request for the whole page').isVisible()).toBe(true);
  expect(await page.getByText('One request for the whole page').textContent()).toContain(
    `Profile ${ProfileDocument.id.slice(0, 12)}`,
  );
  await screenshot(page, 'web-page');
  expect([...hosts]).toEqual(['127.0.0.1']);
  expect(failures).toEqual([]);
});

test('a returning user is still signed in, until they sign out', async () => {
  const { page, requested } = await open(whole);
  await signIn(page);
  await page.reload();
  await page.getByRole('heading', { name: 'Hello, Julien Mercier' }).waitFor();
  expect(requested).toHaveLength(2);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('button', { name: 'Sign in as Tariq' }).waitFor();
  expect(await page.getByText('Order o').count()).toBe(0);
  await page.reload();
  await page.getByRole('button', { name: 'Sign in as Tariq' }).waitFor();
  expect(requested).toHaveLength(2);
});

test('while products are down, the orders are there, and a quiet message names what is not', async () => {
  const { page, requested, failures } = await open(withoutProducts);
  await signIn(page);
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Hello, Julien Mercier');
  expect(await orders(page).count()).toBe(5);
  expect(await orders(page).first().textContent()).not.toContain('shipping');
  expect(await notices(page)).toEqual([
    'What shipping costs cannot be shown right now.',
    'We cannot pick anything for you right now.',
  ]);
  await page.getByText('What happened: 5 fields are missing, one has its fallback').waitFor();
  expect(await page.getByRole('contentinfo').getByRole('listitem').allTextContents()).toContainEqual(
    'profile.recommendations has its fallback, since its service is down',
  );
  expect(requested).toHaveLength(1);
  await screenshot(page, 'web-page-partial');
  expect(failures).toEqual([]);
});

test('an order that is placed is on the page, and its status changes there as a subscription brings it', async () => {
  const { page, requested, failures } = await open(whole);
  await signIn(page);
  const last = await orders(page).first().textContent();
  await page
    .getByRole('button', { name: /^Order / })
    .first()
    .click();
  await expect.poll(() => orders(page).first().textContent()).not.toBe(last);
  const number = /^Order (o\d+)/.exec((await orders(page).first().textContent()) ?? '')?.[1];
  for (const status of ['Paid', 'Shipped', 'Delivered']) await orders(page).first().getByText(status).waitFor();
  await page.getByText(`3 events, the last one: order ${number} is delivered.`).waitFor();
  expect(requested).toHaveLength(3);
  expect(failures).toEqual([]);
});

test('notifications that are marked as read are gone from the page', async () => {
  const { page, requested, failures } = await open(whole);
  await page.getByRole('button', { name: 'Sign in as Julien' }).click();
  await page.getByRole('button', { name: 'Mark all as read' }).click();
  await expect.poll(() => page.getByRole('region', { name: 'Notifications' }).count()).toBe(0);
  expect(await orders(page).count()).toBe(5);
  expect(requested).toHaveLength(3);
  expect(failures).toEqual([]);
});

test('amounts stand below each other, at one right edge', async () => {
  const { page } = await open(whole);
  await signIn(page);
  const edges = await page.locator('.orders .amount, .orders .shipping').evaluateAll((cells) =>
    cells.map((cell) => {
      const range = document.createRange();
      range.selectNodeContents(cell);
      return Math.round(range.getBoundingClientRect().right);
    }),
  );
  expect(edges).toHaveLength(10);
  expect(new Set(edges).size).toBe(1);
});

test('faults on demand show the page without a part of a service, and leave others alone', async () => {
  const { page, requested } = await open(whole);
  await signIn(page);
  const story = page.getByRole('contentinfo');
  const choose = async (name: string) => {
    await page.getByRole('button', { name }).click();
    await page.getByRole('button', { name, pressed: true }).waitFor();
  };
  const shown = () => story.getByRole('listitem').allTextContents();
  await choose('Products time out');
  await page.getByText('We cannot pick anything for you right now.').waitFor();
  expect(await orders(page).count()).toBe(5);
  expect(await shown()).toContainEqual('profile.recommendations has its fallback, since its service is down');
  expect(await shown()).toContainEqual(expect.stringMatching(/shippingEstimate SUBGRAPH_TIMEOUT/));
  expect(await story.getByText('x-concierge-fault: products; delay=30s').isVisible()).toBe(true);
  await choose('Notifications time out');
  await page.getByText('Notifications cannot be shown right now.').waitFor();
  await choose('Payments down');
  await page.getByText('Payments cannot be shown right now.').waitFor();
  expect(await orders(page).first().textContent()).toContain('shipping');
  await choose('Orders down');
  await page.getByText('Your orders cannot be shown right now. They are safe.').waitFor();
  expect(await picks(page).count()).toBe(6);
  await screenshot(page, 'web-page-fault');
  await choose('No prices');
  await expect.poll(() => orders(page).count()).toBe(5);
  expect(await picks(page).first().textContent()).toMatch(/★ [\d.]+ of 5Order$/);
  const other = await open(whole);
  await signIn(other.page);
  expect(await picks(other.page).first().textContent()).toMatch(/★ [\d.]+ of 5€[\d,.]+Order$/);
  await choose('No fault');
  await expect.poll(() => picks(page).first().textContent()).toMatch(/★ [\d.]+ of 5€[\d,.]+Order$/);
  expect(await notices(page)).toEqual([]);
  expect(requested).toHaveLength(7);
});

test('while users are down, orders are there without a name above them', async () => {
  const { page } = await open(withoutUsers);
  await signIn(page);
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Hello');
  expect(await orders(page).count()).toBe(5);
  expect((await notices(page))[0]).toBe('Your account cannot be shown right now.');
});

test('when the gateway cannot be reached, the page reports it, and another attempt loads everything', async () => {
  const { page } = await open(whole);
  await page.route('**/graphql/web', (route) => route.abort());
  await page.getByRole('button', { name: 'Sign in as Julien' }).click();
  await page.getByText('The shop cannot be reached right now.').waitFor();
  await page.unroute('**/graphql/web');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('region', { name: 'Your orders' }).waitFor();
});

test('the page fits a phone, in the dark, and needs no mouse', async () => {
  const { page } = await open(whole, { width: 360, height: 740 });
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByRole('region', { name: 'Your orders' }).waitFor();
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(25, 23, 21)');
  await screenshot(page, 'web-page-phone');
});

test('the page can be built, and the build is small', async () => {
  const built = await build({ root: `${root}clients/web`, logLevel: 'silent', build: { write: false } });
  const { output } = [built].flat()[0] as { output: { fileName: string; code?: string }[] };
  const script = output.find(({ fileName }) => fileName.endsWith('.js'))?.code ?? '';
  expect(script).toContain(ProfileDocument.id);
  expect(script.length).toBeLessThan(20_000);
});
