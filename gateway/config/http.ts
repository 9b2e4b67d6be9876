// Configuration section `http`: what bounds clients that send or read slowly. Applied by `server/listener.ts`,
// `server/http2/` and `server/unsent-bytes.ts`.
import { z } from 'zod';
import { duration, milliseconds, size } from './values.ts';

export const httpSection = z.strictObject(
  {
    /**
     * Maximum size of a request head. In bytes, or as text such as "32kb". Default: 16 KiB.
     * @example '32kb'
     */
    maxHeaderBytes: size.default(16_384),
    /**
     * Time-out for receiving a request's head, from its first byte on, and for the first request of a connection. In
     * milliseconds, or as text such as "30s". Default: 10 s.
     * @example '5s'
     */
    headersTimeout: duration.default('10s'),
    /**
     * How long a connection without requests stays open: longer than the load balancer in front keeps its connections.
     * In milliseconds, or as text such as "30s". Default: 75 s.
     * @example '2m'
     */
    idleTimeout: duration.default('75s'),
    /**
     * Maximum time in which a client reads nothing of its response; then the response is cut off. In milliseconds, or as
     * text such as "30s". Default: 60 s.
     * @example '20s'
     */
    stallTimeout: duration.default('60s'),
    /**
     * Bytes of responses that wait for the client on one connection, above which those of which it reads nothing are cut
     * off. In bytes, or as text such as "1mb". Default: 32 MiB.
     * @example '8mb'
     */
    maxUnsentBytes: size.default(33_554_432),
    /**
     * Bytes of responses that wait for all clients together, WebSockets too, above which those of which the client reads
     * nothing are cut off, the oldest first. In bytes, or as text such as "1mb". Default: 128 MiB.
     * @example '512mb'
     */
    maxUnsentTotal: size.default(134_217_728),
  },
  "give an object such as { headersTimeout: '5s' }",
);

export type HttpConfig = z.output<typeof httpSection>;

/** Limits for what clients send; times in milliseconds. */
export interface HttpLimits {
  /** For a request with its body. */
  requestTimeout: number;
  headersTimeout: number;
  idleTimeout: number;
  maxHeaderBytes: number;
}

export function httpLimits({
  requestTimeout,
  http,
}: {
  requestTimeout: number | string;
  http: HttpConfig;
}): HttpLimits {
  return {
    requestTimeout: milliseconds(requestTimeout),
    headersTimeout: milliseconds(http.headersTimeout),
    idleTimeout: milliseconds(http.idleTimeout),
    maxHeaderBytes: http.maxHeaderBytes,
  };
}
