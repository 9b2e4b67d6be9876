// One configuration served twice: with the fast path and without it. A request goes to both as the very same bytes.
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { expect } from 'vitest';
import type { GatewayConfig } from '../../gateway/index.ts';
import { startGateway, type TestGateway } from '../harness/gateway.ts';

export interface BothPaths {
  short: Pick<TestGateway, 'origin' | 'url'>;
  yoga: Pick<TestGateway, 'origin' | 'url'>;
  stop(): Promise<void>;
}

/** Starts both gateways over the same services. CSRF protection is off: the HTTP paths are under test. */
export async function startBothPaths(
  urls: Parameters<typeof startGateway>[0],
  options: Partial<GatewayConfig> = {},
): Promise<BothPaths> {
  const [short, yoga] = await Promise.all([
    startGateway(urls, { csrf: false, ...options, fastPath: true }),
    startGateway(urls, { csrf: false, ...options, fastPath: false }),
  ]);
  return {
    short,
    yoga,
    async stop() {
      await Promise.all([short.stop(), yoga.stop()]);
    },
  };
}

export interface RawRequest {
  /** POST, unless given. */
  method?: string;
  /** With its query string; /graphql, unless given. */
  path?: string;
  /** All there are, beside `host`, `connection` and the body's length. A list of values is that many headers. */
  headers?: Readonly<Record<string, string | readonly string[]>>;
  body?: string | Buffer;
  /** Sends the body in pieces of this many bytes without a content-length. */
  chunks?: number;
}

export interface RawResponse {
  status: number;
  statusText: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export function sendRaw(
  origin: string,
  { method = 'POST', path, headers, body, chunks }: RawRequest,
): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    const length = bytes && chunks === undefined ? { 'content-length': String(bytes.length) } : {};
    const request = httpRequest(`${origin}${path ?? '/graphql'}`, {
      method,
      agent: false,
      headers: { ...length, ...(headers as Record<string, string | string[]>) },
    });
    request.once('error', reject);
    request.once('response', async (response) => {
      try {
        const read = await buffer(response);
        const { statusCode = 0, statusMessage = '' } = response;
        resolve({
          status: statusCode,
          statusText: statusMessage,
          headers: response.headers,
          body: read.toString('latin1'),
        });
      } catch (error) {
        reject(error);
      }
    });
    for (let start = 0; bytes && chunks !== undefined && start < bytes.length; start += chunks) {
      request.write(bytes.subarray(start, start + chunks));
    }
    request.end(chunks === undefined ? bytes : undefined);
  });
}

/** Sends the request over both HTTP paths, requires equal responses, and returns the response. */
export async function sameResponse(
  httpPaths: Pick<BothPaths, 'short' | 'yoga'>,
  request: RawRequest,
): Promise<RawResponse> {
  const yoga = await sendRaw(httpPaths.yoga.origin, request);
  const short = await sendRaw(httpPaths.short.origin, request);
  expect(comparable(short, request)).toEqual(comparable(yoga, request));
  return { ...short, body: Buffer.from(short.body, 'latin1').toString('utf8') };
}

/** A POST of this body as JSON. */
export function posting(body: unknown, headers: RawRequest['headers'] = {}): RawRequest {
  return {
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  };
}

/**
 * Without what differs from response to response: the time, an id that the gateway made, and references into its log.
 */
function comparable({ headers, body, ...rest }: RawResponse, request: RawRequest): object {
  const { date, ...compared } = headers;
  expect(date).toBeDefined();
  const timing = compared['server-timing'];
  // Its names: times differ, and so may the order in which services respond.
  if (typeof timing === 'string') {
    const names = timing.split(', ').map((metric) => metric.replace(/=[\d.]+$/, ''));
    compared['server-timing'] = names.sort().join(', ');
  }
  const requestId = String(compared['x-request-id']);
  if (request.headers?.['x-request-id'] !== requestId) {
    expect(requestId).toMatch(uuid);
    compared['x-request-id'] = 'generated';
  }
  return { ...rest, headers: compared, body: body.replaceAll(new RegExp(uuid, 'g'), 'reference') };
}

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/;
