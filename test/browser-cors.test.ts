// Pages of other origins in a real browser: requests with cookies, cached preflights, exposed headers, event streams, and its HTTP
// cache between two pages.
import { createServer, type ServerResponse } from 'node:http';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { launchBrowser } from './harness/browser.ts';
import { temporaryFolder } from './harness/folder.ts';
import { type GatewayProcess, startGatewayProcess } from './harness/gateway.ts';
import { listen } from './harness/listen.ts';
import { startUpstream, type Upstream } from './harness/servers.ts';

const directives = 'directive @cacheControl(maxAge: Int) on FIELD_DEFINITION';
const openSdl = `${directives} type Query { hello: String @cacheControl(maxAge: 60) }`;
const userSdl = 'type Query { me: String } type Mutation { rename: String } type Subscription { ticks: Int }';

interface Site {
  origin: string;
  stop(): Promise<void>;
}

let browser: Browser;
/** Two origins that are allowed, and one that is not. Their hosts are the gateway's: cookies know no ports. */
let sites: [first: Site, second: Site, other: Site];
let upstream: Upstream;
let gateway: GatewayProcess;
let removeFolder = () => {};
/** The event stream of the service; it sends what the test writes. */
let stream = Promise.withResolvers<ServerResponse>();

function startSite(): Promise<Site> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>page</title>');
  });
  return listen(server);
}

beforeAll(async () => {
  sites = await Promise.all([startSite(), startSite(), startSite()]);
  upstream = await startUpstream((response, { body, headers }) => {
    if (body.query.startsWith('subscription')) {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
      stream.resolve(response);
      return;
    }
    const user = headers['x-user'] ?? null;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ data: { hello: 'hi', me: user, rename: user } }));
  });
  const [first, second] = sites;
  const folder = temporaryFolder(
    {
      'open.graphql': openSdl,
      'user.graphql': userSdl,
      'gateway.config.mjs': `
        const session = /session=(\\w+)/;
        export default {
          port: 0,
          cors: { origin: ${JSON.stringify([first.origin, second.origin])}, credentials: true },
          authentication: {
            identify: ({ headers }) => {
              const [, subject] = session.exec(headers.cookie ?? '') ?? [];
              return subject ? { subject } : null;
            },
          },
          rateLimits: { request: { limit: 1000, duration: '1m' } },
          subgraphs: {
            open: { url: '${upstream.url}', schema: 'open.graphql' },
            user: { url: '${upstream.url}', schema: 'user.graphql', forward: { claims: { 'x-user': 'sub' } } },
          },
        };`,
    },
    (remove) => {
      removeFolder = remove;
    },
  );
  gateway = await startGatewayProcess(`${folder}/gateway.config.mjs`);
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser.close();
  expect(await gateway.process.stop()).toBe(0);
  await upstream.stop();
  await Promise.all(sites.map((site) => site.stop()));
  removeFolder();
});

/** A page of the site, in a browser without any stored state unless it is given one. */
async function open({ origin }: Site, session?: string, context?: BrowserContext): Promise<Page> {
  const own = context ?? (await browser.newContext());
  if (!context) onTestFinished(() => own.close());
  if (session !== undefined) await own.addCookies([{ name: 'session', value: session, url: origin }]);
  const page = await own.newPage();
  await page.goto(origin);
  return page;
}

interface Fetched {
  /** Of the error, where the browser did not let the page have the response. */
  failed?: string;
  status?: number;
  text?: string;
  /** Those that the page may read. */
  headers?: Record<string, string>;
}

interface Init {
  method?: string;
  headers: Record<string, string>;
  body?: string;
  credentials: 'include' | 'omit';
}

/** Fetches in the page, as its scripts would. */
function fetchIn(page: Page, url: string, init: Init): Promise<Fetched> {
  return page.evaluate(
    async ([address, options]) => {
      try {
        const response = await fetch(address, options);
        const headers = Object.fromEntries(response.headers);
        return { status: response.status, text: await response.text(), headers };
      } catch (error) {
        return { failed: String(error) };
      }
    },
    [url, init] as const,
  );
}

const json = { 'content-type': 'application/json' };
const posting = (query: string): Init => ({
  method: 'POST',
  headers: json,
  body: JSON.stringify({ query }),
  credentials: 'include',
});

const preflights = () => gateway.process.lines().filter(({ method }) => method === 'OPTIONS').length;

