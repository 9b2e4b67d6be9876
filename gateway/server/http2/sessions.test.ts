import { once } from 'node:events';
import { type ClientHttp2Session, connect, createServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { Sessions } from './sessions.ts';

interface Opened {
  sessions: Sessions;
  session: ClientHttp2Session;
  streams: ServerHttp2Stream[];
  /** Resolves with the first stream. */
  opened: Promise<unknown>;
}

async function open(idleTimeout: number, headersTimeout = idleTimeout): Promise<Opened> {
  const server = createServer();
  const streams: ServerHttp2Stream[] = [];
  server.on('stream', (stream) => streams.push(stream.on('error', () => {})));
  const opened = once(server, 'stream');
  const sessions = new Sessions(server, { idleTimeout, headersTimeout });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  onTestFinished(() => {
    session.destroy();
    server.close();
  });
  return { sessions, session, streams, opened };
}

test('a session without a stream ends after a while, also where it never had one', async () => {
  const { session } = await open(20);
  await once(session, 'close');
});

test('a session with a stream does not end, until the stream has', async () => {
  const { session, streams } = await open(100);
  const stream = session.request({ ':path': '/' });
  const ended = once(session, 'close');
  // A session without a stream, opened later, has ended before.
  const { session: idle } = await open(150);
  await once(idle, 'close');
  expect(session.destroyed).toBe(false);
  streams[0]?.respond({ ':status': 200 }, { endStream: true });
  stream.resume();
  await ended;
});

test('a server that drains ends sessions with their last stream, and cuts all others off', async () => {
  const { sessions, session, opened } = await open(60_000);
  const stream = session.request({ ':path': '/' });
  stream.on('error', () => {});
  const closed = once(stream, 'close');
  await opened;
  sessions.drain();
  await once(session, 'goaway');
  expect(session.destroyed).toBe(false);
  sessions.cut();
  await closed;
});
