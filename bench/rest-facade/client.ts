// Client of the comparison: connections that each send one request after another, as bytes that are made once.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface Exchange {
  request: Buffer;
  /** Body of each response. */
  expected: string;
}

/** A connection that is open. */
export async function openConnection(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').setNoDelay();
  await once(socket, 'connect');
  return socket;
}

/** Sends the request once. @returns the body. @throws Error for a status other than 200. */
export async function send(socket: Socket, request: Buffer): Promise<string> {
  socket.write(request);
  let received = '';
  for (;;) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    received += chunk.toString('latin1');
    const end = received.indexOf('\r\n\r\n');
    const length = Number(/^content-length: (\d+)/im.exec(received)?.[1]);
    if (end === -1 || received.length < end + 4 + length) continue;
    if (!received.startsWith('HTTP/1.1 200')) throw new Error(received);
    return received.slice(end + 4);
  }
}

/** Sends the request until the time is over, on all connections. @returns the number of responses. */
export async function load(sockets: readonly Socket[], { request, expected }: Exchange, ms: number): Promise<number> {
  const end = performance.now() + ms;
  let done = 0;
  const work = async (socket: Socket) => {
    while (performance.now() < end) {
      const body = await send(socket, request);
      if (body !== expected) throw new Error(`The response is ${body}, not ${expected}.`);
      done += 1;
    }
  };
  await Promise.all(sockets.map(work));
  return done;
}
