// Requests of other servers and frameworks: Express cuts off the path that a handler is mounted at, body parsers read
// bodies before handlers, and over HTTP/2 a request has pseudo-header fields. The gateway serves the request as it came,
// and its body only where every byte is still there: a parsed body has lost digits of its numbers.
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Message, type MessageParts } from './message.ts';

/** What frameworks add to a request of node:http. */
export type FrameworkRequest = IncomingMessage & {
  /** The target before a mount path was cut off (Express). */
  originalUrl?: string;
  /** What a body parser has left. */
  body?: unknown;
  rawBody?: unknown;
};

const readBefore =
  'The body of the request was read before the gateway: mount the gateway before body parsers such as ' +
  'express.json(), or switch the parser off for its path.';

/** The request for the gateway; or a message where its body was read, and its bytes are lost. */
export function messageFrom(request: FrameworkRequest): IncomingMessage | string {
  const { method = 'GET', originalUrl, url = '/', socket } = request;
  const wasRead = request.readableDidRead && method !== 'GET' && method !== 'HEAD';
  const bytes = wasRead ? (bytesOf(request.rawBody) ?? bytesOf(request.body)) : null;
  if (wasRead && bytes === null) return readBefore;
  const isOfNode = !('originalUrl' in request || 'query' in request || 'body' in request);
  if (!wasRead && isOfNode && request.httpVersionMajor === 1) return request;
  return new Message({
    method,
    url: originalUrl ?? url,
    ...headersFor(request, bytes),
    body: bytes ?? { next: chunksOf(request) },
    remoteAddress: socket?.remoteAddress,
    encrypted: 'encrypted' in socket,
  });
}

function bytesOf(body: unknown): Uint8Array | null {
  if (typeof body === 'string') return Buffer.from(body);
  return body instanceof Uint8Array ? body : null;
}

/** Only when the first chunk is needed: iterating begins to read. The stream is left to its framework to destroy. */
function chunksOf(request: IncomingMessage): () => Promise<IteratorResult<Uint8Array>> {
  let chunks: AsyncIterator<Uint8Array> | undefined;
  return () => {
    chunks ??= request[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
    return chunks.next();
  };
}

function headersFor(
  { headers: received, rawHeaders: raw }: FrameworkRequest,
  bytes: Uint8Array | null,
): Pick<MessageParts, 'headers' | 'rawHeaders'> {
  const isLeftOut = (name: string) => name.startsWith(':') || (bytes !== null && isOfReadBody(name, bytes));
  const headers: IncomingHttpHeaders = {};
  for (const name in received) if (!isLeftOut(name)) headers[name] = received[name];
  const rawHeaders: string[] = [];
  const authority = received[':authority'];
  if (typeof authority === 'string' && headers.host === undefined) {
    headers.host = authority;
    rawHeaders.push('host', authority);
  }
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at] as string;
    if (!isLeftOut(name.toLowerCase())) rawHeaders.push(name, raw[at + 1] as string);
  }
  return { headers, rawHeaders };
}

/** Fields that a parser which has decoded the body has left untrue. */
function isOfReadBody(name: string, bytes: Uint8Array): boolean {
  // A body in gzip begins with these two bytes, and JSON does not.
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return name === 'content-length' || name === 'transfer-encoding' || (name === 'content-encoding' && !isGzip);
}
