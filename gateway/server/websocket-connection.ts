// WebSocket connection: its caller, its operations, and its end. The protocol itself (graphql-transport-ws) is
// implemented by graphql-ws; this class adds what the protocol leaves to servers.

import type { IncomingMessage } from 'node:http';
import { type ExecutionArgs, type GraphQLError, parse } from 'graphql';
import { makeServer, type Server, type SubscribePayload } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { operationError } from '../errors.ts';
import { JsonTooDeep, parseClientJson } from '../json/parse-json.ts';
import { decodeUtf8 } from '../json/utf8.ts';
import type { Admission } from '../pipeline/admission.ts';
import type { Endpoint } from '../pipeline/endpoints.ts';
import type { RequestContext } from '../pipeline/request-context.ts';
import { logLine } from '../pipeline/request-work.ts';
import { Rejection } from '../policy/rejection.ts';
import type { Logger } from '../telemetry/log.ts';
import {
  authenticationRequired,
  type Closing,
  closingOf,
  expired,
  failed,
  goingAway,
  notAuthorized,
  notUtf8,
  tooDeep,
  tooSlow,
} from './close-codes.ts';
import type { Place } from './long-lived.ts';
import { RejectedMessage, visibleError, visibleResult, WebSocketOperation } from './websocket-operation.ts';
import { WebSocketSender } from './websocket-sender.ts';

export interface ConnectionOptions {
  protocol: Protocol;
  admission: Pick<Admission, 'admitConnection' | 'admitOperation'>;
  /** Maximum number of operations at the same time. */
  maxOperations: number;
  /** Bytes waiting to be sent, beyond which messages of the client are not read. */
  maxBuffered: number;
  /** Milliseconds without progress in sending after which the client is disconnected. */
  stallTimeout: number;
  /** Milliseconds between two pings. */
  ping: number;
  log: Logger;
  /** Logs an unexpected error and returns the error for clients. */
  mask(error: unknown): GraphQLError;
  /** Milliseconds since 1970. */
  now(): number;
}

/** A socket that was just opened, with its request and endpoint. */
export interface Opened {
  socket: WebSocket;
  /** The upgrade request. */
  request: IncomingMessage;
  context: RequestContext;
  endpoint: Endpoint;
  place: Place;
}

export type Protocol = Server<WebSocketConnection>;

/** Maximum delay of a Node timer, in milliseconds; a longer one fires at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Placeholder document for the library; the operation itself is parsed once it has been admitted. */
const anyOperation = parse('{ __typename }');

/**
 * The protocol, shared by all connections.
 * @param initTimeout milliseconds within which a client must send `connection_init`.
 */
export function createProtocol(initTimeout: number): Protocol {
  return makeServer<Record<string, unknown>, WebSocketConnection>({
    connectionInitWaitTimeout: initTimeout,
    onConnect: ({ extra, connectionParams }) => extra.admit(connectionParams),
    onSubscribe: ({ extra }, id, payload) => extra.begin(id, payload),
    execute: ({ contextValue }) => contextValue as WebSocketOperation,
    onNext: (_context, _id, _payload, _args, result) => visibleResult(result),
    onError: (_context, _id, _payload, errors) => {
      const original = errors[0]?.originalError;
      return (original instanceof RejectedMessage ? original.errors : errors).map(visibleError);
    },
  });
}

export class WebSocketConnection {
  /** Context of the upgrade request; operations have their own. */
  readonly context: RequestContext;
  readonly #socket: WebSocket;
  readonly #request: IncomingMessage;
  readonly #endpoint: Endpoint;
  readonly #place: Place;
  readonly #options: ConnectionOptions;
  readonly #operations = new Set<WebSocketOperation>();
  readonly #sender: WebSocketSender;
  readonly #pinging: NodeJS.Timeout;
  #expiry: NodeJS.Timeout | undefined;
  /** The library also accepts messages that are parsed already. */
  #receive: ((message: unknown) => Promise<void>) | null = null;
  #messageBytes = 0;
  #served = 0;
  #isAlive = true;
  #isDraining = false;
  #isEnding = false;

