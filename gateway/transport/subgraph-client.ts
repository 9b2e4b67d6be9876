// Talks to one subgraph: GraphQL over HTTP POST, one pool of connections to each of its addresses, in turn.
import { type Dispatcher, Pool } from 'undici';
import type { Cancellation } from './cancellation.ts';
import { RequestCancelled, SubgraphError, type SubgraphErrorCode } from './subgraph-error.ts';

export interface SubgraphClientOptions {
  name: string;
  /** Addresses that serve the same subgraph. */
  urls: readonly string[];
  /** Milliseconds from sending to the end of the answer. */
  timeout: number;
  /** Connections kept to each address at most. */
  connections: number;
  /** Largest answer that is read, in bytes. */
  maxAnswerBytes: number;
}

/** One outcome of one request to one subgraph, as the request's log line tells it. */
export interface SubgraphCall {
  subgraph: string;
  /** Milliseconds from sending to the end of the answer. */
  duration: number;
  /** `ok`, or what went wrong. */
  outcome: 'ok' | SubgraphErrorCode | 'CANCELLED';
  /** For operators only: what exactly failed. */
  detail?: string;
}

/** The client request that a subgraph is asked for. */
export interface SubgraphScope {
  requestId: string;
  cancellation: Cancellation;
  /** Every call is added here when it ends. */
  calls: SubgraphCall[];
}

/** A GraphQL answer as the subgraph gave it; `data`, `errors` or both are there. */
export interface SubgraphAnswer {
  data?: Record<string, unknown> | null;
  errors?: readonly unknown[];
}

interface Address {
  pool: Pool;
  path: string;
}

const ownHeaders = [
  'content-type',
  'application/json',
  'accept',
  'application/graphql-response+json, application/json;q=0.9',
];

/** Failures that happen before a byte is sent: another address may be asked, whatever the operation. */
const notConnected = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

export class SubgraphClient {
  readonly name: string;
  readonly #addresses: Address[];
  readonly #timeout: number;
  readonly #maxAnswerBytes: number;
  #turn = 0;

  constructor(options: SubgraphClientOptions) {
    this.name = options.name;
    this.#timeout = options.timeout;
    this.#maxAnswerBytes = options.maxAnswerBytes;
    this.#addresses = options.urls.map((text) => {
      const url = new URL(text);
      return {
        // Time-outs are kept here, for the whole exchange: undici's own count per phase and in coarse steps.
        pool: new Pool(url.origin, { connections: options.connections, headersTimeout: 0, bodyTimeout: 0 }),
        path: url.pathname + url.search,
      };
    });
  }

  /**
   * Sends one request, `body` being its JSON text, and reads its answer.
   * @throws SubgraphError when there is no usable answer, RequestCancelled when the request was given up.
   */
  async send(body: string, scope: SubgraphScope): Promise<SubgraphAnswer> {
    const call: SubgraphCall = { subgraph: this.name, duration: 0, outcome: 'ok' };
    const started = performance.now();
    try {
      return await this.#askInTurn(body, scope);
    } catch (error) {
      call.outcome = error instanceof SubgraphError ? error.code : 'CANCELLED';
      if (error instanceof SubgraphError) call.detail = error.detail;
      throw error;
    } finally {
      call.duration = performance.now() - started;
      scope.calls.push(call);
    }
  }

  /** Ends all connections; requests still running fail. */
  async close(): Promise<void> {
    await Promise.all(this.#addresses.map(({ pool }) => pool.destroy()));
  }

  async #askInTurn(body: string, scope: SubgraphScope): Promise<SubgraphAnswer> {
    const first = this.#turn++ % this.#addresses.length;
    for (let tried = 1; ; tried++) {
      const address = this.#addresses[(first + tried - 1) % this.#addresses.length] as Address;
      try {
        return await this.#exchange(address, body, scope);
      } catch (error) {
        if (!(error instanceof NotConnected)) throw error;
        if (tried === this.#addresses.length) throw error.asSubgraphError;
      }
    }
  }

  #exchange(address: Address, body: string, scope: SubgraphScope): Promise<SubgraphAnswer> {
    if (scope.cancellation.cancelled) return Promise.reject(new RequestCancelled());
    return new Promise((resolve, reject) => {
      const exchange = new Exchange(
        this.name,
        this.#timeout,
        this.#maxAnswerBytes,
        scope.cancellation,
        resolve,
        reject,
      );
      const headers = [...ownHeaders, 'x-request-id', scope.requestId];
      address.pool.dispatch({ path: address.path, method: 'POST', headers, body }, exchange);
    });
  }
}

