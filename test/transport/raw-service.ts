// A service on raw sockets: what it sends is what a test gives, byte for byte.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface ReceivedRequest {
  socket: Socket;
  /** Head and body, a character for each byte. */
  text: string;
  /** Number of the connection, and of the request on it, from 1. */
  connection: number;
  request: number;
}

/** @param respond called for each request that has arrived whole. */
export async function rawService(respond: (received: ReceivedRequest) => void): Promise<string> {
  let connections = 0;
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    connections += 1;
    const connection = connections;
    let request = 0;
    let pending = '';
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      pending += chunk.toString('latin1');
      for (let end = endOfRequest(pending); end > 0; end = endOfRequest(pending)) {
        request += 1;
        const text = pending.slice(0, end);
        pending = pending.slice(end);
        respond({ socket, text, connection, request });
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function endOfRequest(text: string): number {
  const head = text.indexOf('\r\n\r\n');
  const length = Number(/^content-length: (\d+)\r$/m.exec(text)?.[1] ?? 0);
  const end = head + 4 + length;
  return head !== -1 && end <= text.length ? end : 0;
}
