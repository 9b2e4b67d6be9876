// MCP endpoint of one client: JSON-RPC over HTTP without sessions, in both eras of the protocol that the library serves. Each
// request is admitted like one of GraphQL; the body is read here, within its bounds, and holds one message.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import { version } from '../../config/version.ts';
import { requestError } from '../../errors.ts';
import { parseClientJson } from '../../json/parse-json.ts';
import { decodeUtf8 } from '../../json/utf8.ts';
import type { ApiResource, ClientApi } from '../../pipeline/endpoints.ts';
import type { Pipeline } from '../../pipeline/pipeline.ts';
import type { RequestContext } from '../../pipeline/request-context.ts';
import { Rejection } from '../../policy/rejection.ts';
import type { Logger } from '../../telemetry/log.ts';
import { readBody } from '../body-reader.ts';
import { allowed } from '../methods.ts';
import { notFound, rejectMethod, sendRejection } from '../rejected-response.ts';
import { loadLibrary, type McpLibrary } from './library.ts';
import { callTool } from './tool-call.ts';
import { describeTool, type Tool, type ToolDescription } from './tools.ts';

export interface McpHandlerOptions {
  pipeline: Pipeline;
  /** By name. */
  tools: ReadonlyMap<string, Tool>;
  /** Of the client. */
  schema: GraphQLSchema;
  /** The client's reference. */
  client: string;
  maxBodyBytes: number;
  log: Pick<Logger, 'debug'>;
}

/** A message that was read, with what a call of a tool needs of its request. */
interface Message {
  /** With every digit of its numbers. */
  value: { method?: unknown; params?: { name?: unknown; arguments?: unknown } };
  bytes: number;
  context: RequestContext;
}

type HttpHandler = ReturnType<McpLibrary['createMcpHandler']>;

const methods = allowed('POST');

/** What would hold a connection open for events that there are none of. */
const unsupported: ReadonlySet<unknown> = new Set(['subscriptions/listen']);

export function createMcpApi(options: McpHandlerOptions): ClientApi {
  let served: Promise<HttpHandler> | undefined;
  const resource: ApiResource = {
    allow: methods,
    isOpen: false,
    handle: (request, response, context) => {
      if (request.method !== 'POST') return rejectMethod(response, context, request.method, methods);
      served ??= loadLibrary().then((library) => createHandler(library, options));
      return serve(served, request, response, context, options.maxBodyBytes);
    },
  };
  return {
    at: (path) =>
      path === '' || path === '/'
        ? resource
        : {
            allow: 'OPTIONS',
            isOpen: false,
            handle: (_, response, context) => notFound(response, context, 'There is nothing at this path.'),
          },
  };
}

function createHandler(library: McpLibrary, { pipeline, tools, schema, client, log }: McpHandlerOptions): HttpHandler {
  let described: ToolDescription[] | undefined;
  const { createMcpHandler, ProtocolError, ProtocolErrorCode, Server } = library;
  return createMcpHandler(
    ({ authInfo }) => {
      const server = new Server(
        { name: `concierge-${client}`, title: client, version },
        // Nothing of clients is validated by schemas of theirs: nothing is requested of them.
        { capabilities: { tools: {} }, jsonSchemaValidator: { getValidator: () => rejectAll } },
      );
      server.setRequestHandler('tools/list', () => {
        described ??= [...tools.values()].map((tool) => describeTool(tool, schema));
        return { tools: described as never };
      });
      server.setRequestHandler('tools/call', async ({ params: { name } }) => {
        const { value, bytes, context } = messageOf(authInfo?.extra);
        const tool = tools.get(name);
        if (!tool)
          throw new ProtocolError(
            ProtocolErrorCode.InvalidParams,
            `There is no tool ${JSON.stringify(name.slice(0, 128))}.`,
          );
        const given = (value.params?.arguments ?? {}) as Record<string, unknown>;
        return callTool({ tool, given, context, bytes }, pipeline);
      });
      return server;
    },
    { keepAliveMs: 0, responseMode: 'auto', onerror: (error) => log.debug({ err: error }, 'MCP request rejected') },
  );
}

/** The message that `respond` passes on. */
function messageOf(extra: Record<string, unknown> | undefined): Message {
  return extra?.message as Message;
}

const rejectAll = () => ({ valid: false, data: undefined, errorMessage: 'not supported' }) as const;

function serve(
  served: Promise<HttpHandler>,
  request: IncomingMessage,
  response: ServerResponse,
  context: RequestContext,
  maxBytes: number,
): Promise<void> {
  return new Promise((resolve, fail) => {
    readBody(request, maxBytes, (body) => {
      // Incomplete: the client has disconnected.
      if (body === null) return resolve();
      const message = body instanceof GraphQLError ? body : readMessage(body, context);
      if (message instanceof GraphQLError) {
        request.resume();
        sendRejection(response, context, new Rejection([message], { part: 'request' }));
        return resolve();
      }
      served
        .then((handler) => respond(handler, request, message))
        .then((result) => send(result, response, context))
        .then(resolve, fail);
    });
  });
}

function readMessage(body: Buffer, context: RequestContext): Message | GraphQLError {
  const text = decodeUtf8(body);
  try {
    const value = text === null ? null : parseClientJson(text);
    if (Array.isArray(value)) return badRequest('Send one message in a request: batches are not part of the protocol.');
    if (typeof value !== 'object' || value === null) return badRequest('The body is no JSON-RPC message in UTF-8.');
    const message = value as Message['value'];
    if (unsupported.has(message.method)) return badRequest(`The method ${message.method} is not supported here.`);
    return { value: message, bytes: body.length, context };
  } catch {
    return badRequest('The body is no JSON-RPC message in UTF-8.');
  }
}

function badRequest(message: string): GraphQLError {
  return requestError('BAD_REQUEST', { message });
}

function respond(handler: HttpHandler, request: IncomingMessage, message: Message): Promise<Response> {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    // The body was read, and decoded.
    if (value === undefined || name.startsWith(':') || name === 'content-length' || name === 'transfer-encoding')
      continue;
    headers.set(name, String(value));
  }
  const { signal } = message.context;
  // The library reads the method and the header fields of the request alone.
  const passed = new Request('http://gateway/', { method: 'POST', headers, body: '{}', signal });
  const authInfo = { token: '', clientId: '', scopes: [], extra: { message } };
  return handler.fetch(passed, { parsedBody: plain(message.value), authInfo });
}

/** Numbers as JavaScript has them: the library checks values by their types. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** The response is read whole: it has one message, in a stream of one event for clients of the older era. */
async function send(result: Response, response: ServerResponse, context: RequestContext): Promise<void> {
  const body = Buffer.from(await result.arrayBuffer());
  if (response.destroyed) return;
  for (const [name, value] of context.rejectionHeaders) response.setHeader(name, value);
  const type = result.headers.get('content-type');
  response.writeHead(result.status, {
    ...(type !== null && { 'content-type': type }),
    'content-length': body.length,
    'cache-control': 'no-store',
  });
  response.end(body);
}
