// HTTP listener of a service: listens, and stops without cutting off a request.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HttpListener {
  /** Such as `http://127.0.0.1:4001`. */
  origin: string;
  /** Stops accepting connections; resolves when the requests that run have their responses. */
  stop(): Promise<void>;
}

/** Resolves once it listens. @throws the error of `listen`, as when the port is in use. */
export async function listen(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
  { port, host }: { port: number; host: string },
): Promise<HttpListener> {
  let stopping = false;
  const server = createServer((request, response) => {
    response.on('close', () => {
      // A connection that is kept alive would keep the process alive as well.
      if (stopping) setImmediate(() => server.closeIdleConnections());
    });
    handle(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    origin: `http://${hostAndPort(host, (server.address() as AddressInfo).port)}`,
    stop: () =>
      new Promise((resolve) => {
        stopping = true;
        server.close(() => resolve());
      }),
  };
}

export function hostAndPort(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
