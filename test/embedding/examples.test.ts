// docs/embedding.md: each example that the page shows is a file of examples/embedding, and does what the page says.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import type { FastifyInstance } from 'fastify';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { ownPackage, withModuleHooks } from '../../gateway/config/module-hooks.ts';
import type { Gateway } from '../../gateway/index.ts';
import { root } from '../harness/gateway.ts';
import { listen } from '../harness/listen.ts';

const folder = `${root}examples/embedding/`;
const query = '{ books { title } }';
const books = { data: { books: [{ title: 'Middlemarch' }, { title: 'Germinal' }] } };

let service: Server;
let gateway: Gateway;
beforeAll(async () => {
  Object.assign(process.env, { PORT: '0', SERVICE_PORT: '0' });
  service = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(books));
  });
  const { origin } = await listen(service);
  process.env.BOOKS_URL = `${origin}/graphql`;
  ({ gateway } = await load<{ gateway: Gateway }>('gateway.ts'));
});
afterAll(async () => {
  await gateway.stop();
  service.close();
});

/** Loads an example, in which `concierge-gateway` is what is tested. */
function load<Exports>(file: string): Promise<Exports> {
  return withModuleHooks(() => import(`${folder}${file}`) as Promise<Exports>);
}

async function sendQuery(url: string): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  return (await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) })).json();
}

test('the page shows the files as they are', () => {
  const page = readFileSync(`${root}docs/embedding.md`, 'utf8');
  const shown = [...page.matchAll(/\]\(\.\.\/examples\/embedding\/([^)]+)\)[^`]*```ts\n(.*?)```/gs)];
  const files = shown.map(([, file, code]) => [file, code]);
  expect(files.map(([file]) => decodeURIComponent(String(file)))).toEqual([
    'gateway.config.ts',
    'gateway.ts',
    'express.ts',
    'fastify.ts',
    'next/app/api/graphql/[[...client]]/route.ts',
    'next/pages/api/graphql/[[...client]].ts',
    'gateway.test.ts',
  ]);
  for (const [file, code] of files) {
    expect(code).toBe(readFileSync(`${folder}${decodeURIComponent(String(file))}`, 'utf8'));
  }
});

test('Express: beside other routes, over HTTP and WebSocket', async () => {
  const { server } = await load<{ server: Server }>('express.ts');
  onTestFinished(() => void server.close());
  if (!server.listening) await once(server, 'listening');
  const origin = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect(await sendQuery(`http://${origin}/api/graphql`)).toEqual(books);
  expect(await (await fetch(`http://${origin}/hello`)).text()).toBe('Hello');
  const client = createClient({ url: `ws://${origin}/api/graphql`, webSocketImpl: WebSocket });
  const results = client.iterate({ query });
  expect((await results.next()).value).toEqual(books);
  await client.dispose();
});

test('Next.js: a route handler, with the methods that it exports', async () => {
  type Handler = (request: Request, context: object) => Promise<Response>;
  const route = await load<Record<'GET' | 'HEAD' | 'POST' | 'OPTIONS', Handler>>(
    'next/app/api/graphql/[[...client]]/route.ts',
  );
  const url = 'http://localhost:3000/api/graphql';
  const context = { params: Promise.resolve({}) };
  const headers = { 'content-type': 'application/json' };
  const post = new Request(url, { method: 'POST', headers, body: JSON.stringify({ query }) });
  expect(await (await route.POST(post, context)).json()).toEqual(books);
  const byUrl = `${url}?query=${encodeURIComponent(query)}`;
  expect(await (await route.GET(new Request(byUrl, { headers }), context)).json()).toEqual(books);
  expect((await route.HEAD(new Request(byUrl, { method: 'HEAD', headers }), context)).status).toBe(200);
  expect((await route.OPTIONS(new Request(url, { method: 'OPTIONS' }), context)).headers.get('allow')).toContain(
    'POST',
  );
  const unknown = await route.GET(new Request(`${url}/nothing`), context);
  expect(unknown.status).toBe(404);
});

test('Next.js: an API route, which resolves when the response is sent', async () => {
  type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  const { default: handler, config } = await load<{ default: Handler; config: object }>(
    'next/pages/api/graphql/[[...client]].ts',
  );
  expect(config).toEqual({ api: { bodyParser: false, externalResolver: true } });
  const sent: boolean[] = [];
  const server = createServer(async (request, response) => {
    // As Next.js does.
    Object.assign(request, { query: {}, cookies: {}, body: undefined });
    await handler(request, response);
    sent.push(response.writableFinished);
  });
  const { origin, stop } = await listen(server);
  onTestFinished(stop);
  expect(await sendQuery(`${origin}/api/graphql`)).toEqual(books);
  await expect.poll(() => sent).toEqual([true]);
});

test('a test without a port', async () => {
  const hook = `import { registerHooks } from 'node:module';
    const url = ${JSON.stringify(ownPackage)};
    registerHooks({
      resolve: (name, context, next) =>
        name === 'concierge-gateway' ? { url, shortCircuit: true } : next(name, context),
    });`;
  const imported = `data:text/javascript,${encodeURIComponent(hook)}`;
  const args = ['--no-warnings', '--import', imported, '--test-reporter=tap', `${folder}gateway.test.ts`];
  const env = { ...process.env, LOG_LEVEL: 'silent' };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  expect(stdout).toContain('ok 1 - books have titles');
});

test('Fastify: with the graph and the views below it; its end is that of the gateway', async () => {
  const { app } = await load<{ app: FastifyInstance }>('fastify.ts');
  const origin = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  expect(await sendQuery(`${origin}/api/graphql`)).toEqual(books);
  expect(await (await fetch(`${origin}/api/graphql/nothing`)).json()).toMatchObject({
    errors: [{ extensions: { code: 'NOT_FOUND' } }],
  });
  await app.close();
  expect((await gateway.inject({ query })).status).toBe(503);
});
