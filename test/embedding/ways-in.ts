// One gateway, reached in each way there is: through its own port, as a listener in another server, over HTTP/2 of that
// server, through `fetch`, and through `inject`.
import { createServer, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect, createServer as createHttp2Server, type IncomingHttpHeaders as Http2Headers } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Gateway } from '../../gateway/index.ts';
import { listen } from '../harness/listen.ts';

export interface SentRequest {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

export interface Received {
  status: number;
  /** Without those of the connection, and those that differ from response to response. */
  headers: Record<string, string>;
  body: Buffer;
}

export type Send = (request: SentRequest) => Promise<Received>;

export interface WaysIn {
  ways: Record<'port' | 'listener' | 'http2' | 'fetch' | 'inject', Send>;
  stop(): Promise<void>;
}

const differing = new Set(['date', 'connection', 'keep-alive', 'transfer-encoding', 'x-request-id', 'age', ':status']);

function comparable(headers: IncomingHttpHeaders | Http2Headers): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !differing.has(name))
      .map(([name, value]) => [name, String(value)])
      .sort(([one = ''], [other = '']) => (one < other ? -1 : 1)),
  );
}

function throughNode(origin: string): Send {
  return async ({ method = 'POST', path = '/graphql', headers, body }) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
      const request = httpRequest(`${origin}${path}`, { method, agent: false, headers: { ...length, ...headers } });
      request.once('response', resolve).once('error', reject).end(body);
    });
    return {
      status: response.statusCode ?? 0,
      headers: comparable(response.headers),
      body: await buffer(response),
    };
  };
}

function throughHttp2(origin: string): Send {
  return async ({ method = 'POST', path = '/graphql', headers, body }) => {
    const session = connect(origin);
    const stream = session.request({ ':method': method, ':path': path, ...headers }, { endStream: body === undefined });
    if (body !== undefined) stream.end(body);
    const received = await new Promise<Http2Headers>((resolve, reject) => {
      stream.once('response', resolve).once('error', reject);
    });
    const bytes = await buffer(stream);
    session.close();
    return { status: Number(received[':status']), headers: comparable(received), body: bytes };
  };
}

export async function openWaysIn(gateway: Gateway): Promise<WaysIn> {
  const origin = await gateway.start();
  const server = createServer(gateway.listener);
  const embedded = await listen(server);
  const http2 = createHttp2Server((request, response) => {
    void gateway.listener(request as never, response as never);
  });
  await new Promise<void>((resolve) => http2.listen(0, '127.0.0.1', resolve));
  const http2Origin = `http://127.0.0.1:${(http2.address() as AddressInfo).port}`;
  const viaFetch: Send = async ({ method = 'POST', path = '/graphql', headers, body }) => {
    const sent = typeof body === 'object' ? new Uint8Array(body) : body;
    const request = new Request(`${origin}${path}`, {
      method,
      ...(headers && { headers }),
      ...(sent && { body: sent }),
    });
    const response = await gateway.fetch(request, { remoteAddress: '127.0.0.1' });
    return {
      status: response.status,
      headers: comparable(Object.fromEntries(response.headers)),
      body: Buffer.from(await response.arrayBuffer()),
    };
  };
  const viaInject: Send = async (request) => {
    const { status, headers, bytes } = await gateway.inject({ method: 'POST', ...request });
    return { status, headers: comparable(headers), body: bytes };
  };
  return {
    ways: {
      port: throughNode(origin),
      listener: throughNode(embedded.origin),
      http2: throughHttp2(http2Origin),
      fetch: viaFetch,
      inject: viaInject,
    },
    async stop() {
      await embedded.stop();
      await new Promise<void>((resolve) => http2.close(() => resolve()));
    },
  };
}
