// Exchange with a subgraph: one request on the wire, from dispatch to the last byte of its response, within one
// time-out; reports its end exactly once.
import type { Dispatcher } from 'undici';
import type { SubgraphSeries } from '../telemetry/metrics/subgraph-metrics.ts';
import type { FetchRecord } from '../telemetry/trace/trace.ts';
import { type CacheDirectives, readDirectives } from './cache-directives.ts';
import type { Cancellation } from './cancellation.ts';
import type { ConnectionState, ExchangeHandler } from './connection.ts';
import { interruptedRequest, OutOfTime } from './deadline.ts';
import type { PendingFetch } from './fetch-recorder.ts';
import type { HttpMessage } from './http-message.ts';
import { type PassedHeaders, type ReceivedHeaders, receivedHeaders } from './received-headers.ts';
import { type Decode, decoderFor, unknownCoding } from './response-codings.ts';
import { connectionFailure } from './subgraph-address.ts';
import { RequestCancelled, SubgraphError } from './subgraph-error.ts';
import { type ResponseFacts, readResponse, type SubgraphResponse } from './subgraph-response.ts';
import type { Upstream } from './upstream.ts';

export type Done = (error: Error | null, response: SubgraphResponse | null) => void;

/** Settings of a subgraph that all of its exchanges share. */
export interface ExchangeOptions {
  subgraph: string;
  /** Milliseconds from the first dispatch to the end of the response. */
  timeout: number;
  /** Maximum size of a response, also of a decoded one. */
  maxBytes: number;
  honoursCacheControl: boolean;
  /** Header fields for the client; null for none. */
  passedHeaders: PassedHeaders | null;
  /** Undefined where nothing is measured. */
  series?: SubgraphSeries | undefined;
}

/** What an exchange reports to. */
export interface ExchangeOwner {
  readonly cancellation: Cancellation;
  /** Whether the response may contain values of custom scalars. */
  readonly hasCustomScalars: boolean;
  /** What is sent in place of a GraphQL request, and reads the response; absent or null for GraphQL. */
  readonly message?: HttpMessage | null;
  /** Called when the head of a response has arrived. */
  headReceived(exchange: SubgraphExchange): void;
  /** Called exactly once, with a response or an error. */
  exchangeEnded(exchange: SubgraphExchange, error: Error | null, response: SubgraphResponse | null): void;
}

export class SubgraphExchange implements ExchangeHandler {
  /** The address that it is with. */
  readonly upstream: Upstream;
  /** Milliseconds of `performance.now()`. */
  readonly started: number;
  connection?: ConnectionState;
  /** Whether the request was written to a connection, or may have been. */
  isSent = false;
  /** Whether another request was written to the same connection before. */
  isReused = false;
  /** Whether a byte of a response has arrived. */
  hasResponded = false;
  /** Whether the connection has ended before the response. */
  isCut = false;
  /** 0 before the head of a response. */
  status = 0;
  /** Value of `Retry-After` of statuses 429 and 503. */
  retryAfter: string | undefined;
  fetch: FetchRecord | null = null;
  record: PendingFetch | null = null;
  readonly #options: ExchangeOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #onCancel: () => void;
  /** Undefined once settled, like every other reference to the client's request. */
  #owner: ExchangeOwner | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #chunks: Buffer[] = [];
  #contentType: string | undefined;
  /** Null for a body as it is. */
  #decode: Decode | null = null;
  #bytes = 0;
  #directives: CacheDirectives | undefined;
  /** Of services that do not speak GraphQL alone. */
  #headers: Readonly<Record<string, string | string[] | undefined>> | undefined;
  #received: ReceivedHeaders | undefined;

