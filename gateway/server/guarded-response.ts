// Guarded response: an HTTP response with the header field that every response of the gateway has. It stops browsers
// from treating a body as anything but its content type (Fetch standard, "X-Content-Type-Options").
import { type IncomingMessage, type OutgoingHttpHeader, type OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** In lower case. The fast path adds it to its head itself. */
export const noSniff = 'x-content-type-options';

type HeadFields = OutgoingHttpHeaders | OutgoingHttpHeader[];

export class GuardedResponse extends ServerResponse<IncomingMessage> {
  /** `content-length` as it was passed to `writeHead`, for the log. */
  declaredLength: number | string | undefined;

  override writeHead(status: number, reason?: string | HeadFields, headers?: HeadFields): this {
    const fields = typeof reason === 'string' ? headers : reason;
    if (fields && !Array.isArray(fields)) this.declaredLength = fields['content-length'] as number | string | undefined;
    // Fields passed to `writeHead` in an object are the cheapest; Node processes those that are set one by one twice.
    if (!fields || Array.isArray(fields) || !(noSniff in fields)) this.setHeader(noSniff, 'nosniff');
    return typeof reason === 'string' ? super.writeHead(status, reason, headers) : super.writeHead(status, reason);
  }
}

/** Bytes of the body, where they are declared. */
export function bytesOf(response: ServerResponse): number | undefined {
  const length = (response as GuardedResponse).declaredLength ?? response.getHeader('content-length');
  return length === undefined ? undefined : Number(length);
}
