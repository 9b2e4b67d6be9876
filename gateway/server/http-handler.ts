// The short lane: the ordinary request (POST or GET, JSON out, one query or mutation) is answered straight
// from node:http. Everything else goes on to Yoga, which gives the same answer to what both can serve.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { GraphQLError } from 'graphql';
import { type FetchAPI, processRegularResult } from 'graphql-yoga';
import { ifNoneMatch } from '../cache/http-policy.ts';
import type { PreparedDocument } from '../engine/document-store.ts';
import { parseClientJson } from '../json/parse-json.ts';
import { decodeUtf8, readParameters } from '../json/utf8.ts';
import type { DocumentParameters } from '../persisted-documents/request-document.ts';
import { CachedResult } from '../pipeline/cached-result.ts';
import type { GraphqlHandler } from '../pipeline/graphql-handler.ts';
import type { Operations } from '../pipeline/operations.ts';
import type { RequestContext } from '../pipeline/request-context.ts';
import type { Result } from '../pipeline/response-caching.ts';
import { variablesBeyond, variablesTooLarge } from '../policy/limits/variables.ts';
import type { RequestWithBody } from './body-reader.ts';
import { noSniff } from './guarded-response.ts';
import { acceptedMediaType, type MediaType } from './media-type.ts';

/** A GraphQL-over-HTTP request, as far as the lane serves it. */
interface OrdinaryRequest {
  document: DocumentParameters;
  variables: Record<string, unknown>;
  operationName: string | undefined;
}

const parameterNames = new Set(['query', 'variables', 'operationName', 'documentId', 'doc_id', 'extensions']);

/** In characters. */
const longText = 16_384;

export interface FastPathOptions {
  operations: Operations;
  /** JSON text of an operation's variables; false for no limit. */
  maxVariablesBytes: number | false;
  /** Serves what is not ordinary. */
  fallback: GraphqlHandler;
}

/** Bodies are read before. */
export function createFastPath(options: FastPathOptions): GraphqlHandler {
  const { fallback } = options;
  return (request, response, context) => {
    const mediaType = acceptedMediaType(request.headers.accept);
    if (!mediaType) return fallback(request, response, context);
    const toYoga = () => fallback(request, response, context);
    const give = (result: Result) => send(result, mediaType, request, response, context);
    if (request.method === 'GET') {
      // A person's browser: it gets GraphiQL, with the query in it and not answered.
      if (request.headers.accept?.includes('text/html')) return toYoga();
      const ordinary = ordinaryAddress(request);
      return ordinary ? serve(options, ordinary, null, true, context, give, toYoga) : toYoga();
    }
    const { body } = request as RequestWithBody;
    if (!body || !isPlainJson(request)) return toYoga();
    const ordinary = ordinaryBody(body.bytes);
    return ordinary ? serve(options, ordinary, body.bytes.length, false, context, give, toYoga) : toYoga();
  };
}

/** Answers a request, or leaves it to Yoga: what is not valid, and what is no query (or, by POST, mutation). */
function serve(
  options: FastPathOptions,
  ordinary: OrdinaryRequest,
  bodyBytes: number | null,
  queriesOnly: boolean,
  context: RequestContext,
  give: (result: Result) => Promise<void>,
  toYoga: () => Promise<void> | void,
): Promise<void> | void {
  const { operations, maxVariablesBytes } = options;
  const document = operations.document(ordinary.document);
  return document instanceof Promise ? document.then(serveDocument) : serveDocument(document);

  function serveDocument(requested: Awaited<typeof document>): Promise<void> | void {
    if (requested instanceof GraphQLError) return toYoga();
    const prepared = operations.prepare(requested.text, context);
    return prepared instanceof Promise
      ? prepared.then((one) => servePrepared(one, requested.name))
      : servePrepared(prepared, requested.name);
  }

  function servePrepared(prepared: PreparedDocument | GraphQLError, named: string | undefined): Promise<void> | void {
    if (prepared instanceof GraphQLError) return give({ errors: [prepared] });
    const { variables } = ordinary;
    const operation = prepared.errors ? undefined : prepared.operation(ordinary.operationName ?? named);
    const kind = operation?.operation.operation;
    if (!operation || kind === 'subscription' || (queriesOnly && kind !== 'query')) return toYoga();
    context.operation = operation.name;
    const beyond = variablesBeyond(variables, bodyBytes, maxVariablesBytes);
    if (beyond !== null) return give({ errors: [variablesTooLarge(beyond, Number(maxVariablesBytes))] });
    return new Promise((resolve, reject) => {
      operations.execute(operation, variables, context, (result) => give(result).then(resolve, reject));
    });
  }
}

