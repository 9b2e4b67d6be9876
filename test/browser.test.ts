// GraphiQL in a real browser: what a person sees who opens /graphql, and that nothing of it comes from elsewhere.
import { existsSync, mkdirSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root, startGateway, type TestGateway } from './harness/gateway.ts';
import { startSubgraphs, type TestSubgraphs } from './harness/subgraphs.ts';

const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const installed = existsSync(executablePath);
const missing = `There is no browser at ${executablePath}. Install one: apt-get install chromium (or set CHROMIUM_PATH).`;
if (!installed) {
  if (process.env.CI) throw new Error(missing);
  console.warn(`Skipped: the test in a browser. ${missing}`);
}

const quiet = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

let subgraphs: TestSubgraphs;
let gateway: TestGateway;
let browser: Browser;
beforeAll(async () => {
  if (!installed) return;
  subgraphs = await startSubgraphs();
  const { users, orders, products } = subgraphs;
  gateway = await startGateway({ users: users.url, orders: orders.url, products: products.url });
  browser = await chromium.launch({ executablePath, args: quiet });
});
afterAll(async () => {
  if (!installed) return;
  await browser.close();
  await gateway.stop();
  await subgraphs.stop();
});

test.skipIf(!installed)(
  'GraphiQL opens with the profile query, runs it, shows its data, and asks no other machine',
  async () => {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    const hosts = new Set<string>();
    const failures: string[] = [];
    page.on('request', (request) => {
      if (/^(https?|wss?):/.test(request.url())) hosts.add(new URL(request.url()).hostname);
    });
    page.on('pageerror', (error) => failures.push(error.message));
    await page.goto(gateway.url);
    const tab = page.locator('.graphiql-tab').first();
    await expect.poll(() => tab.textContent()).toContain('Profile');
    const editor = page.locator('.graphiql-query-editor');
    await expect.poll(() => editor.textContent()).toContain('recommendations');
    await page.locator('.graphiql-execute-button').click();
    const answer = page.locator('.result-window');
    // The editor draws spaces as no-break spaces.
    const shown = async () => (await answer.textContent())?.replaceAll('\u00a0', ' ');
    await expect.poll(shown, { timeout: 15_000 }).toContain('Julien Mercier');
    expect(await shown()).not.toContain('errors');
    mkdirSync(`${root}test/artefacts`, { recursive: true });
    await page.screenshot({ path: `${root}test/artefacts/graphiql.png` });
    expect([...hosts]).toEqual(['127.0.0.1']);
    expect(failures).toEqual([]);
  },
);
