// Response head: the fields that every HTTP response has, whatever part of the gateway writes it. Browsers take a body for what
// its content type says, and for nothing else (Fetch standard, "X-Content-Type-Options").
import { type IncomingMessage, type OutgoingHttpHeader, type OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** In lower case, as the fast path writes it into its head itself. */
export const noSniff = 'x-content-type-options';

type HeadFields = OutgoingHttpHeaders | OutgoingHttpHeader[];

export class GuardedResponse extends ServerResponse<IncomingMessage> {
  override writeHead(status: number, reason?: string | HeadFields, headers?: HeadFields): this {
    const fields = typeof reason === 'string' ? headers : reason;
    // Fields in an object of its own are written at once; those that are set cost Node a second look at each.
    if (!fields || Array.isArray(fields) || !(noSniff in fields)) this.setHeader(noSniff, 'nosniff');
    return typeof reason === 'string' ? super.writeHead(status, reason, headers) : super.writeHead(status, reason);
  }
}