  /** @param onClose called when the socket is closed, for any reason. */
  constructor(
    { socket, request, context, endpoint, place }: Opened,
    options: ConnectionOptions,
    onClose: (connection: WebSocketConnection) => void,
  ) {
    this.#socket = socket;
    this.#request = request;
    this.#endpoint = endpoint;
    this.#place = place;
    this.context = context;
    this.#options = options;
    this.#pinging = setInterval(() => this.#ping(), options.ping);
    this.#sender = new WebSocketSender(socket, {
      stallTimeout: options.stallTimeout,
      onProgress: () => this.#resume(),
      onStall: () => this.end(tooSlow),
    });
    const closed = options.protocol.opened(
      {
        protocol: socket.protocol,
        // Awaited by the library: an operation pulls its next event when the last one has been sent, so that each has
        // one waiting at most, and backpressure reaches the service's stream.
        send: (message) => this.#sender.send(message),
        close: (code = failed.code, reason = '') => this.end({ code, reason }),
        onMessage: (receive) => {
          this.#receive = receive as (message: unknown) => Promise<void>;
        },
      },
      this,
    );
    socket.on('message', (data: Buffer) => this.#onMessage(data));
    socket.on('pong', () => {
      this.#isAlive = true;
    });
    // Protocol errors and messages that are too long: the socket is closed with the matching code.
    socket.on('error', (error) => this.#log('websocket error', { reason: error.message }));
    socket.once('close', (code, reason) => {
      this.#finish();
      closed(code, String(reason)).catch((error) => this.#options.mask(error));
      onClose(this);
      this.#log('websocket closed', { code, reason: String(reason), operations: this.#served });
    });
  }

  /** Number of running operations. */
  get running(): number {
    return this.#operations.size;
  }

  /** Authenticates the connection by its `connection_init`. False where the connection is rejected. */
  async admit(payload: unknown): Promise<boolean> {
    const rejection = await this.#options.admission.admitConnection(payload, this.#request, this.context);
    if (rejection) this.end(closingOf(rejection));
    else {
      const deniedField = this.#endpoint.checkAccess?.(this.context.authenticated) ?? null;
      if (deniedField !== null) this.end(deniedField === 'unauthenticated' ? authenticationRequired : notAuthorized);
    }
    const { identity } = this.context;
    const claimed = !this.#isEnding && identity && this.#place.claim(identity.key);
    if (claimed) this.end(closingOf(new Rejection([claimed], { status: 429 })));
    if (this.#isEnding) return false;
    const expires = this.context.authenticated?.expires ?? null;
    if (expires !== null) this.#watchExpiry(expires);
    return true;
  }

  /** Begins an operation; it runs when the library pulls its results. */
  begin(id: string, payload: SubscribePayload): ExecutionArgs | readonly GraphQLError[] {
    const { admission, maxOperations, mask } = this.#options;
    if (this.#isDraining)
      return [operationError('SHUTTING_DOWN', { message: 'The gateway is shutting down. Connect again.' })];
    if (this.#operations.size >= maxOperations) {
      const message = `At most ${maxOperations} operations may run on one connection at the same time.`;
      return [operationError('TOO_MANY_OPERATIONS', { message })];
    }
    const context = this.context.forOperation();
    const { pipeline } = this.#endpoint;
    const operation = new WebSocketOperation({
      pipeline,
      context,
      payload,
      messageBytes: this.#messageBytes,
      admit: () => admission.admitOperation(this.#request, context),
      send: (response) => this.#sender.send(`{"id":${JSON.stringify(id)},"type":"next","payload":${response}}`),
      mask,
      ended: (ended, status) => this.#ended(ended, status),
    });
    this.#operations.add(operation);
    return { schema: pipeline.engine.schema, document: anyOperation, contextValue: operation };
  }

  /** Accepts no new operations; ends when none is running. */
  drain(): void {
    this.#isDraining = true;
    if (this.#operations.size > 0) return;
    this.#sender.idle().then(() => {
      if (this.#operations.size === 0) this.end(goingAway);
    });
  }

  /** Cancels what is running and closes the socket. Only the first reason counts. */
  end({ code, reason }: Closing): void {
    if (this.#isEnding) return;
    this.#finish();
    // A paused socket has to be read again for the client's close frame.
    if (this.#socket.isPaused) this.#socket.resume();
    this.#socket.close(code, reason);
  }

  /** Closes the socket without waiting for the client's close frame. */
  terminate(): void {
    this.#socket.terminate();
  }

  #finish(): void {
    this.#isEnding = true;
    clearInterval(this.#pinging);
    clearTimeout(this.#expiry);
    this.#sender.close();
    for (const operation of this.#operations) operation.cancel();
  }

  #onMessage(data: Buffer): void {
    if (this.#isEnding) return;
    this.#isAlive = true;
    const text = decodeUtf8(data);
    // The library validates text frames itself; this rejects binary frames, which the protocol does not have.
    if (text === null) {
      this.end(notUtf8);
      return;
    }
    const message = readMessage(text);
    if (message instanceof JsonTooDeep) {
      this.end(tooDeep);
      return;
    }
    this.#messageBytes = data.length;
    this.#receive?.(message).catch((error) => {
      this.#options.mask(error);
      this.end(failed);
    });
    // Messages of a client that does not read are not read: the responses to them would pile up here.
    if (this.#sender.waitingBytes > this.#options.maxBuffered) this.#socket.pause();
  }

  #resume(): void {
    this.#isAlive = true;
    if (this.#socket.isPaused && this.#sender.waitingBytes <= this.#options.maxBuffered) this.#socket.resume();
  }

  #ping(): void {
    // While data waits to be sent, the time-out of the sender applies.
    if (!this.#isAlive && this.#sender.waitingBytes === 0) {
      this.terminate();
      return;
    }
    this.#isAlive = false;
    this.#socket.ping();
  }

  #watchExpiry(expires: number): void {
    const left = expires - this.#options.now();
    if (left <= 0) this.end(expired);
    else this.#expiry = setTimeout(() => this.#watchExpiry(expires), Math.min(left, MAX_TIMER_MS));
  }

  #ended(operation: WebSocketOperation, status: number): void {
    this.#operations.delete(operation);
    this.#served += 1;
    const { log } = this.#options;
    const { context } = operation;
    if (log.isLevelEnabled('info')) {
      log.info({ ...logLine(context, 'WS', '/graphql', status), connection: this.context.requestId }, 'request');
    }
    // After the library has sent the end of the operation to the client.
    if (this.#isDraining) setImmediate(() => this.drain());
  }

  #log(message: string, fields: object): void {
    const { log } = this.#options;
    if (!log.isLevelEnabled('debug')) return;
    const { requestId, address, started } = this.context;
    const duration = Math.round(performance.now() - started);
    log.debug({ connection: requestId, address, duration, ...fields }, message);
  }
}

/**
 * The message with the text of its numbers preserved; or the text itself where it is not JSON, which the library
 * rejects.
 */
function readMessage(text: string): unknown {
  try {
    return parseClientJson(text);
  } catch (error) {
    if (error instanceof JsonTooDeep) return error;
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}
