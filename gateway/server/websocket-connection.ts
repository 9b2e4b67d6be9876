// WebSocket connection: its caller, its operations, and its end; what the protocol (graphql-transport-ws) leaves to
// servers.
import type { IncomingMessage } from 'node:http';
import type { ExecutionArgs, GraphQLError } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { type Closing, closing, closingOf, closings, operationError } from '../errors.ts';
import type { Admission } from '../pipeline/admission.ts';
import type { Endpoint } from '../pipeline/endpoints.ts';
import type { RequestContext } from '../pipeline/request-context.ts';
import { Rejection } from '../policy/rejection.ts';
import { type CredentialsEnd, endReasons, watchCredentials } from './credentials-end.ts';
import type { Place } from './long-lived.ts';
import type { UnsentBytes } from './unsent-bytes.ts';
import { Liveness } from './websocket-liveness.ts';
import type { WebSocketLog } from './websocket-log.ts';
import { WebSocketOperation } from './websocket-operation.ts';
import { anyOperation, type Protocol, type ProtocolConnection, readMessage } from './websocket-protocol.ts';
import { WebSocketSender } from './websocket-sender.ts';

export interface ConnectionOptions {
  protocol: Protocol;
  admission: Pick<Admission, 'admitConnection' | 'admitOperation' | 'denyConnection'>;
  /** Maximum number of operations at the same time. */
  maxOperations: number;
  /** Bytes waiting to be sent, beyond which messages of the client are not read. */
  maxBuffered: number;
  /** Milliseconds without progress in sending after which the client is disconnected. */
  stallTimeout: number;
  /** Counts what waits for clients. */
  unsent: UnsentBytes;
  /** Milliseconds between two pings. */
  ping: number;
  log: WebSocketLog;
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
  path: string;
  context: RequestContext;
  endpoint: Endpoint;
  place: Place;
}

export class WebSocketConnection implements ProtocolConnection {
  /** Context of the upgrade request; operations have their own. */
  readonly context: RequestContext;
  readonly #socket: WebSocket;
  readonly #request: IncomingMessage;
  /** Of the upgrade request. */
  readonly #path: string;
  readonly #endpoint: Endpoint;
  readonly #place: Place;
  readonly #options: ConnectionOptions;
  readonly #operations = new Set<WebSocketOperation>();
  readonly #sender: WebSocketSender;
  readonly #liveness: Liveness;
  /** Stops the watch of the caller's credentials. */
  #stopWatching: (() => void) | null = null;
  /** The library also accepts messages that are parsed already. */
  #receive: ((message: unknown) => Promise<void>) | null = null;
  #messageBytes = 0;
  #served = 0;
  #isLeaving = false;
  #isEnding = false;

