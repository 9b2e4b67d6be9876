// HTTP server of an open service: GraphQL at /graphql, readiness at /health, a log line for each request.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { createYoga, maskError, type Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import { type Caller, callerOf } from './caller.ts';
import { logRequest, noteOperation, now, type RequestRecord } from './request-log.ts';
import type { OpenService } from './service.ts';

export interface ServeOptions {
  port: number;
  host: string;
  /** Delay of every response, in ms: a service that is far away. */
  latency: number;
  log: Logger;
}

export interface RunningServer {
  url: string;
  /** Stops accepting connections, lets running requests finish, and closes the database. */
  stop(): Promise<void>;
}

interface ServerContext {
  record: RequestRecord;
  caller: Caller;
  /** Aborts when the client disconnects. */
  disconnected: AbortSignal;
}

/** Resolves once the service listens. @throws the error of `listen`, as when the port is in use. */
export async function serve(service: OpenService, options: ServeOptions): Promise<RunningServer> {
  const { port, host, latency, log } = options;
  const yoga = createYoga<ServerContext>({
    schema: service.schema,
    graphqlEndpoint: '/graphql',
    healthCheckEndpoint: '/health',
    landingPage: false,
    graphiql: false,
    logging: false,
    maskedErrors: {
      // The log has what clients must not see.
      maskError(error, message) {
        const masked = maskError(error, message, false);
        if (masked !== error) log.error({ subgraph: service.name, err: error }, 'unexpected error');
        return masked;
      },
    },
    context: ({ record, caller }) => {
      record.session = service.session();
      return service.createContext(record.session, caller);
    },
    plugins: [recordRequests, ...(latency > 0 ? [delayResponses(latency)] : [])],
  });
  let stopping = false;
  const server = createServer((request, response) => {
    const record: RequestRecord = {
      requestId: request.headers['x-request-id']?.toString() ?? null,
      operation: null,
      rootFields: [],
      query: null,
      session: null,
      receivedAt: now(),
    };
    response.on('close', () => {
      if (request.url?.startsWith('/graphql')) logRequest(log, service.name, record, !response.writableFinished);
      // A connection that is kept alive would keep the process alive as well.
      if (stopping) setImmediate(() => server.closeIdleConnections());
    });
    yoga(request, response, { record, caller: callerOf(request.headers), disconnected: closingOf(response) });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const { port: actualPort } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${actualPort}/graphql`,
    stop: () =>
      new Promise((resolve) => {
        stopping = true;
        server.close(() => {
          service.close();
          resolve();
        });
      }),
  };
}

const recordRequests: Plugin<ServerContext, ServerContext> = {
  onParams({ params, context }) {
    context.record.query = params.query ?? null;
    context.record.operation = params.operationName ?? null;
  },
  onExecute({ args }) {
    noteOperation(args.contextValue.record, args.document, args.operationName ?? null);
  },
};

function delayResponses(latency: number): Plugin<ServerContext, ServerContext> {
  return {
    async onResponse({ request, serverContext }) {
      if (!serverContext || new URL(request.url).pathname !== '/graphql') return;
      try {
        await wait(latency, undefined, { signal: serverContext.disconnected });
      } catch (error) {
        // The client has disconnected; anything else is a defect.
        if (!serverContext.disconnected.aborted) throw error;
      }
    },
  };
}

function closingOf(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.on('close', () => controller.abort());
  return controller.signal;
}