class NotConnected extends Error {
  readonly asSubgraphError: SubgraphError;

  constructor(subgraph: string, detail: string) {
    super(detail);
    this.asSubgraphError = new SubgraphError(subgraph, 'SUBGRAPH_UNAVAILABLE', detail);
  }
}

/** One request on the wire, from dispatch to the last byte; settles its promise exactly once. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #subgraph: string;
  readonly #maxBytes: number;
  readonly #cancellation: Cancellation;
  readonly #resolve: (answer: SubgraphAnswer) => void;
  readonly #reject: (error: Error) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #onCancel: () => void;
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #settled = false;

  constructor(
    subgraph: string,
    timeout: number,
    maxBytes: number,
    cancellation: Cancellation,
    resolve: (answer: SubgraphAnswer) => void,
    reject: (error: Error) => void,
  ) {
    this.#subgraph = subgraph;
    this.#maxBytes = maxBytes;
    this.#cancellation = cancellation;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#timer = setTimeout(() => this.#fail('SUBGRAPH_TIMEOUT', `no whole answer within ${timeout} ms`), timeout);
    this.#onCancel = () => this.#end(new RequestCancelled());
    cancellation.add(this.#onCancel);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#settled) controller.abort(new RequestCancelled());
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    this.#status = status;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#maxBytes) {
      this.#fail('SUBGRAPH_BAD_RESPONSE', `the answer is longer than ${this.#maxBytes} bytes`);
      return;
    }
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (this.#settled) return;
    const body = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks, this.#bytes);
    const answer = parseAnswer(body.toString('utf8'));
    if (answer) {
      this.#settle();
      this.#resolve(answer);
    } else if (this.#status >= 500) {
      this.#fail('SUBGRAPH_UNAVAILABLE', `HTTP status ${this.#status} without a GraphQL answer`);
    } else {
      this.#fail('SUBGRAPH_BAD_RESPONSE', `HTTP status ${this.#status}, ${this.#bytes} bytes, no GraphQL answer`);
    }
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error & { code?: string }): void {
    if (this.#settled) return;
    this.#settle();
    const detail = error.code ? `${error.code}: ${error.message}` : error.message;
    this.#reject(
      notConnected.has(error.code ?? '')
        ? new NotConnected(this.#subgraph, detail)
        : new SubgraphError(this.#subgraph, 'SUBGRAPH_UNAVAILABLE', detail),
    );
  }

  #fail(code: SubgraphError['code'], detail: string): void {
    this.#end(new SubgraphError(this.#subgraph, code, detail));
  }

  #end(error: Error): void {
    if (this.#settled) return;
    this.#settle();
    this.#controller?.abort(error);
    this.#reject(error);
  }

  #settle(): void {
    this.#settled = true;
    clearTimeout(this.#timer);
    this.#cancellation.remove(this.#onCancel);
  }
}

/** A GraphQL response map (specification section 7.1), or undefined if the text is none. */
function parseAnswer(text: string): SubgraphAnswer | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { data, errors } = value as { data?: unknown; errors?: unknown };
  const hasData = typeof data === 'object' && !Array.isArray(data) && data !== undefined;
  const hasErrors = Array.isArray(errors) && errors.length > 0;
  if (!hasErrors && (!hasData || data === null)) return undefined;
  return {
    ...(hasData && { data: data as Record<string, unknown> | null }),
    ...(hasErrors && { errors }),
  };
}