  /** @param onClose called when the socket is closed, for any reason. */
  constructor(
    { socket, request, path, context, endpoint, place }: Opened,
    options: ConnectionOptions,
    onClose: (connection: WebSocketConnection) => void,
  ) {
    this.#socket = socket;
    this.#request = request;
    this.#path = path;
    this.#endpoint = endpoint;
    this.#place = place;
    this.context = context;
    this.#options = options;
    this.#liveness = new Liveness({
      interval: options.ping,
      ping: () => socket.ping(),
      // While data waits to be sent, the time-out of the sender applies.
      isWatched: () => this.#sender.waitingBytes > 0,
      onDead: () => this.terminate(),
    });
    const waiting = options.unsent.open({
      ...{ connection: socket, address: context.address, hasOwnTimeout: true },
      cut: () => this.end(closings.tooSlow),
    });
    this.#sender = new WebSocketSender(socket, {
      stallTimeout: options.stallTimeout,
      onWaiting: (bytes) => waiting.set(bytes),
      onProgress: () => this.#resume(),
      onStall: () => this.end(closings.tooSlow),
    });
    const closed = options.protocol.opened(
      {
        protocol: socket.protocol,
        // Awaited by the library: an operation pulls its next event when the last one has been sent, so that each has
        // one waiting at most, and backpressure reaches the service's stream.
        send: (message) => this.#sender.send(message),
        close: (code = closing('INTERNAL_SERVER_ERROR').code, reason = '') => this.end({ code, reason }),
        onMessage: (receive) => {
          this.#receive = receive as (message: unknown) => Promise<void>;
        },
      },
      this,
    );
    socket.on('message', (data: Buffer) => this.#onMessage(data));
    socket.on('pong', () => this.#liveness.alive());
    // Protocol errors and messages that are too long: the socket is closed with the matching code.
    socket.on('error', (error) => options.log.detail(context, 'websocket error', { reason: error.message }));
    socket.once('close', (code, reason) => {
      this.#finish();
      closed(code, String(reason)).catch((error) => this.#options.mask(error));
      onClose(this);
      options.log.closed(context, code, String(reason), this.#served);
    });
  }

  /** Authenticates the connection by its `connection_init`. False where the connection is rejected. */
  async admit(payload: unknown): Promise<boolean> {
    const { admission, log, now } = this.#options;
    const denied = (await admission.admitConnection(payload, this.#request, this.context)) ?? (await this.#rejection());
    if (denied) {
      if (!this.#isEnding) log.rejected(this.context, this.#path, denied);
      this.end(closingOf(denied));
    }
    if (this.#isEnding) return false;
    log.admitted(this.context, this.#path);
    const onEnd = (end: CredentialsEnd) => this.end(closing('UNAUTHENTICATED', `the ${endReasons[end]}`));
    this.#stopWatching = watchCredentials(this.context.authenticated, onEnd, now);
    return !this.#isEnding;
  }

  /** The rejection of a caller that may not use the endpoint, or has too many connections. */
  async #rejection(): Promise<Rejection | null> {
    const { identity, authenticated } = this.context;
    const reason = this.#endpoint.checkAccess?.(authenticated) ?? null;
    if (reason !== null) return this.#options.admission.denyConnection(reason, this.context);
    const error = this.#isEnding || !identity ? null : await this.#place.claim(identity.key);
    return error && new Rejection([error], { status: 429 });
  }

  /** Begins an operation; it runs when the library pulls its results. */
  begin(id: string, payload: SubscribePayload): ExecutionArgs | readonly GraphQLError[] {
    const { admission, maxOperations, mask } = this.#options;
    if (this.#operations.size >= maxOperations) {
      const message = `At most ${maxOperations} operations may run on one connection at the same time.`;
      return [operationError('TOO_MANY_OPERATIONS', { message })];
    }
    const context = this.context.forOperation();
    const { pipeline } = this.#endpoint;
    const operation = new WebSocketOperation({
      ...{ pipeline, context, payload, mask },
      messageBytes: this.#messageBytes,
      admit: () => admission.admitOperation(context),
      send: (response) => this.#sender.send(`{"id":${JSON.stringify(id)},"type":"next","payload":${response}}`),
      subscribed: () => this.#leaveIfIdle(),
      ended: (ended, status) => this.#ended(ended, status),
    });
    this.#operations.add(operation);
    return { schema: pipeline.engine.schema, document: anyOperation, contextValue: operation };
  }

  /** Ends as soon as nothing runs but subscriptions, which the client resumes elsewhere; until then, it is served. */
  leave(): void {
    this.#isLeaving = true;
    this.#leaveIfIdle();
  }

  /** Lets operations respond with what is known. @returns their number. */
  expire(): number {
    this.leave();
    const waiting = this.#responding();
    return waiting.map(({ context }) => context.cancellation.expire()).length;
  }

  #leaveIfIdle(): void {
    if (!this.#isLeaving || this.#responding().length > 0) return;
    this.#sender.idle().then(() => {
      if (this.#responding().length === 0) this.end(closing('SHUTTING_DOWN'));
    });
  }

  /** The operations with one response, which is still to come. */
  #responding(): WebSocketOperation[] {
    return [...this.#operations].filter(({ isSubscription }) => !isSubscription);
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
    this.#liveness.stop();
    this.#stopWatching?.();
    this.#sender.close();
    for (const operation of this.#operations) operation.cancel();
  }

  #onMessage(data: Buffer): void {
    if (this.#isEnding) return;
    this.#liveness.alive();
    const read = readMessage(data);
    if ('closing' in read) {
      this.end(read.closing);
      return;
    }
    this.#messageBytes = data.length;
    this.#receive?.(read.message).catch((error) => {
      this.#options.mask(error);
      this.end(closing('INTERNAL_SERVER_ERROR'));
    });
    // Messages of a client that does not read are not read: the responses to them would pile up here.
    if (this.#sender.waitingBytes > this.#options.maxBuffered) this.#socket.pause();
  }

  #resume(): void {
    this.#liveness.alive();
    if (this.#socket.isPaused && this.#sender.waitingBytes <= this.#options.maxBuffered) this.#socket.resume();
  }

  #ended(operation: WebSocketOperation, status: number): void {
    this.#operations.delete(operation);
    this.#served += 1;
    this.#options.log.operation(operation.context, this.#path, status, this.context);
    // After the library has sent the end of the operation to the client.
    if (this.#isLeaving) setImmediate(() => this.#leaveIfIdle());
  }
}
