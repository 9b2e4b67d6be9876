// HTTP server of a REST service: routes, JSON bodies, readiness at /health, errors as problems (RFC 9457), and a log line for each
// request.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { GraphQLError } from 'graphql';
import { type Caller, callerOf } from './caller.ts';
import type { Database, Session } from './database.ts';
import { listen } from './http-listener.ts';
import { type RejectionCode, rejection } from './rejection.ts';
import { logRequest, newRecord } from './request-log.ts';
import type { RunningServer, ServeOptions } from './service.ts';

/** What a route gets of a request. */
export interface RestRequest {
  session: Session;
  caller: Caller;
  /** Values of the path's variables. */
  path: Readonly<Record<string, string>>;
  query: URLSearchParams;
  /** Parsed JSON; undefined without a body. */
  body: unknown;
}

export interface Route {
  method: 'GET' | 'POST' | 'PATCH';
  /** With variables in braces: `/users/{userId}/notifications`. */
  path: string;
  /** Name of the operation in the service's OpenAPI document. */
  operationId: string;
  /** @returns the JSON of the response. @throws a rejection, which becomes a problem. */
  respond(request: RestRequest): unknown;
}

const statuses: Record<RejectionCode, number> = {
  BAD_USER_INPUT: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
};
const MAX_BODY_BYTES = 100_000;

/** Resolves once it listens; closes the database when it stops. @throws the error of `listen`. */
export async function serveRest(
  name: string,
  routes: readonly Route[],
  database: Database,
  options: ServeOptions,
): Promise<RunningServer> {
  const { port, host, latency, log } = options;
  const matchers = routes.map((route) => ({ route, pattern: patternOf(route.path) }));

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = URL.parse(`http://service${request.url}`);
    if (!url) return sendProblem(response, 400, 'The URL cannot be read.');
    const { pathname, searchParams } = url;
    if (pathname === '/health') return send(response, 200, { status: 'ok' });
    const record = newRecord(request.headers['x-request-id']?.toString());
    record.query = `${request.method} ${request.url}`;
    response.on('close', () => logRequest(log, name, record, !response.writableFinished));
    const found = matchers.filter(({ pattern }) => pattern.test(pathname));
    const match = found.find(({ route }) => route.method === request.method);
    if (!match) {
      if (found.length === 0) return sendProblem(response, 404, `There is nothing at ${pathname}.`);
      response.setHeader('allow', found.map(({ route }) => route.method).join(', '));
      return sendProblem(response, 405, `${request.method} is not possible at ${pathname}.`);
    }
    record.operation = match.route.operationId;
    record.rootFields = [match.route.path];
    try {
      const body = await readJson(request);
      const session = database.session();
      record.session = session;
      const path = variablesOf(match.pattern, pathname);
      const value = match.route.respond({
        session,
        caller: callerOf(request.headers),
        path,
        query: searchParams,
        body,
      });
      if (latency > 0) await wait(latency);
      send(response, 200, value);
    } catch (error) {
      const code = error instanceof GraphQLError ? (error.extensions.code as RejectionCode) : undefined;
      if (code) return sendProblem(response, statuses[code], (error as Error).message);
      // The client has disconnected while it sent its body.
      if (response.destroyed) return;
      log.error({ subgraph: name, err: error }, 'unexpected error');
      sendProblem(response, 500, 'Unexpected error.');
    }
  }

  const { origin, stop } = await listen((request, response) => void respond(request, response), { port, host });
  return {
    url: origin,
    async stop() {
      await stop();
      database.close();
    },
  };
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`);
}

/** @throws BAD_USER_INPUT for a wrong percent-encoding. */
function variablesOf(pattern: RegExp, pathname: string): Record<string, string> {
  const found = Object.entries(pattern.exec(pathname)?.groups ?? {});
  try {
    return Object.fromEntries(found.map(([name, value]) => [name, decodeURIComponent(value)]));
  } catch {
    throw rejection('BAD_USER_INPUT', `The percent-encoding of ${pathname} is wrong.`);
  }
}

/** @throws BAD_USER_INPUT for a body that is no JSON, or too large. */
async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    // The rest is read and dropped, so that the client gets the response.
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  if (size > MAX_BODY_BYTES) throw rejection('BAD_USER_INPUT', `The body has more than ${MAX_BODY_BYTES} bytes.`);
  if (size === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    throw rejection('BAD_USER_INPUT', 'The body is not JSON.');
  }
}

function send(response: ServerResponse, status: number, value: unknown, type = 'application/json'): void {
  response.writeHead(status, { 'content-type': type }).end(JSON.stringify(value));
}

function sendProblem(response: ServerResponse, status: number, detail: string): void {
  send(response, status, { status, detail }, 'application/problem+json');
}
