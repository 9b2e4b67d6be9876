// Response to one result, in the media type that the client accepts: JSON, or a stream that ends with this result.
import type { GraphQLError } from 'graphql';
import { type FetchAPI, processRegularResult } from 'graphql-yoga';
import { ErrorCode, requestError, statusWithoutData } from '../errors.ts';
import { eventStream, graphqlJson, type JsonType, json, multipart, type ResultType } from '../pipeline/accept.ts';
import { type HttpStatus, isRejection, type SingleResult, withSpecStatus } from './spec-status.ts';

/** Header fields of a stream: caches do not store it, and proxies neither delay nor change it. */
export const streamHeaders = {
  'cache-control': 'no-store, no-transform',
  // nginx would delay events until its buffer is full.
  'x-accel-buffering': 'no',
};

/** The error for a client that accepts none of the types of a result. */
export function notAcceptable(): GraphQLError {
  return asNotAcceptable(`Accept "${json}" or "${graphqlJson}": a result has no other type.`);
}

/** The error for a subscription of a client that accepts no events. */
export function eventsNotAcceptable(): GraphQLError {
  return asNotAcceptable(
    `Accept "${eventStream}" or "${multipart};subscriptionSpec=1.0", or use a WebSocket: ` +
      'the events of a subscription have no other type.',
  );
}

function asNotAcceptable(message: string): GraphQLError {
  return requestError('BAD_REQUEST', { message, status: 406 });
}

/**
 * @param type null where the client accepts none: its response is an error, as JSON.
 * @param api constructors of the server that sends the response.
 */
export async function resultResponse(
  result: SingleResult,
  type: ResultType | null,
  api: FetchAPI,
  httpStatus: HttpStatus,
): Promise<Response> {
  switch (type) {
    case null: {
      const rejection = isRejection(result) ? jsonResponse(result, json, api, httpStatus) : null;
      if (rejection && rejection.status !== 200) return rejection;
      return jsonResponse({ errors: [notAcceptable()] }, json, api, httpStatus);
    }
    case eventStream:
      return inStream(
        result,
        type,
        api,
        (text) => `:\n\nevent: next\ndata: ${text}\n\nevent: complete\ndata:\n\n`,
        httpStatus,
      );
    case multipart:
      return inStream(
        result,
        `${type}; boundary="-"`,
        api,
        (text) => {
          const head = `Content-Type: ${json}; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(text)}`;
          return `\r\n---\r\n${head}\r\n\r\n${text}\r\n-----\r\n`;
        },
        httpStatus,
      );
    default:
      return jsonResponse(result, type, api, httpStatus);
  }
}

/**
 * With the GraphQL media type, a result without data has no status 2xx (GraphQL over HTTP, section 6.4.2), whether or
 * not its errors have one.
 */
export function jsonResponse(
  result: SingleResult,
  type: JsonType,
  api: Pick<FetchAPI, 'Response'>,
  httpStatus: HttpStatus,
): Response {
  const own = httpStatus === 'spec' && !Array.isArray(result) ? withSpecStatus(result, type) : null;
  if (own) return processRegularResult(own.result, api as FetchAPI, own.type);
  const response = processRegularResult(result, api as FetchAPI, type);
  if (type === json || response.status !== 200 || !isRejection(result)) return response;
  const http = { status: statusWithoutData(result.errors ?? []) };
  return processRegularResult({ ...result, extensions: { ...result.extensions, http } }, api as FetchAPI, type);
}

/**
 * Whether it rejects a document, and not how it was requested or by whom. In an event stream that is a result, as it is
 * a message over WebSocket: clients take another status for a failure of the connection, without its errors, and retry.
 */
function isDocumentError(result: SingleResult): boolean {
  if (!isRejection(result)) return false;
  const [first] = result.errors ?? [];
  const { code, http } = (first?.extensions ?? {}) as { code?: unknown; http?: { status?: number } };
  return http?.status === 400 && code !== ErrorCode.BAD_REQUEST;
}

async function inStream(
  result: SingleResult,
  type: string,
  api: FetchAPI,
  write: (text: string) => string,
  httpStatus: HttpStatus,
): Promise<Response> {
  const plain = jsonResponse(result, json, api, httpStatus);
  const headers = { ...Object.fromEntries(plain.headers), ...streamHeaders, 'content-type': type };
  const body = write(await plain.text());
  return new api.Response(body, {
    status: type === eventStream && isDocumentError(result) ? 200 : plain.status,
    headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
  });
}
