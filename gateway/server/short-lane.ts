// The short lane: the ordinary request (POST, JSON in, JSON out, one operation that can be planned) is answered straight
// from node:http. Everything else goes on to Yoga, which gives the same answer to what both can serve.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GraphQLError } from 'graphql';
import { type FetchAPI, processRegularResult } from 'graphql-yoga';
import type { Answer } from '../execute/answer.ts';
import type { CompiledPlan } from '../execute/compiled-plan.ts';
import type { Engine } from '../plan/engine.ts';
import type { GraphqlHandler } from './http-server.ts';
import { acceptedMediaType, type MediaType } from './media-type.ts';
import type { RequestContext } from './request-context.ts';

/** A GraphQL-over-HTTP request, as far as the lane serves it. */
interface OrdinaryRequest {
  query: string;
  variables: Record<string, unknown>;
  operationName: string | undefined;
}

/** A request whose body was read already carries it on, for Yoga to take it from there. */
export type RequestWithBody = IncomingMessage & { body?: Buffer };

/** In characters. */
const longText = 16_384;

export interface ShortLaneOptions {
  engine: Engine;
  maxBodyBytes: number;
  /** Whether pages of other origins get CORS headers; they have them from Yoga. */
  cors: boolean;
  /** Serves what is not ordinary. */
  otherwise: GraphqlHandler;
}

export function createShortLane({ engine, maxBodyBytes, cors, otherwise }: ShortLaneOptions): GraphqlHandler {
  return (request, response, context) => {
    const mediaType = acceptedMediaType(request.headers.accept);
    if (
      request.method !== 'POST' ||
      !mediaType ||
      !isPlainJson(request) ||
      !isWithin(request, maxBodyBytes) ||
      (cors && request.headers.origin !== undefined)
    ) {
      return otherwise(request, response, context);
    }
    return new Promise((resolve, reject) => {
      readBody(request, (body) => {
        // Broken off: the client has gone, and with it the connection.
        if (!body) {
          resolve();
          return;
        }
        try {
          const ordinary = parseOrdinary(body);
          if (ordinary && answer(engine, ordinary, mediaType, response, context, { resolve, reject })) return;
          (request as RequestWithBody).body = body;
          Promise.resolve(otherwise(request, response, context)).then(resolve, reject);
        } catch (error) {
          reject(error);
        }
      });
    });
  };
}

/** Answers from a plan and returns true, or returns false for what has no plan or is not valid. */
function answer(
  engine: Engine,
  ordinary: OrdinaryRequest,
  mediaType: MediaType,
  response: ServerResponse,
  context: RequestContext,
  { resolve, reject }: { resolve: () => void; reject: (error: unknown) => void },
): boolean {
  const plan = planned(engine, ordinary, context);
  if (!plan) return false;
  engine.run(plan, ordinary.variables, context, (result) => {
    try {
      if (result.errors) context.noteErrors(result.errors);
      if (response.destroyed) resolve();
      else if (result.errors?.some(concernsHttp)) sendByYoga(result, mediaType, response).then(resolve, reject);
      else {
        send(result, mediaType, response);
        resolve();
      }
    } catch (error) {
      reject(error);
    }
  });
  return true;
}

function planned(
  engine: Engine,
  { query, variables, operationName }: OrdinaryRequest,
  context: RequestContext,
): CompiledPlan | null {
  try {
    const document = engine.documents.get(query);
    const operation = document.errors ? undefined : document.operation(operationName);
    const plan = operation && engine.planned(operation, variables);
    if (!plan) return null;
    context.operation = operation.name;
    return plan;
  } catch {
    // It is thrown once more on Yoga's way, where it is logged and gets its words.
    return null;
  }
}

function send(result: Answer, mediaType: MediaType, response: ServerResponse): void {
  const text = result.stringify();
  // A short text goes out in one write with the head; a long one would be copied for that, bytes are not.
  const body = text.length > longText ? Buffer.from(text) : text;
  response.writeHead(200, {
    'content-type': `${mediaType}; charset=utf-8`,
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

/** Whether Yoga takes a status, headers, or a reason to leave something out from an error. */
function concernsHttp({ extensions }: GraphQLError): boolean {
  return extensions.http !== undefined || extensions.unexpected !== undefined;
}

async function sendByYoga({ data, errors }: Answer, mediaType: MediaType, response: ServerResponse): Promise<void> {
  const answer = processRegularResult({ data, errors }, { Response } as FetchAPI, mediaType);
  const body = await answer.text();
  if (response.destroyed) return;
  response.setHeaders(answer.headers);
  response.writeHead(answer.status, { 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

function isPlainJson(request: IncomingMessage): boolean {
  const { 'content-type': type, 'content-encoding': encoding } = request.headers;
  return (type === 'application/json' || type === 'application/json; charset=utf-8') && encoding === undefined;
}

/** Bodies of unknown or too great a length are for Yoga to refuse. */
function isWithin(request: IncomingMessage, maxBytes: number): boolean {
  const length = request.headers['content-length'];
  return length !== undefined && Number(length) <= maxBytes;
}

/** Reads a body, which Node ends at its `content-length`; null if it breaks off. */
function readBody(request: IncomingMessage, done: (body: Buffer | null) => void): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('close', () => {
    if (!request.readableEnded) done(null);
  });
  request.on('end', () => done(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
}

/** The request if it is a plain one; null for batches, persisted queries and whatever is malformed. */
function parseOrdinary(body: Buffer): OrdinaryRequest | null {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  for (const name in value) {
    if (name !== 'query' && name !== 'variables' && name !== 'operationName') return null;
  }
  const { query, variables = null, operationName = null } = value as Record<string, unknown>;
  if (typeof query !== 'string' || typeof variables !== 'object' || Array.isArray(variables)) return null;
  if (operationName !== null && typeof operationName !== 'string') return null;
  return {
    query,
    variables: (variables ?? {}) as Record<string, unknown>,
    operationName: operationName ?? undefined,
  };
}
