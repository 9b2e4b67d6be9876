// HTTP server of an open service: GraphQL at /graphql, readiness at /health, a log line for each request.
import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { createYoga, maskError, type Plugin } from 'graphql-yoga';
import { type Caller, callerOf } from './caller.ts';
import { listen } from './http-listener.ts';
import { logRequest, newRecord, noteOperation, type RequestRecord } from './request-log.ts';
import type { OpenService, RunningServer, ServeOptions } from './service.ts';

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
  const { origin, stop } = await listen(
    (request, response) => {
      const record = newRecord(request.headers['x-request-id']?.toString());
      response.on('close', () => {
        if (request.url?.startsWith('/graphql')) logRequest(log, service.name, record, !response.writableFinished);
      });
      yoga(request, response, { record, caller: callerOf(request.headers), disconnected: closingOf(response) });
    },
    { port, host },
  );
  return {
    url: `${origin}/graphql`,
    async stop() {
      await stop();
      service.close();
    },
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
