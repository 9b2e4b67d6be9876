// Body sender: sends a whole response body, in the content coding that the client prefers (RFC 9110, section 8.4).
// Each coding has an entity tag of its own: a cache between must not take one for another.
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { LRUCache } from 'lru-cache';
import { ifNoneMatch } from '../../cache/http-policy.ts';
import type { CompressionConfig } from '../../config/compression.ts';
import { handleMaybePromise, type MaybePromise } from '../../maybe-promise.ts';
import type { Logger } from '../../telemetry/log.ts';
import { PARTIAL_SUCCESS, PARTIAL_SUCCESS_TEXT } from '../spec-status.ts';
import { type AcceptedCodings, type Coding, codings, createCodingParser } from './accepted-codings.ts';
import { Compressor } from './compressor.ts';

/** Header fields of a response, by name in lower case. */
export type Head = Record<string, string | number | readonly string[]>;

export interface ResponseBody {
  status: number;
  head: Head;
  body: string | Buffer;
  /** Identifies the body in the cache of compressed ones; null where the response is not cached. */
  key?: string | null;
}

/** Bytes that a cached body takes besides its own. */
const ENTRY_BYTES = 300;

export class BodySender {
  /** Codings that a client may accept besides `identity`, in the order of preference. */
  readonly offered: readonly Coding[];
  readonly #config: CompressionConfig | false;
  readonly #accepted: (header: string | undefined) => AcceptedCodings;
  readonly #compressor: Compressor | null;
  readonly #compressed: LRUCache<string, Buffer> | null;
  readonly #log: Pick<Logger, 'error'>;
  /** Codings whose last compression has failed. */
  readonly #failing = new Set<Coding>();

  /** @param config false to send every body as it is. */
  constructor(config: CompressionConfig | false, log: Pick<Logger, 'error'>) {
    this.#config = config;
    this.#log = log;
    this.offered = config ? codings.filter((coding) => config[coding] !== false) : [];
    this.#accepted = createCodingParser(this.offered);
    this.#compressor = config ? new Compressor(config) : null;
    this.#compressed = config
      ? new LRUCache({ maxSize: config.maxCachedBytes, sizeCalculation: ({ length }) => length + ENTRY_BYTES })
      : null;
  }

