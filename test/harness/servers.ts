// Upstreams that misbehave on purpose: real HTTP servers on free ports, each with the behaviour that a test gives it.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { listen } from './listen.ts';

export interface UpstreamRequest {
  /** The JSON body, parsed. */
  body: { query: string; variables?: Record<string, unknown>; operationName?: string };
  headers: IncomingMessage['headers'];
  /** Resolves when the request is over: true when the client disconnected before the response was complete. */
  aborted: Promise<boolean>;
}

export interface Upstream {
  /** Of its GraphQL endpoint. */
  url: string;
  /** Its requests, oldest first. */
  requests: UpstreamRequest[];
  /** Resolves with the first request, past or coming. */
  firstRequest: Promise<UpstreamRequest>;
  stop(): Promise<void>;
}

export type Behaviour = (response: ServerResponse, request: UpstreamRequest) => void;

/** Nothing listens here: the discard port, which no modern machine serves. */
export const closedUrl = 'http://127.0.0.1:9/graphql';

/** Starts a server that reads each request and then behaves as given. */
export async function startUpstream(behave: Behaviour): Promise<Upstream> {
  const requests: UpstreamRequest[] = [];
  const first = Promise.withResolvers<UpstreamRequest>();
  const server = createServer(async (message, response) => {
    const over = Promise.withResolvers<boolean>();
    response.once('close', () => over.resolve(!response.writableFinished));
    const request = { body: JSON.parse(await text(message)), headers: message.headers, aborted: over.promise };
    requests.push(request);
    first.resolve(request);
    behave(response, request);
  });
  const { origin, stop } = await listen(server);
  return { url: `${origin}/graphql`, requests, firstRequest: first.promise, stop };
}

/** Responds with this status and body. */
export function responding(status: number, body: unknown, type = 'application/json'): Behaviour {
  const written = typeof body === 'string' ? body : JSON.stringify(body);
  return (response) => {
    response.writeHead(status, { 'content-type': type });
    response.end(written);
  };
}

/** Reads the request and never responds. */
export const silence: Behaviour = () => {};

/** Announces more than it sends, then destroys the socket. */
export const cutOff: Behaviour = (response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 });
  response.write('{"data":{"pro', () => response.socket?.destroy());
};
