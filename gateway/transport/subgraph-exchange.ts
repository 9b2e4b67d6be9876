// Exchange with a subgraph: one request on the wire, from dispatch to the last byte of its response, within one
// time-out; calls `done` exactly once.
import type { Dispatcher } from 'undici';
import type { SubgraphSeries } from '../telemetry/metrics/subgraph-metrics.ts';
import type { FetchRecord } from '../telemetry/trace/trace.ts';
import { type CacheDirectives, readDirectives } from './cache-directives.ts';
import type { Cancellation } from './cancellation.ts';
import type { PendingFetch } from './fetch-recorder.ts';
import { type PassedHeaders, type ReceivedHeaders, receivedHeaders } from './received-headers.ts';
import { type Decode, decoderFor, unknownCoding } from './response-codings.ts';
import { connectionFailure } from './subgraph-address.ts';
import { RequestCancelled, SubgraphError } from './subgraph-error.ts';
import { readResponse, type SubgraphResponse } from './subgraph-response.ts';

export type Done = (error: Error | null, response: SubgraphResponse | null) => void;

/** Settings of a subgraph that all of its exchanges share. */
export interface ExchangeOptions {
  subgraph: string;
  /** Milliseconds from dispatch to the end of the response. */
  timeout: number;
  /** Maximum size of a response, also of a decoded one. */
  maxBytes: number;
  honoursCacheControl: boolean;
  /** Header fields for the client; null for none. */
  passedHeaders: PassedHeaders | null;
  /** Undefined where nothing is measured. */
  series?: SubgraphSeries | undefined;
}

export class SubgraphExchange implements Dispatcher.DispatchHandler {
  readonly #subgraph: string;
  readonly #maxBytes: number;
  readonly #honoursCacheControl: boolean;
  readonly #timer: NodeJS.Timeout;
  readonly #onCancel: () => void;
  /** Undefined once settled, like every other reference to the client's request. */
  #done: Done | undefined;
  #cancellation: Cancellation | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #chunks: Buffer[] = [];
  #status = 0;
  #retryAfter: string | undefined;
  #contentType: string | undefined;
  /** Null for a body as it is. */
  #decode: Decode | null = null;
  readonly #hasCustomScalars: boolean;
  #bytes = 0;
  #directives: CacheDirectives | undefined;
  readonly #passedHeaders: PassedHeaders | null;
  readonly #series: SubgraphSeries | undefined;
  #received: ReceivedHeaders | undefined;
  #fetch: FetchRecord | null;
  #record: PendingFetch | null;

  constructor(
    { subgraph, timeout, maxBytes, honoursCacheControl, passedHeaders, series }: ExchangeOptions,
    cancellation: Cancellation,
    done: Done,
    hasCustomScalars: boolean,
    fetch: FetchRecord | null = null,
    record: PendingFetch | null = null,
  ) {
    this.#fetch = fetch;
    this.#record = record;
    this.#passedHeaders = passedHeaders;
    this.#series = series;
    this.#hasCustomScalars = hasCustomScalars;
    this.#subgraph = subgraph;
    this.#maxBytes = maxBytes;
    this.#honoursCacheControl = honoursCacheControl;
    this.#cancellation = cancellation;
    this.#done = done;
    this.#timer = setTimeout(
      () => this.#fail('SUBGRAPH_TIMEOUT', `no complete response within ${timeout} ms`),
      timeout,
    );
    this.#onCancel = () => this.#end(new RequestCancelled());
    cancellation.add(this.#onCancel);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (!this.#done) controller.abort(new RequestCancelled());
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    this.#status = status;
    if (this.#fetch) this.#fetch.status = status;
    const contentType = headers['content-type'];
    this.#contentType = typeof contentType === 'string' ? contentType : contentType?.[0];
    this.#directives = readDirectives(headers, this.#honoursCacheControl);
    if (this.#passedHeaders) this.#received = receivedHeaders(headers, this.#passedHeaders);
    if (status === 429) this.#retryAfter = [headers['retry-after']].flat()[0];
    const decode = decoderFor(headers['content-encoding']);
    if (decode === 'unknown') this.#fail('SUBGRAPH_BAD_RESPONSE', unknownCoding(headers['content-encoding']));
    else this.#decode = decode;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    this.#series?.receivedBytes.add(chunk.length);
    if (this.#bytes > this.#maxBytes) {
      this.#fail('SUBGRAPH_BAD_RESPONSE', `the response is longer than ${this.#maxBytes} bytes`);
      return;
    }
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (!this.#done) return;
    const body = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks, this.#bytes);
    // A response to be without a body, such as 204, has nothing to decode.
    if (!this.#decode || body.length === 0) this.#read(body);
    else {
      this.#chunks = [];
      this.#decode(body, this.#maxBytes, (decoded) => {
        if (typeof decoded === 'string') this.#fail('SUBGRAPH_BAD_RESPONSE', decoded);
        else if (this.#done) this.#read(decoded);
      });
    }
  }

  #read(body: Buffer): void {
    const read = readResponse(this.#subgraph, this.#status, body, {
      retryAfter: this.#retryAfter,
      contentType: this.#contentType,
      exponents: this.#hasCustomScalars,
    });
    if (read instanceof SubgraphError) this.#end(read);
    else {
      if (this.#directives) read.directives = this.#directives;
      if (this.#received) read.headers = this.#received;
      this.#settle(null, read);
    }
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error & { code?: string }): void {
    this.#settle(connectionFailure(this.#subgraph, error), null);
  }

  #fail(code: SubgraphError['code'], detail: string): void {
    this.#end(new SubgraphError(this.#subgraph, code, detail));
  }

  #end(error: Error): void {
    const controller = this.#controller;
    this.#settle(error, null);
    controller?.abort(error);
  }

  /**
   * Calls `done`, the first time only. All references are cleared: exchanges in the old generation of the heap would
   * prevent the requests that they belonged to from being collected young. Seven times as much was measured to survive
   * each collection.
   */
  #settle(error: Error | null, response: SubgraphResponse | null): void {
    const done = this.#done;
    if (this.#fetch) this.#fetch.bytes = this.#bytes;
    this.#fetch = null;
    if (this.#record) this.#record.bytes = this.#bytes;
    this.#record = null;
    clearTimeout(this.#timer);
    this.#cancellation?.remove(this.#onCancel);
    this.#done = undefined;
    this.#cancellation = undefined;
    this.#controller = undefined;
    this.#chunks = [];
    done?.(error, response);
  }
}
