// Control port beside the subgraphs, with the number of requests that each has had: `GET /counts`, `POST /reset`.

import { createServer, type Server } from 'node:http';
import type { Listener } from './listener.ts';

/** Requests by subgraph since the start or the last reset. */
export type Counts = Record<string, number>;

/** Resolves with the server once it listens on `port` (0 takes a free one). */
export async function control(listeners: readonly Listener[], port: number): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.method === 'POST' && request.url === '/reset') {
      for (const listener of listeners) listener.requests = 0;
      response.writeHead(204).end();
      return;
    }
    if (request.method === 'GET' && request.url === '/counts') {
      const counts: Counts = Object.fromEntries(listeners.map(({ name, requests }) => [name, requests]));
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(counts));
      return;
    }
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  return server;
}
