// Fast path: ordinary requests (POST or GET, JSON response, one query or mutation) are served directly from node:http.
// All others are handled by Yoga, which gives the same response to requests that both can serve.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GraphQLError } from 'graphql';
import type { LaterParts } from '../execute/deferred/later-parts.ts';
import { parseClientJson } from '../json/parse-json.ts';
import { decodeUtf8, readParameters } from '../json/utf8.ts';
import { handleMaybePromise, type MaybePromise } from '../maybe-promise.ts';
import { graphqlJson, type JsonType, json, negotiate, type PartsForm } from '../pipeline/accept.ts';
import { CachedResult } from '../pipeline/cached-result.ts';
import { isJson } from '../pipeline/content-type.ts';
import type { GraphqlHandler } from '../pipeline/endpoints.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { RequestContext } from '../pipeline/request-context.ts';
import type { OperationRequest, Result } from '../pipeline/stages.ts';
import { Rejection } from '../policy/rejection.ts';
import type { RequestWithBody } from './body-reader.ts';
import type { BodySender, Head } from './compression/body-sender.ts';
import { noSniff } from './guarded-response.ts';
import { partsResponse } from './parts-response.ts';
import { jsonResponse } from './result-response.ts';
import { type HttpStatus, PARTIAL_SUCCESS } from './spec-status.ts';
import { addHeadersOf, sendStreamed } from './streamed-response.ts';

const parameterNames = new Set(['query', 'variables', 'operationName', 'documentId', 'doc_id', 'extensions']);

/** Length in characters from which a text is sent as bytes. */
const LONG_TEXT = 16_384;

export interface FastPathOptions {
  pipeline: Pipeline;
  /** Serves requests that leave the fast path. */
  fallback: GraphqlHandler;
  bodies: BodySender;
  httpStatus: HttpStatus;
}

/** A request on the fast path. */
interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  context: RequestContext;
  mediaType: JsonType;
  /** The form of a response in parts; null where the client takes none. */
  parts: PartsForm | null;
  httpStatus: HttpStatus;
}

/** Creates the fast path; bodies have to be read before. */
export function createFastPath({ pipeline, fallback, bodies, httpStatus }: FastPathOptions): GraphqlHandler {
  return (request, response, context) => {
    const ordinary = ordinaryRequest(request);
    if (!ordinary) return fallback(request, response, context);
    const { mediaType, parts } = ordinary;
    const exchange = { request, response, context, mediaType, parts, httpStatus };
    return handleMaybePromise(
      () => pipeline.run(ordinary.operation, context),
      (outcome) => {
        if (!(outcome instanceof Rejection)) return send(outcome as Result, exchange, bodies);
        // Yoga formats responses to documents that are not executed, as GraphQL over HTTP requires.
        if (outcome.part === 'document') return fallback(request, response, context);
        return send(outcome.result, exchange, bodies);
      },
    );
  };
}

/**
 * A request that the fast path serves: a POST of a JSON object, or a GET, whose response is JSON; a query, or by POST a
 * mutation. Null for a request that leaves it: GraphiQL, event streams, multipart, batches, unknown parameters,
 * anything malformed. Subscriptions, mutations by GET and invalid documents leave it too, as soon as that is known (see
 * `createFastPath`).
 */
function ordinaryRequest(
  request: IncomingMessage,
): (Pick<Exchange, 'mediaType' | 'parts'> & { operation: OperationRequest }) | null {
  const { result: mediaType, parts, page } = negotiate(request.headers.accept);
  if (mediaType !== json && mediaType !== graphqlJson) return null;
  if (request.method === 'GET') {
    // Navigation of a browser: it gets GraphiQL with the query, which is not executed.
    if (page) return null;
    const operation = ordinaryUrl(request);
    return operation && { mediaType, parts, operation: inParts(operation, parts) };
  }
  const { body } = request as RequestWithBody;
  const operation = body && isJson(request.headers['content-type']) ? ordinaryBody(body.bytes) : null;
  return operation && { mediaType, parts, operation: inParts(operation, parts) };
}

function inParts(operation: OperationRequest, parts: PartsForm | null): OperationRequest {
  return parts ? { ...operation, inParts: true } : operation;
}

