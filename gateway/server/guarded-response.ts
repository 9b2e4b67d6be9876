// Guarded response: an HTTP response with the header field that every response of the gateway has. It stops browsers
// from treating a body as anything but its content type (Fetch standard, "X-Content-Type-Options").
import { type IncomingMessage, type OutgoingHttpHeader, type OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { longBody, PacedSending } from './paced-sending.ts';
import type { UnsentBytes } from './unsent-bytes.ts';

/** In lower case. The fast path adds it to its head itself. */
export const noSniff = 'x-content-type-options';

type HeadFields = OutgoingHttpHeaders | OutgoingHttpHeader[];

export class GuardedResponse extends ServerResponse<IncomingMessage> {
  /** `content-length` as it was passed to `writeHead`, for the log. */
  declaredLength: number | string | undefined;
  /** Counts what waits for clients; undefined where nothing is bounded. Of the class, not of each response. */
  declare readonly unsent: UnsentBytes | undefined;
  /** Whether each response is the last one of its connection. Of the class, like `unsent`. */
  declare readonly ending: Ending | undefined;
  /** Of a response that could not be sent at once. */
  declare private pace: PacedSending | undefined;

  override writeHead(status: number, reason?: string | HeadFields, headers?: HeadFields): this {
    const fields = typeof reason === 'string' ? headers : reason;
    if (fields && !Array.isArray(fields)) this.declaredLength = fields['content-length'] as number | string | undefined;
    // Also for a request that was received before the server began to stop (RFC 9112, section 9.6).
    if (this.ending?.isNear) this.setHeader('connection', 'close');
    // Fields passed to `writeHead` in an object are the cheapest; Node processes those that are set one by one twice.
    if (!fields || Array.isArray(fields) || !(noSniff in fields)) this.setHeader(noSniff, 'nosniff');
    return typeof reason === 'string' ? super.writeHead(status, reason, headers) : super.writeHead(status, reason);
  }

  override write(...given: unknown[]): boolean {
    const isSent = (super.write as (...given: unknown[]) => boolean).apply(this, given);
    if (!isSent && this.unsent) this.#paced(this.unsent).watch();
    return isSent;
  }

  override end(...given: unknown[]): this {
    const body = this.unsent && longBody(given[0], given[1]);
    if (this.unsent && body) {
      if (!this.headersSent && !this.hasHeader('content-length')) this.setHeader('content-length', body.length);
      this.#paced(this.unsent).sendInSlices(body);
      return this;
    }
    (super.end as (...given: unknown[]) => this).apply(this, given);
    if (this.unsent && this.writableLength > 0) this.#paced(this.unsent).watch();
    return this;
  }

  #paced(unsent: UnsentBytes): PacedSending {
    const { socket } = this.req;
    const destination = { connection: socket, address: socket.remoteAddress, cut: () => socket.destroy() };
    this.pace ??= new PacedSending(unsent, destination, {
      write: (chunk, sent) => super.write(chunk, sent),
      end: (chunk) => super.end(chunk),
      unsent: () => this.writableLength,
      once: this.once.bind(this),
    });
    return this.pace;
  }
}

/** The end of a server's connections. */
export interface Ending {
  /** Whether each connection is to end with its next response. */
  isNear: boolean;
}

/** The class of a server's responses. */
export function countedResponse(unsent: UnsentBytes, ending: Ending): typeof GuardedResponse {
  const Counted = class extends GuardedResponse {};
  Object.defineProperties(Counted.prototype, { unsent: { value: unsent }, ending: { value: ending } });
  return Counted;
}

/** Bytes of the body, where they are declared. */
export function bytesOf(response: ServerResponse): number | undefined {
  const length = (response as GuardedResponse).declaredLength ?? response.getHeader('content-length');
  return length === undefined ? undefined : Number(length);
}
