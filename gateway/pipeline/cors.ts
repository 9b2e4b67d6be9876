// CORS (Fetch standard, "CORS protocol"): which pages of other origins may send requests to an endpoint and read its
// responses. Part of admission, so that both HTTP paths and every rejection have the same headers.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CorsConfig } from '../config/cors.ts';
import { milliseconds } from '../config/values.ts';

type HeaderField = readonly [name: string, value: string];

/** A pattern such as `https://*.shop.example:8443`, in two parts. */
interface Below {
  scheme: string;
  suffix: string;
}

/** One or more labels of a host, as browsers write them. */
const labels = /^[a-z\d_-]+(?:\.[a-z\d_-]+)*$/;

export class Cors {
  readonly credentials: boolean;
  readonly #everyOrigin: boolean;
  readonly #origins: ReadonlyMap<string, readonly HeaderField[]>;
  readonly #below: readonly Below[];
  /** For pages of origins that are not allowed, and for clients other than browsers. */
  readonly #others: readonly HeaderField[];
  /** Header fields of allowed origins besides the origin. */
  readonly #common: readonly HeaderField[];
  readonly #maxAge: string;

  /** @param exposed response headers that pages may read. */
  constructor({ origin, credentials, maxAge }: CorsConfig, exposed: readonly string[]) {
    const origins = [origin].flat();
    const patterns = origins.filter((one) => one.includes('//*.'));
    this.credentials = credentials;
    this.#everyOrigin = origins.includes('*');
    this.#common = [
      ...(credentials ? [['access-control-allow-credentials', 'true'] as const] : []),
      ...(exposed.length > 0 ? [['access-control-expose-headers', exposed.join(', ')] as const] : []),
    ];
    this.#others = this.#everyOrigin ? this.#allowing('*') : [];
    this.#origins = new Map(origins.map((one) => [one, this.#allowing(one)]));
    this.#below = patterns.map((pattern) => {
      const [scheme = '', suffix = ''] = pattern.split('*');
      return { scheme, suffix };
    });
    this.#maxAge = String(Math.floor(milliseconds(maxAge) / 1000));
  }

  /** Whether pages of this origin, as browsers send it, may send requests. */
  allows(origin: string | undefined): boolean {
    if (origin === undefined || origin === '*') return false;
    return this.#everyOrigin || this.#origins.has(origin) || this.#isBelow(origin);
  }

  /** CORS header fields for a page of this origin. `Vary` is not among them: it always has `Origin`. */
  fields(origin: string | undefined): readonly HeaderField[] {
    if (origin === undefined || this.#everyOrigin || origin.includes('*')) return this.#others;
    const known = this.#origins.get(origin);
    if (known) return known;
    return this.#isBelow(origin) ? this.#allowing(origin) : this.#others;
  }

  /**
   * Sets the header fields of the response to a preflight. For an origin that is not allowed, browsers do not send the
   * request itself.
   * @param methods of the path.
   */
  preflight({ headers }: IncomingMessage, response: ServerResponse, methods = 'GET, POST'): void {
    response.setHeader('vary', 'Origin, Access-Control-Request-Headers');
    if (this.allows(headers.origin)) {
      response.setHeader('access-control-allow-methods', methods);
      response.setHeader('access-control-max-age', this.#maxAge);
      const requested = headers['access-control-request-headers'];
      if (requested) response.setHeader('access-control-allow-headers', requested);
    }
  }

  #isBelow(origin: string): boolean {
    return this.#below.some(
      ({ scheme, suffix }) =>
        origin.startsWith(scheme) &&
        origin.endsWith(suffix) &&
        labels.test(origin.slice(scheme.length, origin.length - suffix.length)),
    );
  }

  #allowing(origin: string): readonly HeaderField[] {
    return [['access-control-allow-origin', origin], ...this.#common];
  }
}