  /** @param timeout milliseconds that are left of the subgraph's time-out. */
  constructor(options: ExchangeOptions, owner: ExchangeOwner, upstream: Upstream, started: number, timeout: number) {
    this.#options = options;
    this.#owner = owner;
    this.upstream = upstream;
    this.started = started;
    this.#timer = setTimeout(() => {
      if (timeout < options.timeout / 2) this.#end(new OutOfTime(options.subgraph));
      else this.#fail('SUBGRAPH_TIMEOUT', `no complete response within ${options.timeout} ms`);
    }, timeout);
    // Not `owner` itself: the timer, which lives on, has these variables too, and the owner has all of its request.
    this.#onCancel = () => {
      if (this.#owner) this.#end(interruptedRequest(this.#owner.cancellation, options.subgraph));
    };
    owner.cancellation.add(this.#onCancel);
  }

  get hasEnded(): boolean {
    return this.#owner === undefined;
  }

  /** Ends it in favour of another one. */
  abandon(): void {
    this.#end(new RequestCancelled());
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    const { connection } = this;
    if (connection) {
      this.isReused = connection.requests > 0;
      connection.requests += 1;
    }
    this.isSent = true;
    if (!this.#owner) controller.abort(new RequestCancelled());
  }

  onResponseStarted(): void {
    this.hasResponded = true;
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    if (!this.#owner) return;
    this.hasResponded = true;
    this.status = status;
    this.#owner.headReceived(this);
    if (this.fetch) this.fetch.status = status;
    this.record?.receiveHead();
    const { honoursCacheControl, passedHeaders } = this.#options;
    const contentType = headers['content-type'];
    this.#contentType = typeof contentType === 'string' ? contentType : contentType?.[0];
    this.#directives = readDirectives(headers, honoursCacheControl);
    if (this.#owner.message) this.#headers = headers;
    if (passedHeaders) this.#received = receivedHeaders(headers, passedHeaders);
    if (status === 429 || status === 503) this.retryAfter = [headers['retry-after']].flat()[0];
    const decode = decoderFor(headers['content-encoding']);
    if (decode === 'unknown') this.#fail('SUBGRAPH_BAD_RESPONSE', unknownCoding(headers['content-encoding']));
    else this.#decode = decode;
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    this.#bytes += chunk.length;
    this.#options.series?.receivedBytes.add(chunk.length);
    const { maxBytes } = this.#options;
    if (this.#bytes > maxBytes) {
      this.#fail('SUBGRAPH_BAD_RESPONSE', `the response is longer than ${maxBytes} bytes`);
      return;
    }
    this.#chunks.push(chunk);
  }

  onWholeResponse(bytes: Buffer): void {
    if (!this.#owner) return;
    if (this.#decode || bytes.length > this.#options.maxBytes) {
      // Decoding goes on after this call, and with it the use of the bytes.
      this.onResponseData(undefined, Buffer.from(bytes));
      this.onResponseEnd();
      return;
    }
    this.#bytes = bytes.length;
    this.#options.series?.receivedBytes.add(bytes.length);
    this.#read(bytes);
  }

  onResponseEnd(): void {
    if (!this.#owner) return;
    const body = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks, this.#bytes);
    // A response to be without a body, such as 204, has nothing to decode.
    if (!this.#decode || body.length === 0) this.#read(body);
    else {
      this.#chunks = [];
      this.#decode(body, this.#options.maxBytes, (decoded) => {
        if (typeof decoded === 'string') this.#fail('SUBGRAPH_BAD_RESPONSE', decoded);
        else this.#read(decoded);
      });
    }
  }

  #read(body: Buffer): void {
    const owner = this.#owner;
    if (!owner) return;
    const facts: ResponseFacts = {
      retryAfter: this.retryAfter,
      contentType: this.#contentType,
      exponents: owner.hasCustomScalars,
    };
    const { message } = owner;
    const read = message
      ? message.read(this.status, body, { ...facts, headers: this.#headers })
      : readResponse(this.#options.subgraph, this.status, body, facts);
    if (read instanceof SubgraphError) this.#end(read);
    else {
      if (this.#directives) read.directives = this.#directives;
      if (this.#received) read.headers = this.#received;
      this.#settle(null, read);
    }
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error & { code?: string }): void {
    this.isCut = this.isSent;
    this.#settle(connectionFailure(this.#options.subgraph, error, this), null);
  }

  #fail(code: SubgraphError['code'], detail: string): void {
    this.#end(new SubgraphError(this.#options.subgraph, code, detail));
  }

  #end(error: Error): void {
    const controller = this.#controller;
    this.#settle(error, null);
    controller?.abort(error);
  }

  /**
   * Reports the end, the first time only. All references are cleared: exchanges in the old generation of the heap would
   * prevent the requests that they belonged to from being collected young. Seven times as much was measured to survive
   * each collection.
   */
  #settle(error: Error | null, response: SubgraphResponse | null): void {
    const owner = this.#owner;
    if (!owner) return;
    const { fetch, record } = this;
    if (fetch) fetch.bytes = this.#bytes;
    if (record) record.bytes = this.#bytes;
    clearTimeout(this.#timer);
    owner.cancellation.remove(this.#onCancel);
    this.#owner = undefined;
    this.#controller = undefined;
    this.#chunks = [];
    owner.exchangeEnded(this, error, response);
    this.fetch = null;
    this.record = null;
  }
}
