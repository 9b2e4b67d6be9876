// CORS with a real browser: a page of another origin, with its cookies, reads responses, the headers that are exposed
// to it, and the events of a subscription; its preflights are cached.
import { createServer, request as httpRequest, type ServerResponse } from 'node:http';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createGateway } from '../../gateway/index.ts';
import { launchBrowser } from '../harness/browser.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { listen } from '../harness/listen.ts';
import { startUpstream, type Upstream } from '../harness/servers.ts';
import { serveShop } from './served.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

/** An empty page of an origin of its own. */
async function openPage(shared?: BrowserContext): Promise<{ page: Page; origin: string }> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>page</title>');
  });
  const { origin, stop } = await listen(server);
  onTestFinished(stop);
  const context = shared ?? (await browser.newContext());
  if (!shared) onTestFinished(() => context.close());
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

/** A gateway whose service gets the user of the session's cookie, and sends the events that a test writes. */
async function serveSessions(allowed: string[]) {
  const stream = Promise.withResolvers<ServerResponse>();
  const upstream: Upstream = await startUpstream((response, { body, headers }) => {
    if (body.query.startsWith('subscription')) {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
      stream.resolve(response);
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ data: { hello: 'hi', me: headers['x-user'] ?? null } }));
  });
  onTestFinished(() => upstream.stop());
  const cacheControl = 'directive @cacheControl(maxAge: Int) on FIELD_DEFINITION';
  const folder = temporaryFolder({
    'open.graphql': `${cacheControl} type Query { hello: String @cacheControl(maxAge: 60) }`,
    'user.graphql': 'type Query { me: String } type Mutation { me: String } type Subscription { ticks: Int }',
  });
  const gateway = createGateway(
    {
      port: 0,
      log: { level: 'silent' },
      cors: { origin: allowed, credentials: true },
      authentication: {
        identify({ headers }) {
          const subject = /session=(\w+)/.exec(headers.cookie ?? '')?.[1];
          return subject === undefined ? null : { subject };
        },
      },
      subgraphs: {
        open: { url: upstream.url, schema: 'open.graphql' },
        user: { url: upstream.url, schema: 'user.graphql', forward: { claims: { 'x-user': 'sub' } } },
      },
    },
    { folder },
  );
  const origin = await gateway.start();
  onTestFinished(async () => {
    await gateway.stop();
  });
  return { url: `${origin}/graphql`, upstream, stream: stream.promise };
}

test('a page reads that there is no such client, since its preflight succeeds', async () => {
  const { page, origin } = await openPage();
  const { url } = await serveSessions([origin]);
  expect(await posting(page, url, '{ me }', 'application/json')).toMatchObject({ text: '{"data":{"me":"ann"}}' });
  expect(await posting(page, `${url}/none`, '{ me }', 'application/json')).toMatchObject({
    status: 404,
    text: expect.stringContaining('NOT_FOUND'),
  });
});

test('for a page that is not allowed, nothing is executed by what needs no preflight either', async () => {
  const { page } = await openPage();
  const { url, upstream } = await serveSessions(['https://shop.example']);
  const failed = await page.evaluate(async (address) => {
    const sent = { method: 'POST', body: '{"query":"mutation { me }"}', headers: { 'content-type': 'text/plain' } };
    return fetch(address, { ...sent, credentials: 'include' }).then(
      () => 'read',
      (error) => String(error),
    );
  }, url);
  expect(failed).toContain('Failed to fetch');
  expect(upstream.requests).toEqual([]);
});

test('two pages of two allowed origins do not take responses from the cache for each other', async () => {
  const context = await browser.newContext();
  onTestFinished(() => context.close());
  const [first, second] = [await openPage(context), await openPage(context)];
  const { url, upstream } = await serveSessions([first.origin, second.origin]);
  const ids: unknown[] = [];
  for (const { page } of [first, first, second]) {
    const [id, text] = await page.evaluate(async (address) => {
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(`${address}?query={hello}`, { headers, credentials: 'include' });
      return [response.headers.get('x-request-id'), await response.text()] as const;
    }, url);
    expect(text).toBe('{"data":{"hello":"hi"}}');
    ids.push(id);
  }
  // The second request of the first page never left the browser.
  expect(ids[1]).toBe(ids[0]);
  expect(ids[2]).not.toBe(ids[0]);
  expect(upstream.requests).toHaveLength(1);
});

test('events arrive one by one, for the user of the cookie, until the page leaves', async () => {
  const { page, origin } = await openPage();
  const { url, upstream, stream } = await serveSessions([origin]);
  let received = '';
  await page.exposeFunction('report', (chunk: string) => {
    received += chunk;
  });
  await page.evaluate(
    ([address, body]) => {
      const headers = { 'content-type': 'application/json', accept: 'text/event-stream' };
      const { report } = globalThis as unknown as { report(chunk: string): Promise<void> };
      const read = async () => {
        const response = await fetch(address, { method: 'POST', headers, body, credentials: 'include' });
        const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
        for (;;) {
          const step = await reader?.read();
          if (!step || step.done) return;
          await report(step.value);
        }
      };
      read().catch((error) => report(`failed: ${error}`));
    },
    [url, JSON.stringify({ query: 'subscription { ticks }' })] as const,
  );
  const service = await stream;
  expect(upstream.requests.at(-1)?.headers['x-user']).toBe('ann');
  for (const tick of [1, 2, 3]) {
    service.write(`event: next\ndata: {"data":{"ticks":${tick}}}\n\n`);
    // Each before the next one is sent.
    await expect.poll(() => received, { timeout: 60_000 }).toContain(`{"ticks":${tick}}`);
    expect(received).not.toContain(`{"ticks":${tick + 1}}`);
  }
  await page.close();
  expect(await upstream.requests.at(-1)?.aborted).toBe(true);
});
