// HTTP/2 request and response with the interface of node:http that the gateway's handlers use: header fields without
// pseudo-header fields, the authority as `host`, no fields of connections (RFC 9113, sections 8.2.2 and 8.3).
import type { X509Certificate } from 'node:crypto';
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import {
  constants,
  Http2ServerRequest,
  Http2ServerResponse,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { ReadableOptions } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { noSniff } from '../guarded-response.ts';
import { longBody, PacedSending } from '../paced-sending.ts';
import type { UnsentBytes } from '../unsent-bytes.ts';

/** The other end of a connection, as `request.socket` has it. */
interface Peer {
  remoteAddress: string | undefined;
  remotePort: number | undefined;
  encrypted: true;
  /** Whether the client has shown a certificate that was verified. */
  authorized: boolean;
  getPeerX509Certificate(): X509Certificate | undefined;
}

const peers = new WeakMap<ServerHttp2Session, Peer>();

function peerOf(session: ServerHttp2Session | undefined): Peer {
  const known = session && peers.get(session);
  if (known) return known;
  const socket = session?.socket as TLSSocket | undefined;
  const { remoteAddress, remotePort, authorized = false } = socket ?? {};
  const getPeerX509Certificate = () => socket?.getPeerX509Certificate();
  const peer: Peer = { remoteAddress, remotePort, encrypted: true, authorized, getPeerX509Certificate };
  if (session) peers.set(session, peer);
  return peer;
}

export class Http2Request extends Http2ServerRequest {
  constructor(
    stream: ServerHttp2Stream,
    received: IncomingHttpHeaders,
    options: ReadableOptions,
    rawReceived: readonly string[],
  ) {
    super(stream, received, options, rawReceived);
    const authority = received[':authority'];
    const headers: IncomingHttpHeaders = {};
    for (const name in received) if (!name.startsWith(':')) headers[name] = received[name];
    if (typeof authority === 'string') headers.host = authority;
    // Own properties hide the accessors of the class, whose socket must not be used with HTTP/2.
    Object.defineProperties(this, {
      headers: { value: headers },
      rawHeaders: { value: rawHeaders(rawReceived, authority) },
      socket: { value: peerOf(stream.session as ServerHttp2Session | undefined) },
    });
  }
}

/** Two different hosts stay two fields, which the server rejects. */
function rawHeaders(received: readonly string[], authority: string | string[] | undefined): string[] {
  const fields: string[] = [];
  for (let index = 0; index < received.length; index += 2) {
    const [name, value] = [received[index] as string, received[index + 1] as string];
    if (name === ':authority') fields.push('host', value);
    else if (!name.startsWith(':') && !(name === 'host' && value === authority)) fields.push(name, value);
  }
  return fields;
}

/** Header fields of a connection of HTTP/1.1. */
const ofConnections = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade']);

type Fields = OutgoingHttpHeaders | readonly string[];

export class Http2Response extends Http2ServerResponse {
  readonly #isHead: boolean;
  #endsRequest = false;
  #isEnded = false;
  /** Counts what waits for clients. Of the class, not of each response. */
  declare readonly unsent: UnsentBytes | undefined;
  /** Of a response that could not be sent at once. */
  declare private pace: PacedSending | undefined;

  constructor(stream: ServerHttp2Stream) {
    super(stream);
    const isFinished = () =>
      this.#isEnded && stream.writableFinished && (stream.rstCode ?? 0) === constants.NGHTTP2_NO_ERROR;
    this.#isHead = (stream as ServerHttp2Stream & { headRequest?: boolean }).headRequest === true;
    Object.defineProperties(this, {
      destroyed: { get: () => stream.destroyed || stream.closed },
      writableFinished: { get: isFinished },
    });
  }

  /** Node emits `finish` also for a response whose client has left: there it means that the response was sent. */
  override emit(event: string | symbol, ...values: unknown[]): boolean {
    if (event === 'finish' && !this.writableFinished) return false;
    return (super.emit as (...parameters: unknown[]) => boolean).call(this, event, ...values);
  }

  override setHeader(name: string, value: number | string | readonly string[]): void {
    // The rest of a request that is not read would block the connection's other streams after a while.
    if (name.toLowerCase() === 'connection') this.#endsRequest = true;
    if (!ofConnections.has(name.toLowerCase())) super.setHeader(name, value);
  }

  setHeaders(headers: Headers | ReadonlyMap<string, number | string | readonly string[]>): this {
    for (const [name, value] of headers) this.setHeader(name, value);
    return this;
  }

  /** There are no reason phrases in HTTP/2. */
  override writeHead(status: number, reason?: string | Fields, headers?: Fields): this {
    const fields = typeof reason === 'string' ? headers : reason;
    if (Array.isArray(fields)) {
      for (let index = 0; index < fields.length; index += 2) this.setHeader(fields[index], fields[index + 1]);
    } else {
      for (const [name, value] of Object.entries((fields ?? {}) as OutgoingHttpHeaders)) {
        if (value !== undefined) this.setHeader(name, value);
      }
    }
    this.setHeader(noSniff, 'nosniff');
    return super.writeHead(status);
  }

  override end(...given: unknown[]): this {
    const { stream } = this;
    this.#isEnded = true;
    if (this.#endsRequest) stream.once('finish', () => stream.close(constants.NGHTTP2_NO_ERROR));
    const [body, ...rest] = given;
    const isBody = typeof body === 'string' || body instanceof Uint8Array;
    const sent = isBody && this.#isHead ? rest.slice(typeof rest[0] === 'string' ? 1 : 0) : given;
    const long = this.unsent && longBody(sent[0], sent[1]);
    if (this.unsent && long) {
      if (!this.headersSent && !this.hasHeader('content-length')) this.setHeader('content-length', long.length);
      this.#paced(this.unsent).sendInSlices(long);
      return this;
    }
    (super.end as (...parameters: unknown[]) => this).apply(this, sent);
    if (this.unsent && stream.writableLength > 0) this.#paced(this.unsent).watch();
    return this;
  }

  override write(...given: unknown[]): boolean {
    const isSent = (super.write as (...parameters: unknown[]) => boolean).apply(this, given);
    if (!isSent && this.unsent) this.#paced(this.unsent).watch();
    return isSent;
  }

  #paced(unsent: UnsentBytes): PacedSending {
    const { stream } = this;
    const cut = () => {
      stream.close(constants.NGHTTP2_CANCEL);
      stream.destroy();
    };
    const connection = stream.session ?? stream;
    this.pace ??= new PacedSending(
      unsent,
      { connection, address: this.req.socket.remoteAddress, cut },
      {
        write: (chunk, sent) => super.write(chunk, 'utf8', sent),
        end: (chunk) => super.end(chunk),
        unsent: () => stream.writableLength,
        once: stream.once.bind(stream),
      },
    );
    return this.pace;
  }
}

/** The class of responses whose unsent bytes are counted there. */
export function countedHttp2Response(unsent: UnsentBytes): typeof Http2Response {
  const Counted = class extends Http2Response {};
  Object.defineProperty(Counted.prototype, 'unsent', { value: unsent });
  return Counted;
}