test('a page sends its visitor’s cookie, reads the response and what is exposed, and the browser caches the preflight', async () => {
  const [first] = sites;
  const page = await open(first, 'ann');
  const before = preflights();
  for (const query of ['{ me }', 'mutation { rename }', '{ me hello }']) {
    const { status, text, headers } = await fetchIn(page, gateway.url, posting(query));
    expect([status, JSON.parse(text ?? '').data]).toEqual([200, expect.objectContaining({})]);
    expect(text).toContain('"ann"');
    expect(headers).toMatchObject({ 'x-request-id': expect.any(String), ratelimit: expect.any(String) });
    expect(Object.keys(headers ?? {})).not.toContain('vary');
    await gateway.process.line(({ requestId }) => requestId === headers?.['x-request-id']);
  }
  expect(preflights() - before).toBe(1);
  // Without credentials there are none.
  const { text } = await fetchIn(page, gateway.url, { ...posting('{ me }'), credentials: 'omit' });
  expect(text).toBe('{"data":{"me":null}}');
});

test('a rejection can be read by the page, with its code', async () => {
  const page = await open(sites[0]);
  for (const [query, code] of [
    ['{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    ['{', 'GRAPHQL_PARSE_FAILED'],
  ] as const) {
    const { text } = await fetchIn(page, gateway.url, posting(query));
    expect(text).toContain(code);
  }
  // Also that there is no such client, which it would not learn if its preflight failed.
  expect(await fetchIn(page, `${gateway.origin}/graphql/none`, posting('{ me }'))).toMatchObject({
    status: 404,
    text: expect.stringContaining('NOT_FOUND'),
  });
});

test('a page that is not allowed gets nothing, and nothing is executed for it', async () => {
  const page = await open(sites[2], 'ann');
  const before = upstream.requests.length;
  expect(await fetchIn(page, gateway.url, posting('mutation { rename }'))).toEqual({
    failed: 'TypeError: Failed to fetch',
  });
  // Nor by what needs no preflight.
  const form = { ...posting('mutation { rename }'), headers: { 'content-type': 'text/plain' } };
  expect(await fetchIn(page, gateway.url, form)).toEqual({ failed: 'TypeError: Failed to fetch' });
  expect(upstream.requests.length).toBe(before);
});

test('a response in the browser’s cache is not taken for a page of another origin', async () => {
  const [first, second] = sites;
  const context = await browser.newContext();
  onTestFinished(() => context.close());
  const url = `${gateway.url}?query=${encodeURIComponent('{ hello }')}`;
  const get: Init = { headers: json, credentials: 'include' };
  const [pageOfFirst, pageOfSecond] = [await open(first, undefined, context), await open(second, undefined, context)];
  const before = upstream.requests.length;
  const ids = [];
  for (const page of [pageOfFirst, pageOfFirst, pageOfSecond]) {
    const { text, headers } = await fetchIn(page, url, get);
    expect(text).toBe('{"data":{"hello":"hi"}}');
    ids.push(headers?.['x-request-id']);
  }
  // The second request of the first page never left the browser.
  expect(ids[1]).toBe(ids[0]);
  expect(ids[2]).not.toBe(ids[0]);
  expect(upstream.requests.length - before).toBe(1);
});

test('events arrive one by one at a page of another origin, for the visitor of the cookie, until the page leaves', async () => {
  stream = Promise.withResolvers();
  const page = await open(sites[0], 'ann');
  const received: string[] = [];
  await page.exposeFunction('report', (chunk: string) => {
    received.push(chunk);
  });
  await page.evaluate(
    ([url, body]) => {
      const headers = { 'content-type': 'application/json', accept: 'text/event-stream' };
      const { report } = globalThis as unknown as { report(chunk: string): Promise<void> };
      const read = async () => {
        const response = await fetch(url, { method: 'POST', headers, body, credentials: 'include' });
        const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
        for (;;) {
          const step = await reader?.read();
          if (!step || step.done) return;
          await report(step.value);
        }
      };
      read().catch((error) => report(`failed: ${error}`));
    },
    [gateway.url, JSON.stringify({ query: 'subscription { ticks }' })] as const,
  );
  const service = await stream.promise;
  expect(upstream.requests.at(-1)?.headers['x-user']).toBe('ann');
  for (const tick of [1, 2, 3]) {
    service.write(`event: next\ndata: {"data":{"ticks":${tick}}}\n\n`);
    // Each before the next one is sent.
    await expect.poll(() => received.join(''), { timeout: 10_000 }).toContain(`{"ticks":${tick}}`);
    expect(received.join('')).not.toContain(`{"ticks":${tick + 1}}`);
  }
  await page.close();
  expect(await upstream.requests.at(-1)?.aborted).toBe(true);
});
