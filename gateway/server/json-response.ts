// JSON responses of endpoints other than the graph, and rejections of requests whose operation has not been read. They
// are not cached.
import type { ServerResponse } from 'node:http';
import type { RejectedResponse } from '../errors.ts';
import { graphqlJson, type JsonType, json, negotiate } from '../pipeline/accept.ts';

export function sendJson(response: ServerResponse, status: number, value: object, type: JsonType = json): void {
  const body = JSON.stringify(value);
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  });
  response.end(body);
}

/**
 * Sends a GraphQL response without data, in the media type that the client prefers: of a response whose status is no
 * success, clients read `errors` only where its type is that of GraphQL (GraphQL over HTTP, section 6.4.2).
 */
export function sendErrors(response: ServerResponse, status: number, body: { errors: readonly object[] }): void {
  const isGraphql = negotiate(response.req.headers.accept).result === graphqlJson;
  sendJson(response, status, body, isGraphql ? graphqlJson : json);
}

/** Rejects a request whose body may not have been read. */
export function rejectUnread(response: ServerResponse, { status, body }: RejectedResponse): void {
  // The unread rest of the request would be taken for the next one on the connection.
  response.setHeader('connection', 'close');
  sendJson(response, status, body);
}
