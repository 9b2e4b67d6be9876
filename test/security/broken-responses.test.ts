// Errors after the head of a response was sent: the connection breaks off, so that no client takes half a body for a
// whole one or finds a second response inside it.
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Plugin } from 'graphql-yoga';
import { describe, expect, onTestFinished, test } from 'vitest';
import { logSection } from '../../gateway/config/log.ts';
import type { Endpoint, Endpoints } from '../../gateway/pipeline/endpoints.ts';
import { RequestLog } from '../../gateway/pipeline/request-log.ts';
import { HttpServer } from '../../gateway/server/http-server.ts';
import { RequestHandler } from '../../gateway/server/request-handler.ts';
import { createLog } from '../../gateway/telemetry/log.ts';
import { startCachingGateway, startService } from '../caching/services.ts';
import { httpOptions } from '../harness/http-options.ts';

const half = '{"data":{"half":';

/** All bytes of the response to one request, until the server ends the connection. */
async function received(origin: string, path = '/graphql', onHalf = () => {}): Promise<string> {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  const body = JSON.stringify({ query: '{ greeting }' });
  socket.write(
    `POST ${path} HTTP/1.1\r\nhost: gateway\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  let bytes = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    bytes += chunk;
    if (bytes.includes(half)) onHalf();
  });
  await new Promise((resolve) => socket.once('close', resolve));
  return bytes;
}

/** The result of an HTTP client: the body, or that it broke off. */
function readByClient(origin: string, path = '/graphql'): Promise<string> {
  return new Promise((resolve) => {
    const sent = httpRequest(`${origin}${path}`, { method: 'POST' }, (response) => {
      text(response).then(resolve, (error: NodeJS.ErrnoException) => resolve(String(error.code)));
    });
    sent.on('error', (error: NodeJS.ErrnoException) => resolve(String(error.code)));
    sent.setHeader('content-type', 'application/json');
    sent.end(JSON.stringify({ query: '{ greeting }' }));
  });
}

describe('an error after the head of the response was sent breaks off the connection', () => {
  const fail = async (response: { writeHead(status: number): unknown; write(text: string): unknown }) => {
    response.writeHead(200);
    response.write(half);
    throw new Error('a defect');
  };

  async function startServer(): Promise<string> {
    const endpoint = { handle: (_request, response) => fail(response), cors: null } as Partial<Endpoint> as Endpoint;
    const endpoints: Partial<Endpoints> = {
      has: (path) => path === '/graphql',
      routeOf: (path) => (path === '/graphql' ? path : undefined),
      select: () => endpoint,
      apiAt: () => null,
      selectedBy: () => [],
      note: () => {},
      graph: endpoint,
    };
    const log = createLog({ level: 'silent' });
    const handler = new RequestHandler({
      log,
      requestLog: new RequestLog(log, logSection.parse({})),
      admission: { admit: () => null },
      routes: new Map([['/route', (_request, response) => fail(response)]]),
      endpoints: endpoints as Endpoints,
    });
    const server = new HttpServer({ handler, log, ...httpOptions(log) });
    onTestFinished(async () => {
      const closed = server.close();
      server.cut();
      await closed;
    });
    return server.listen();
  }

  test.each(['/graphql', '/route'])('at %s', async (path) => {
    const origin = await startServer();
    const bytes = await received(origin, path);
    expect(bytes).toMatch(/^HTTP\/1\.1 200 /);
    expect(bytes.split(half)).toHaveLength(2);
    // Neither the chunk that ends a body, nor another response inside it.
    expect(bytes.trimEnd().endsWith(half)).toBe(true);
    expect(await readByClient(origin, path)).toBe('ECONNRESET');
  });

  test('through Yoga, where the body of a plugin fails', async () => {
    const sdl = 'type Query { greeting: String }';
    const service = await startService({ name: 'greetings', sdl, resolvers: { Query: { greeting: () => 'Hello' } } });
    onTestFinished(() => service.stop());
    const halfArrived = Promise.withResolvers<void>();
    const plugin: Plugin = {
      onRequest({ endResponse }) {
        const pieces = [half];
        const body = new ReadableStream<Uint8Array>({
          async pull(controller) {
            const piece = pieces.shift();
            if (piece !== undefined) return controller.enqueue(Buffer.from(piece));
            await halfArrived.promise;
            controller.error(new Error('a defect'));
          },
        });
        endResponse(new Response(body, { headers: { 'content-type': 'application/json' } }));
      },
    };
    const { origin, stop } = await startCachingGateway([service], { plugins: [plugin] });
    onTestFinished(async () => {
      await stop();
    });
    const bytes = await received(origin, '/graphql', halfArrived.resolve);
    expect(bytes).toMatch(/^HTTP\/1\.1 200 /);
    expect(bytes.trimEnd().endsWith(half)).toBe(true);
    expect(await readByClient(origin)).toBe('ECONNRESET');
  });
});
