// A REST service for tests: real HTTP, with what a test gives it for each path, and the requests that it has received.
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { listen } from '../harness/listen.ts';

export interface RestRequest {
  method: string;
  /** Path and query as they came. */
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface RestResponse {
  status?: number;
  headers?: Record<string, string>;
  /** JSON, or text as it is. */
  body?: unknown;
}

/** A body, or a whole response with a status. */
export type RestHandler = (request: RestRequest) => unknown;

export interface RestService {
  url: string;
  requests: RestRequest[];
  handler: RestHandler;
}

/** Starts a service that ends with the test. A text is sent as it is, everything else as JSON; undefined as 404. */
export async function startRestService(handler: RestHandler = () => undefined): Promise<RestService> {
  const service: RestService = { url: '', requests: [], handler };
  const server = createServer(async (message, response) => {
    const { method = '', url = '', headers } = message;
    const request = { method, url, headers, body: await text(message) };
    service.requests.push(request);
    const returned = await service.handler(request);
    const whole = isWhole(returned) ? returned : { status: returned === undefined ? 404 : 200, body: returned };
    response.writeHead(whole.status ?? 200, { 'content-type': 'application/json', ...whole.headers });
    const { body } = whole;
    response.end(body === undefined || typeof body === 'string' ? body : JSON.stringify(body));
  });
  const { origin, stop } = await listen(server);
  onTestFinished(stop);
  service.url = origin;
  return service;
}

function isWhole(value: unknown): value is RestResponse {
  return typeof value === 'object' && value !== null && ('status' in value || 'headers' in value);
}
