// Answers in JSON of the endpoints beside the graph. Nobody keeps them.
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

/** Says why a request goes no further, whose body may not have been read. */
export function rejectUnread(response: ServerResponse, { status, body }: RejectedResponse): void {
  // What was not read of the request would be taken for the next one on the connection.
  response.setHeader('connection', 'close');
  sendJson(response, status, body);
}
