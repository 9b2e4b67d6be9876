// Captured response: a response of node:http whose head and body become a response of the Fetch API, without a
// connection. A body that is sent at once stays one piece; any other is a stream, with the reader's backpressure.
import type { IncomingMessage, OutgoingHttpHeader, OutgoingHttpHeaders } from 'node:http';
import { GuardedResponse } from '../guarded-response.ts';

type HeadFields = OutgoingHttpHeaders | OutgoingHttpHeader[];
type Chunk = string | Uint8Array | null | undefined;

/** Fields of a connection (RFC 9110, section 7.6.1): whatever sends the response has its own. */
const ofConnections = new Set(['connection', 'keep-alive', 'transfer-encoding']);

/** Statuses of responses without a body (Fetch standard, "null body status"). */
const withoutBody = new Set([204, 205, 304]);

/** Bytes that wait for the reader before the gateway is to pause. */
const HIGH_WATER_MARK = 65_536;

export class CapturedResponse extends GuardedResponse {
  /** Rejects where the response is destroyed before its head. */
  readonly captured: Promise<Response>;
  readonly #settle: PromiseWithResolvers<Response>;
  readonly #isHead: boolean;
  #stream: ReadableStreamDefaultController<Uint8Array> | null = null;
  #isFinished = false;
  #isClosed = false;

  constructor(message: IncomingMessage) {
    super(message);
    this.#isHead = message.method === 'HEAD';
    Object.defineProperty(this, 'writableFinished', { get: () => this.#isFinished });
    this.#settle = Promise.withResolvers();
    this.captured = this.#settle.promise;
  }

  /** Fields that are given here become those of `getHeaders`. */
  override writeHead(status: number, reason?: string | HeadFields, headers?: HeadFields): this {
    const fields = (typeof reason === 'string' ? headers : reason) ?? {};
    if (Array.isArray(fields)) {
      for (let at = 0; at < fields.length; at += 2) {
        this.appendHeader(String(fields[at]), fields[at + 1] as string | readonly string[]);
      }
    } else {
      for (const [name, value] of Object.entries(fields)) if (value !== undefined) this.setHeader(name, value);
    }
    return super.writeHead(status);
  }

  override flushHeaders(): void {
    if (!this.headersSent) this.writeHead(this.statusCode);
    if (!this.#stream && !this.destroyed) this.#openStream();
  }

  override write(chunk: Chunk, ...rest: unknown[]): boolean {
    if (this.destroyed || this.writableEnded) return false;
    this.flushHeaders();
    const bytes = toBytes(chunk, rest[0]);
    if (bytes.length > 0 && !this.#omitsBody) this.#stream?.enqueue(bytes);
    callback(rest);
    return (this.#stream?.desiredSize ?? 1) > 0;
  }

  override end(...given: unknown[]): this {
    if (this.destroyed || this.writableEnded) return this;
    const chunk = typeof given[0] === 'function' ? null : (given[0] as Chunk);
    if (!this.headersSent) this.writeHead(this.statusCode);
    if (this.#stream) {
      if (chunk) this.write(chunk, given[1]);
      this.#stream.close();
    } else this.#settle.resolve(this.#response(this.#omitsBody ? null : toBytes(chunk, given[1])));
    this.finished = true;
    process.nextTick(() => {
      this.#isFinished = true;
      this.emit('finish');
      callback(given);
      this.#close();
    });
    return this;
  }

  /** @param error for the reader. Default: an `AbortError`. */
  override destroy(error?: Error): this {
    if (this.destroyed) return this;
    this.destroyed = true;
    if (!this.writableEnded) {
      const reason = error ?? new DOMException('The response ended before it was complete.', 'AbortError');
      if (this.#stream) this.#stream.error(reason);
      else this.#settle.reject(reason);
    }
    process.nextTick(() => this.#close());
    return this;
  }

  get #omitsBody(): boolean {
    return this.#isHead || withoutBody.has(this.statusCode);
  }

  #openStream(): void {
    const strategy = new ByteLengthQueuingStrategy({ highWaterMark: HIGH_WATER_MARK });
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#stream = controller;
        },
        pull: () => {
          this.emit('drain');
        },
        cancel: () => {
          // The reader has left, as a client that closes its connection.
          this.#stream = null;
          this.destroy();
        },
      },
      strategy,
    );
    this.#settle.resolve(this.#response(this.#omitsBody ? null : body));
  }

  #response(body: BodyInit | null): Response {
    const headers = new Headers();
    for (const [name, value] of Object.entries(this.getHeaders())) {
      if (ofConnections.has(name) || value === undefined) continue;
      for (const each of Array.isArray(value) ? value : [value]) headers.append(name, String(each));
    }
    return new Response(body, { status: this.statusCode, headers });
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.destroyed = true;
    this.emit('close');
    this.req.destroy();
  }
}

function toBytes(chunk: Chunk, encoding: unknown): Uint8Array<ArrayBuffer> {
  if (!chunk) return new Uint8Array();
  if (typeof chunk !== 'string') return chunk as Uint8Array<ArrayBuffer>;
  return Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
}

/** Calls the function that is the last of the parameters of `write` and `end`, if there is one. */
function callback(parameters: readonly unknown[]): void {
  const last = parameters.findLast((each) => typeof each === 'function') as (() => void) | undefined;
  last?.();
}
