// CORS with a real browser: a page of another origin, with its cookies, reads responses, the headers that are exposed to it, and the
// events of a subscription; its preflights are cached.
import { createServer, request as httpRequest } from 'node:http';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { launchBrowser } from '../harness/browser.ts';
import { listen } from '../harness/listen.ts';
import { serveShop } from './served.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

/** An empty page of an origin of its own. */
async function openPage(): Promise<{ page: Page; origin: string }> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>page</title>');
  });
  const { origin, stop } = await listen(server);
  onTestFinished(stop);
  const context = await browser.newContext();
  onTestFinished(() => context.close());
  await context.addCookies([{ name: 'session', value: 'ann', url: origin }]);
  const page = await context.newPage();
  await page.goto(origin);
  return { page, origin };
}

/** Passes requests on to a gateway, and records their methods and cookies. */
async function recording(gateway: string): Promise<{ url: string; seen: string[] }> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.headers.cookie ?? 'no cookie'}`);
    const { method = '', headers, url = '' } = request;
    const passed = httpRequest(gateway + url, { method, headers }, (answered) => {
      response.writeHead(answered.statusCode ?? 502, answered.rawHeaders);
      answered.pipe(response);
    });
    passed.once('error', () => response.destroy());
    request.pipe(passed);
  });
  const { origin, stop } = await listen(server);
  onTestFinished(stop);
  return { url: `${origin}/graphql`, seen };
}

interface Read {
  status: number;
  requestId: string | null;
  text: string;
}

/** Posts from within the page; the message of a failure that the browser reports. */
function posting(page: Page, url: string, query: string, accept: string): Promise<Read | string> {
  return page.evaluate(
    async ({ url, query, accept }) => {
      try {
        const response = await fetch(url, {
          method: 'POST',
          credentials: 'include',
          headers: { 'content-type': 'application/json', accept },
          body: JSON.stringify({ query }),
        });
        const requestId = response.headers.get('x-request-id');
        return { status: response.status, requestId, text: await response.text() };
      } catch (error) {
        return String(error);
      }
    },
    { url, query, accept },
  );
}

test('a page that is allowed reads responses and events with its cookies, after one preflight', async () => {
  const { page, origin } = await openPage();
  const { origins } = await serveShop({ csrf: true, cors: { origin, credentials: true } });
  for (const gateway of origins) {
    const { url, seen } = await recording(gateway);
    for (const query of ['{ hello }', '{ product { id } }', '{ hello }']) {
      const read = await posting(page, url, query, 'application/json');
      expect(read).toMatchObject({ status: 200, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    }
    const events = await posting(page, url, 'subscription { failing }', 'text/event-stream');
    expect(events).toMatchObject({ status: 200, text: expect.stringContaining('event: next') });
    const rejected = await posting(page, url, '{ hello', 'application/graphql-response+json');
    expect(rejected).toMatchObject({ status: 400, text: expect.stringContaining('GRAPHQL_PARSE_FAILED') });
    expect(seen).toEqual(['OPTIONS no cookie', ...Array.from({ length: 5 }, () => 'POST session=ann')]);
  }
});

test('a page that is not allowed reads nothing, and its request is not sent', async () => {
  const { page } = await openPage();
  const { origins } = await serveShop({ csrf: true, cors: { origin: 'https://shop.example', credentials: true } });
  for (const gateway of origins) {
    const { url, seen } = await recording(gateway);
    expect(await posting(page, url, '{ hello }', 'application/json')).toContain('Failed to fetch');
    expect(seen).toEqual(['OPTIONS no cookie']);
  }
});

test('a response in the browser cache is not one for a page of another origin', async () => {
  const { page, origin } = await openPage();
  const { origins } = await serveShop({ csrf: false, cors: { origin } });
  const url = `${origins[0]}/graphql?query={hello}`;
  // Without Origin first, as an image or a link would: the browser stores the response.
  await page.evaluate((address) => fetch(address, { mode: 'no-cors' }), url);
  expect(await page.evaluate(async (address) => (await fetch(address)).text(), url)).toBe('{"data":{"hello":"hi"}}');
});