async function send(
  result: Result,
  mediaType: MediaType,
  request: IncomingMessage,
  response: ServerResponse,
  context: RequestContext,
): Promise<void> {
  if (result.errors) context.recordErrors(result.errors);
  if (response.destroyed) return;
  // Written at once with the status: headers that are set one by one cost Node a second look at each.
  const head: Record<string, string | number> = {};
  for (const [name, value] of context.responseHeaders) head[name] = value;
  if (!('stringify' in result) || result.errors?.some(concernsHttp)) {
    await sendByYoga(result, mediaType, response, head);
    return;
  }
  if (isNotModified(request, context)) {
    response.writeHead(304, head);
    response.end();
    return;
  }
  const text = result instanceof CachedResult && result.body.length > longText ? result.body : result.stringify();
  // A short text goes out in one write with the head; a long one would be copied for that, bytes are not.
  const body = typeof text === 'string' && text.length > longText ? Buffer.from(text) : text;
  head[noSniff] = 'nosniff';
  head['content-type'] = `${mediaType}; charset=utf-8`;
  head['content-length'] = Buffer.byteLength(body);
  response.writeHead(200, head);
  response.end(body);
}

/** Whether the client of a GET has the answer already (RFC 9110, section 13.1.2). */
export function isNotModified({ method, headers }: IncomingMessage, { freshness }: RequestContext): boolean {
  const etag = freshness?.etag;
  return typeof etag === 'string' && method === 'GET' && ifNoneMatch(headers['if-none-match'], etag);
}

/** Whether Yoga takes a status, headers, or a reason to leave something out from an error. */
function concernsHttp({ extensions }: GraphQLError): boolean {
  return extensions.http !== undefined || extensions.unexpected !== undefined;
}

async function sendByYoga(
  { data, errors }: Result,
  mediaType: MediaType,
  response: ServerResponse,
  head: Record<string, string | number>,
): Promise<void> {
  const result = processRegularResult({ data, errors }, { Response } as FetchAPI, mediaType);
  const body = await result.text();
  if (response.destroyed) return;
  for (const [name, value] of Object.entries(head)) response.setHeader(name, value);
  response.setHeaders(result.headers);
  response.writeHead(result.status, { 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

function isPlainJson(request: IncomingMessage): boolean {
  const { 'content-type': type } = request.headers;
  return type === 'application/json' || type === 'application/json; charset=utf-8';
}

/** The request in an address's parameters if it is a plain one, as `ordinaryBody`. */
function ordinaryAddress({ url = '' }: IncomingMessage): OrdinaryRequest | null {
  const start = url.indexOf('?');
  if (start === -1) return null;
  const parameters = readParameters(url.slice(start + 1));
  if (!parameters) return null;
  const value = Object.fromEntries(parameters);
  if (Object.keys(value).length !== parameters.size) return null;
  const parsed: Record<string, unknown> = value;
  for (const name of ['variables', 'extensions']) {
    if (value[name] !== undefined) parsed[name] = tryParse(value[name]) ?? 'no JSON';
  }
  return ordinary(parsed);
}

function ordinaryBody(body: Buffer): OrdinaryRequest | null {
  const text = decodeUtf8(body);
  return text === null ? null : ordinary(tryParse(text));
}

function tryParse(text: string): unknown {
  try {
    return parseClientJson(text);
  } catch {
    return undefined;
  }
}

/** The request if it is a plain one; null for batches, persisted queries and whatever is malformed. */
function ordinary(value: unknown): OrdinaryRequest | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  for (const name in value) if (!parameterNames.has(name)) return null;
  const { variables = null, operationName = null, ...document } = value as Record<string, unknown>;
  if (typeof variables !== 'object' || Array.isArray(variables)) return null;
  if (operationName !== null && typeof operationName !== 'string') return null;
  if (typeof (document.extensions ?? null) !== 'object' || Array.isArray(document.extensions)) return null;
  return {
    document,
    variables: (variables ?? {}) as Record<string, unknown>,
    operationName: operationName ?? undefined,
  };
}
