// Message for the gateway: a request that does not come from a connection of node:http, with the interface of one that
// does: of the Fetch API, of a test, or of a server whose framework has changed it.
import { type IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

export interface MessageParts {
  method: string;
  /** Target in origin form, such as "/graphql?query=…". */
  url: string;
  /** As Node has them: by name in lower case, with `host`. */
  headers: IncomingHttpHeaders;
  /** As Node has them: names and values by turns. */
  rawHeaders: readonly string[];
  /** Null for a message without a body. Chunks are read one by one, as the gateway needs them. */
  body: Uint8Array | AsyncIterator<Uint8Array> | null;
  /** Address of the other end of the connection, where it is known. */
  remoteAddress: string | undefined;
  /** Whether the connection is one of TLS. */
  encrypted: boolean;
}

export class Message extends IncomingMessage {
  readonly #body: MessageParts['body'];
  #isReading = false;

  constructor({ method, url, headers, rawHeaders, body, remoteAddress, encrypted }: MessageParts) {
    // What the gateway reads of a socket.
    super({ remoteAddress, encrypted } as unknown as Socket);
    this.method = method;
    this.url = url;
    this.httpVersion = '1.1';
    this.httpVersionMajor = 1;
    this.httpVersionMinor = 1;
    this.headers = headers;
    this.rawHeaders = [...rawHeaders];
    this.#body = body;
  }

  override _read(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    if (this.#body === null || this.#body instanceof Uint8Array) {
      if (this.#body) this.push(this.#body);
      this.#end();
    } else this.#readFrom(this.#body);
  }

  /** Until its buffer is full, or the body ends. */
  async #readFrom(chunks: AsyncIterator<Uint8Array>): Promise<void> {
    try {
      for (let hasRoom = true; hasRoom && !this.destroyed; ) {
        const { done, value } = await chunks.next();
        if (done) return this.#end();
        hasRoom = this.push(value);
      }
      this.#isReading = false;
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  #end(): void {
    this.complete = true;
    this.push(null);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    if (!this.complete) {
      this.aborted = true;
      // What is not read any more need not be sent; a failure of that changes nothing.
      if (this.#body && 'return' in this.#body) this.#body.return?.().catch(() => undefined);
    }
    // As of Node's messages: an error without a reader is that of a client that has left.
    callback(this.listenerCount('error') > 0 ? error : null);
  }
}

/** Header fields for a message. @param fields names in lower case, each once. @param host where the fields have none. */
export function headersOf(
  fields: Iterable<readonly [name: string, value: string]>,
  host: string,
): Pick<MessageParts, 'headers' | 'rawHeaders'> {
  const headers: IncomingHttpHeaders = { host, ...Object.fromEntries(fields) };
  return { headers, rawHeaders: Object.entries(headers).flat() as string[] };
}
