// Listener of one subgraph on one port of the loopback interface: reads requests, counts them, and responds to each
// connection in order.

import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { GraphQLSchema } from 'graphql';
import { memoisedResponses, response, type ServiceResponse } from './prepared-responses.ts';
import { RequestReader } from './requests.ts';

export type Listener = { name: string; port: number; requests: number; server: Server };

export type ListenOptions = {
  /** 0 takes a free port. */
  port: number;
  /** Milliseconds by which each response is delayed. */
  latency: number;
};

/** Resolves when the port is open; rejects when it is taken. */
export async function listen(name: string, schema: GraphQLSchema, options: ListenOptions): Promise<Listener> {
  const response = memoisedResponses(schema);
  const server = createServer({ noDelay: true });
  const listener: Listener = { name, port: options.port, requests: 0, server };
  server.on('connection', (socket) => converse(socket, response, options.latency, listener));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port, '127.0.0.1', 4096, resolve);
  });
  listener.port = (server.address() as AddressInfo).port;
  return listener;
}

function converse(socket: Socket, result: ServiceResponse, latency: number, listener: Listener): void {
  const reader = new RequestReader();
  // A gateway that is stopped resets its connections: that ends the connection, nothing more.
  socket.on('error', () => socket.destroy());
  socket.on('data', (bytes) => {
    let requests: ReturnType<RequestReader['read']>;
    try {
      requests = reader.read(bytes as Buffer);
    } catch (error) {
      socket.end(response('411 Length Required', { errors: [{ message: String(error) }] }));
      return;
    }
    listener.requests += requests.length;
    const responses = requests.map(({ method, body }) => (method === 'POST' ? result(body) : onlyPost));
    const close = requests.at(-1)?.close === true;
    // Timers of one duration fire in the order they were set, so pipelined responses keep theirs.
    if (latency > 0) setTimeout(send, latency, socket, responses, close);
    else send(socket, responses, close);
  });
}

const onlyPost = response('405 Method Not Allowed', { errors: [{ message: 'The subgraphs accept POST only.' }] });

function send(socket: Socket, responses: readonly Buffer[], close: boolean): void {
  if (socket.destroyed) return;
  const [first] = responses;
  if (first) socket.write(responses.length === 1 ? first : Buffer.concat(responses));
  if (close) socket.end();
}
