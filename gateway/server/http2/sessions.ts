// HTTP/2 sessions (connections) of a server: ends those that are idle, which Node does for HTTP/1.1 alone.
import type { ServerHttp2Session } from 'node:http2';
import type { Server } from 'node:net';
import type { HttpLimits } from '../../config/http.ts';

/** Milliseconds that a client may take to close its side. */
const CLOSE_TIMEOUT_MS = 5_000;

export class Sessions {
  readonly #sessions = new Set<ServerHttp2Session>();
  #isClosed = false;

  /**
   * @param limits milliseconds that a session may be without a stream, and without its first one (`headersTimeout`);
   *   then it gets GOAWAY.
   */
  constructor(server: Pick<Server, 'on'>, limits: Pick<HttpLimits, 'idleTimeout' | 'headersTimeout'>) {
    server.on('session', (session: ServerHttp2Session) => {
      this.#sessions.add(session);
      session.once('close', () => this.#sessions.delete(session));
      if (this.#isClosed) session.close();
      else closeWhenIdle(session, limits);
    });
  }

  /**
   * Sessions accept no more streams, and end with their last one; later ones do. A stream that its client has opened
   * before it knows is refused: clients open it elsewhere, since nothing was processed (RFC 9113, section 8.7).
   */
  drain(): void {
    for (const session of this.#sessions) session.close();
  }

  /** Later sessions accept no streams either. */
  close(): void {
    this.#isClosed = true;
    this.drain();
  }

  cut(): void {
    for (const session of this.#sessions) session.destroy();
  }
}

function closeWhenIdle(
  session: ServerHttp2Session,
  { idleTimeout, headersTimeout }: Pick<HttpLimits, 'idleTimeout' | 'headersTimeout'>,
): void {
  let open = 0;
  const close = () => {
    session.close();
    setTimeout(() => session.destroy(), CLOSE_TIMEOUT_MS).unref();
  };
  let timer = setTimeout(close, headersTimeout);
  session.on('stream', (stream) => {
    open += 1;
    clearTimeout(timer);
    stream.once('close', () => {
      open -= 1;
      if (open > 0 || session.closed) return;
      clearTimeout(timer);
      timer = setTimeout(close, idleTimeout);
    });
  });
  session.once('close', () => clearTimeout(timer));
}
