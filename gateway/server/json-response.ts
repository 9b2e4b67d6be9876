// JSON responses of endpoints other than the graph. They are not cached.
import type { ServerResponse } from 'node:http';
import type { RejectedResponse } from '../errors.ts';

export function sendJson(response: ServerResponse, status: number, value: object): void {
  const body = JSON.stringify(value);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  });
  response.end(body);
}

/** Rejects a request whose body may not have been read. */
export function rejectUnread(response: ServerResponse, { status, body }: RejectedResponse): void {
  // The unread rest of the request would be taken for the next one on the connection.
  response.setHeader('connection', 'close');
  sendJson(response, status, body);
}