  /** Whether the client accepts no form in which a body could be sent. */
  cannotSatisfy({ headers }: IncomingMessage): boolean {
    const header = headers['accept-encoding'];
    if (header === undefined || !this.#config) return false;
    const { identity, preferred } = this.#accepted(header);
    return !identity && preferred === null;
  }

  /**
   * Sends the head with the body. Its `content-length` and `vary` are completed here. Does nothing without a client.
   */
  send(request: IncomingMessage, response: ServerResponse, sent: ResponseBody): MaybePromise<void> {
    const { head, body } = sent;
    if (!this.#config) return write(response, sent, body);
    addVary(head);
    const header = request.headers['accept-encoding'];
    if (header === undefined) return write(response, sent, body);
    const { preferred, identity } = this.#accepted(header);
    const isLong = body.length >= this.#config.minBytes || Buffer.byteLength(body) >= this.#config.minBytes;
    if (preferred === null || (identity && !isLong) || !mayCompress(request, head)) {
      return write(response, sent, body);
    }
    return handleMaybePromise(
      () => this.#compress(preferred, sent, response),
      (compressed) => {
        // Incompressible, or too much is being compressed, or zlib has failed.
        if (!compressed || (identity && compressed.length >= Buffer.byteLength(body))) {
          return write(response, sent, body);
        }
        head['content-encoding'] = preferred;
        if (typeof head.etag === 'string') head.etag = tagOf(head.etag, preferred);
        return write(response, sent, compressed);
      },
    );
  }

  /**
   * The entity tag of a form of the response that the client of a GET has and accepts: the response is 304 (RFC 9110,
   * section 13.1.2). Null where there is none.
   * @param etag of the uncompressed response.
   */
  validatedTag({ method, headers }: IncomingMessage, etag: string | null | undefined): string | null {
    const held = headers['if-none-match'];
    if (typeof etag !== 'string' || method !== 'GET' || held === undefined) return null;
    if (!this.#config) return ifNoneMatch(held, etag) ? etag : null;
    const { acceptable, identity } = this.#accepted(headers['accept-encoding']);
    const tags = acceptable.map((coding) => tagOf(etag, coding));
    // Short responses are sent as they are to every client but those that do not accept it.
    if (identity) tags.push(etag);
    return tags.find((tag) => ifNoneMatch(held, tag)) ?? null;
  }

  /** Sends status 304 with what the response has in common with the whole one (RFC 9110, section 15.4.5). */
  sendNotModified(response: ServerResponse, head: Head, etag: string): void {
    if (this.#config) addVary(head);
    response.writeHead(304, { ...head, etag } as Record<string, string>);
    response.end();
  }

  #compress(coding: Coding, { body, key = null }: ResponseBody, response: ServerResponse): MaybePromise<Buffer | null> {
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    const id = key === null ? null : `${coding} ${bytes.length} ${key}`;
    const known = id === null ? undefined : this.#compressed?.get(id);
    if (known || !this.#compressor) return known ?? null;
    return handleMaybePromise(
      () => (this.#compressor as Compressor).compress(coding, bytes, () => !response.destroyed),
      (compressed) => {
        if (compressed && id !== null) this.#compressed?.set(id, compressed);
        this.#failing.delete(coding);
        return compressed;
      },
      (error) => this.#failed(error, coding),
    );
  }

  /** The operation has been executed: its result must not be lost. Logged once until a body is compressed again. */
  #failed(error: unknown, coding: Coding): null {
    if (!this.#failing.has(coding))
      this.#log.error({ err: error, coding }, 'compression failed: responses are sent as they are');
    this.#failing.add(coding);
    return null;
  }
}

function write(response: ServerResponse, { status, head }: ResponseBody, body: string | Buffer): void {
  if (response.destroyed) return;
  head['content-length'] = Buffer.byteLength(body);
  // HTTP/2 has no texts of statuses.
  if (status === PARTIAL_SUCCESS && response.req.httpVersionMajor === 1) response.statusMessage = PARTIAL_SUCCESS_TEXT;
  response.writeHead(status, head as Record<string, string | number | string[]>);
  response.end(body);
}

function addVary(head: Head): void {
  head.vary = head.vary === undefined ? 'Accept-Encoding' : `${head.vary}, Accept-Encoding`;
}

/** False for responses that must not be transformed (RFC 9111, section 5.2.2.6), or are encoded already. */
function mayCompress({ headers }: IncomingMessage, head: Head): boolean {
  if (head['content-encoding'] !== undefined) return false;
  if (isUntransformed(head['cache-control']) || isUntransformed(headers['cache-control'])) return false;
  return !isOfOtherPage(headers, head['access-control-allow-origin']);
}

/**
 * Whether a page of another origin has caused the request and may not read the response: its compressed length would
 * reveal to the page whether what it sent occurs in it (BREACH). `*` allows no response to a request with cookies.
 */
function isOfOtherPage(headers: IncomingHttpHeaders, allowedOrigin: Head[string] | undefined): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== 'cross-site' && site !== 'same-site') return false;
  return allowedOrigin === undefined || (allowedOrigin === '*' && headers.cookie !== undefined);
}

function isUntransformed(cacheControl: Head[string] | undefined): boolean {
  return typeof cacheControl === 'string' && cacheControl.toLowerCase().includes('no-transform');
}

/** The entity tag of the response in a coding: `W/"x"` is `W/"x-gzip"`. */
function tagOf(etag: string, coding: Coding): string {
  return `${etag.slice(0, -1)}-${coding}"`;
}