function send(result: Result, exchange: Exchange, bodies: BodySender): MaybePromise<void> {
  const { request, response, context, mediaType, httpStatus } = exchange;
  if (result.errors) context.recordErrors(result.errors);
  if (context.later && exchange.parts) return sendParts(result, context.later, exchange.parts, exchange);
  if (response.destroyed) return;
  // Written at once with the status: Node processes headers that are set one by one twice.
  const head: Head = {};
  for (const [name, value] of context.responseHeaders) head[name] = value;
  for (const [name, value] of context.receivedHeaders) head[name] = value;
  if (!('stringify' in result) || result.errors?.some(concernsHttp)) {
    return sendByYoga(result, exchange, bodies, head);
  }
  const { freshness } = context;
  const etag = bodies.validatedTag(request, freshness?.etag);
  if (etag !== null) {
    bodies.sendNotModified(response, head, etag);
    return;
  }
  const text = result instanceof CachedResult && result.body.length > LONG_TEXT ? result.body : result.stringify();
  // A short text is sent in one write with the head; a long one would be copied for that, bytes are not. Node encodes a
  // head that it writes together with a text as UTF-8, which fields of services must not be.
  const isSentApart = typeof text === 'string' && (text.length > LONG_TEXT || context.received !== null);
  const body = isSentApart ? Buffer.from(text) : text;
  head[noSniff] = 'nosniff';
  head['content-type'] = `${mediaType}; charset=utf-8`;
  const isPartial = result.errors && httpStatus === 'spec' && mediaType === graphqlJson;
  const status = isPartial ? PARTIAL_SUCCESS : 200;
  return bodies.send(request, response, { status, head, body, key: freshness?.etag ?? null });
}

async function sendParts(first: Result, later: LaterParts, form: PartsForm, exchange: Exchange): Promise<void> {
  const { request, response, context } = exchange;
  const result = partsResponse(first, later, form, context);
  addHeadersOf(context, result.headers);
  if (response.destroyed) await result.body?.cancel();
  else await sendStreamed(result, request, response, context);
}

/** Whether Yoga has to derive a status or headers from an error, or omit parts of it. */
function concernsHttp({ extensions }: GraphQLError): boolean {
  return extensions.http !== undefined || extensions.unexpected !== undefined;
}

async function sendByYoga(
  { data, errors, extensions }: Result,
  { request, response, mediaType, httpStatus }: Exchange,
  bodies: BodySender,
  head: Head,
): Promise<void> {
  // Yoga gives status 500 to an unexpected error in a result without the key `data`.
  const result = jsonResponse(
    { ...(data !== undefined && { data }), errors, ...(extensions && { extensions }) },
    mediaType,
    { Response },
    httpStatus,
  );
  const body = await result.text();
  for (const [name, value] of result.headers) head[name] = value;
  return bodies.send(request, response, { status: result.status, head, body });
}

/** The operation in the parameters of a URL. */
function ordinaryUrl({ url = '' }: IncomingMessage): OperationRequest | null {
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
  return operationRequest(parsed, null, queries);
}

function ordinaryBody(body: Buffer): OperationRequest | null {
  const text = decodeUtf8(body);
  return text === null ? null : operationRequest(tryParse(text), body.length, queriesAndMutations);
}

function tryParse(text: string): unknown {
  try {
    return parseClientJson(text);
  } catch {
    return undefined;
  }
}

const queries = ['query'] as const;
const queriesAndMutations = ['query', 'mutation'] as const;

/** Null for batches and anything malformed. */
function operationRequest(
  value: unknown,
  bytes: number | null,
  kinds: OperationRequest['kinds'],
): OperationRequest | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  for (const name in value) if (!parameterNames.has(name)) return null;
  const { variables = null, operationName = null, ...document } = value as Record<string, unknown>;
  if (typeof variables !== 'object' || Array.isArray(variables)) return null;
  if (operationName !== null && typeof operationName !== 'string') return null;
  if (typeof (document.extensions ?? null) !== 'object' || Array.isArray(document.extensions)) return null;
  return { document, operationName, variables: (variables ?? {}) as Record<string, unknown>, bytes, kinds };
}
