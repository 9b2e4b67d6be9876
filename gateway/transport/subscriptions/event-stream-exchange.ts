// Event stream exchange: one subscription to a subgraph on one HTTP connection, from dispatch to its end ("distinct
// connections mode" of GraphQL over server-sent events). The socket is paused while the reader does not pull: memory
// holds the events of one read of the socket at most, and one event that has not ended.
import { hash } from 'node:crypto';
import type { Dispatcher } from 'undici';
import type { Cancellation } from '../cancellation.ts';
import { decoderFor, unknownCoding } from '../response-codings.ts';
import { connectionFailure } from '../subgraph-address.ts';
import { RequestCancelled, SubgraphError, type SubgraphErrorCode } from '../subgraph-error.ts';
import { parseResponse, readResponse } from '../subgraph-response.ts';
import { EventQueue, type EventStep } from './event-queue.ts';
import { EventStreamDecoder, InvalidEventStream, type StreamEvent } from './event-stream.ts';
import type { UpstreamStream } from './stream-opener.ts';

export interface EventStreamExchangeOptions {
  subgraph: string;
  /** Milliseconds from dispatch to the head of the event stream, or to the end of a response that is not one. */
  startTimeout: number;
  /** Maximum size of an event, and of a response that is not an event stream, in bytes. */
  maxBytes: number;
  /** The regular end of a stream: a `complete` event, or also the end of the response. */
  end: 'complete' | 'close';
  cancellation: Cancellation;
  /** Called at most once, as soon as there is something to read. */
  onStart(): void;
  /** Called once, at the end of the stream; the connection is to be closed then. Null for a regular end. */
  onEnd(error: Error | null): void;
}

export class EventStreamExchange implements Dispatcher.DispatchHandler, UpstreamStream {
  readonly #options: EventStreamExchangeOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #onCancel = () => this.#drop(new RequestCancelled());
  #controller: Dispatcher.DispatchController | undefined;
  /** Null until the response is known to be an event stream. */
  #decoder: EventStreamDecoder | null = null;
  #isSent = false;
  #status = 0;
  #retryAfter: string | undefined;
  #contentType: string | undefined;
  #body: Buffer[] = [];
  #bodyBytes = 0;
  readonly #queue = new EventQueue();
  #hasEnded = false;

  constructor(options: EventStreamExchangeOptions) {
    this.#options = options;
    const { startTimeout, cancellation } = options;
    this.#timer = setTimeout(
      () => this.#fail('SUBGRAPH_TIMEOUT', `no event stream within ${startTimeout} ms`),
      startTimeout,
    );
    cancellation.add(this.#onCancel);
  }

  next(): Promise<EventStep> {
    const step = this.#queue.next();
    if (this.#queue.length === 0 && this.#controller?.paused) this.#controller.resume();
    return step;
  }

  leave(): void {
    this.#drop(null);
  }

  close(): void {
    this.#fail('SUBGRAPH_UNAVAILABLE', 'the gateway is closing its connections');
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.#isSent = true;
    if (this.#hasEnded) controller.abort(new RequestCancelled());
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    if (this.#hasEnded || status < 200) return;
    this.#status = status;
    const contentType = headers['content-type'];
    this.#contentType = typeof contentType === 'string' ? contentType : contentType?.[0];
    if (status === 429) this.#retryAfter = [headers['retry-after']].flat()[0];
    // No coding is accepted here: a compressor holds events back.
    if (decoderFor(headers['content-encoding']) !== null) {
      this.#fail('SUBGRAPH_BAD_RESPONSE', unknownCoding(headers['content-encoding']));
      return;
    }
    if (!isEventStream(headers['content-type'])) return;
    if (status > 299) {
      // Its events are not read, and it may never end.
      this.#settleResponse(Buffer.alloc(0));
      return;
    }
    const { maxBytes, onStart } = this.#options;
    clearTimeout(this.#timer);
    this.#decoder = new EventStreamDecoder({ maxBytes, onEvent: (event) => this.#readEvent(event) });
    onStart();
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#hasEnded) return;
    if (!this.#decoder) {
      this.#addToBody(chunk);
      return;
    }
    try {
      this.#decoder.write(chunk);
    } catch (error) {
      if (!(error instanceof InvalidEventStream)) throw error;
      this.#fail('SUBGRAPH_BAD_RESPONSE', error.message);
    }
    if (this.#queue.length > 0 && !this.#hasEnded) controller.pause();
  }

  onResponseEnd(): void {
    if (this.#hasEnded) return;
    if (!this.#decoder) this.#settleResponse(Buffer.concat(this.#body, this.#bodyBytes));
    else if (!this.#decoder.end()) this.#fail('SUBGRAPH_UNAVAILABLE', 'the stream ended within an event');
    else if (this.#options.end === 'close') this.#end(null);
    else this.#fail('SUBGRAPH_UNAVAILABLE', 'the stream ended without "complete"');
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error & { code?: string }): void {
    const progress = { isSent: this.#isSent, isReused: false, hasResponded: this.#status !== 0 };
    this.#end(connectionFailure(this.#options.subgraph, error, progress));
  }

  #readEvent({ type, data, id }: StreamEvent): void {
    if (this.#hasEnded) return;
    if (type === 'complete') {
      this.#end(null);
      return;
    }
    // Older services do not name their events; events with other names, such as pings, are not part of the protocol.
    const isResult = type === 'next' || type === 'error' || (data !== '' && (type === '' || type === 'message'));
    if (!isResult) return;
    const response = parseResponse(data);
    const bytes = Buffer.byteLength(data);
    const digest = () => hash('sha1', data, 'base64');
    if (response) this.#queue.push({ response, bytes, id: id === null ? null : { id, digest: digest() } });
    else this.#fail('SUBGRAPH_BAD_RESPONSE', `an event of ${bytes} bytes is not a GraphQL response`);
  }

  #addToBody(chunk: Buffer): void {
    this.#body.push(chunk);
    this.#bodyBytes += chunk.length;
    const { maxBytes } = this.#options;
    if (this.#bodyBytes > maxBytes) {
      this.#fail('SUBGRAPH_BAD_RESPONSE', `the response is longer than ${maxBytes} bytes`);
    }
  }

  /** A single response in place of a stream: the result of a subscription that the service rejected. */
  #settleResponse(body: Buffer): void {
    const { subgraph, onStart } = this.#options;
    const read = readResponse(subgraph, this.#status, body, {
      retryAfter: this.#retryAfter,
      contentType: this.#contentType,
    });
    if (read instanceof SubgraphError) {
      this.#end(read);
      return;
    }
    onStart();
    this.#queue.push({ response: read, bytes: body.length, id: null, isRejection: true });
    this.#end(null);
  }

  #fail(code: SubgraphErrorCode, detail: string): void {
    this.#end(new SubgraphError(this.#options.subgraph, code, detail));
  }

  /** Ends the exchange without delivering queued events: the reader has left. */
  #drop(error: Error | null): void {
    this.#queue.clear();
    this.#end(error);
  }

  #end(error: Error | null): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    clearTimeout(this.#timer);
    this.#options.cancellation.remove(this.#onCancel);
    this.#controller = undefined;
    this.#decoder = null;
    this.#body = [];
    this.#queue.end(error);
    this.#options.onEnd(error);
  }
}

function isEventStream(contentType: string | string[] | undefined): boolean {
  return typeof contentType === 'string' && /^text\/event-stream\s*(;|$)/i.test(contentType.trim());
}
