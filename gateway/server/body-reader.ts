// Body reader: request bodies are read whole before any other processing, within limits of bytes and chunks.
import type { IncomingMessage } from 'node:http';
import { GraphQLError } from 'graphql';
import { ErrorCode, requestError } from '../errors.ts';
import type { MaybePromise } from '../maybe-promise.ts';
import type { GraphqlHandler } from '../pipeline/endpoints.ts';
import { codingOf, decodeGzip } from './content-decoding.ts';

/** The bytes of a body, which Yoga and its plugins read as a stream. */
export class RequestBody {
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    yield this.bytes;
  }
}

/** A request with the body that was read. */
export type RequestWithBody = IncomingMessage & { body?: RequestBody };

/** Initial size of the buffer that collects chunks, in bytes. */
const FIRST_CAPACITY = 16_384;

/**
 * Maximum number of small chunks. The client decides the size of chunks, and each costs as much as a kilobyte: a
 * megabyte in chunks of one byte takes a second.
 */
const MAX_SMALL_CHUNKS = 131_072;

/** Average size of chunks, in bytes, from which on their number is not limited. */
const SMALL_CHUNK = 64;

/**
 * Reads the body of each POST, then serves the request.
 * @param maxBytes maximum size of a body.
 * @param rejected serves a request whose body is rejected and not retained, with the error in `context.rejectedBody`.
 */
export function readingBodies(maxBytes: number, handle: GraphqlHandler, rejected: GraphqlHandler): GraphqlHandler {
  return (request, response, context) => {
    if (request.method !== 'POST') return handle(request, response, context);
    const reject = (error: GraphQLError) => {
      // The rest is discarded, so that the client reads the response and can send its next request; where that costs
      // too much, nothing more is read.
      if (error.extensions.code === ErrorCode.TOO_MANY_CHUNKS) response.setHeader('connection', 'close');
      else request.resume();
      context.rejectedBody = error;
      return rejected(request, response, context);
    };
    return new Promise((resolve, fail) => {
      readBody(request, maxBytes, (body) => {
        try {
          // Incomplete: the client has disconnected.
          if (body === null) resolve();
          else if (body instanceof GraphQLError) settle(reject(body), resolve, fail);
          else {
            (request as RequestWithBody).body = new RequestBody(body);
            settle(handle(request, response, context), resolve, fail);
          }
        } catch (error) {
          fail(error);
        }
      });
    });
  };
}

function settle(handled: MaybePromise<void>, resolve: () => void, fail: (error: unknown) => void): void {
  if (handled instanceof Promise) handled.then(resolve, fail);
  else resolve();
}

/** The error for a body that its request headers rule out; null for any other. */
function unacceptableBody({ headers }: IncomingMessage, maxBytes: number): GraphQLError | null {
  const { 'content-length': length, 'content-encoding': encoding, 'content-type': type } = headers;
  if (length !== undefined && Number(length) > maxBytes) return tooLarge(maxBytes);
  if (encoding !== undefined && codingOf(encoding) === null) {
    return unsupported(
      'The header "content-encoding" names an encoding that is not decoded here: send gzip, or the body as it is.',
    );
  }
  if (type !== undefined && type !== 'application/json' && /^\s*multipart\//i.test(type)) {
    return unsupported('Forms in parts (file uploads) are not accepted here: send "application/json".');
  }
  return null;
}

/**
 * Reads the body of a request: the only place that does. The server bounds the time (`requestTimeout`).
 * @param done called once: with the body, with the error for a rejected one (which is not read to its end), or with
 *   null for an incomplete one.
 */
export function readBody(
  request: IncomingMessage,
  maxBytes: number,
  done: (body: Buffer | GraphQLError | null) => void,
): void {
  const unacceptable = unacceptableBody(request, maxBytes);
  if (unacceptable) {
    done(unacceptable);
    return;
  }
  /** The first chunk, mostly the only one; then a buffer with room for more. */
  let gathered: Buffer | null = null;
  let length = 0;
  let chunks = 0;
  let isDone = false;
  const finish = (body: Buffer | GraphQLError | null) => {
    if (isDone) return;
    isDone = true;
    // No data follows a complete body.
    if (!Buffer.isBuffer(body)) request.removeListener('data', addChunk);
    const encoding = request.headers['content-encoding'];
    if (encoding === undefined || !Buffer.isBuffer(body) || codingOf(encoding) !== 'gzip') {
      done(body);
      return;
    }
    // What reads the request from here on has the decoded body.
    delete request.headers['content-encoding'];
    delete request.headers['content-length'];
    decodeGzip(body, maxBytes, done);
  };
  const addChunk = (chunk: Buffer) => {
    const start = length;
    length += chunk.length;
    chunks += 1;
    if (length > maxBytes) finish(tooLarge(maxBytes));
    else if (chunks > MAX_SMALL_CHUNKS && length < chunks * SMALL_CHUNK) {
      request.pause();
      finish(tooManyChunks());
    } else if (gathered === null) gathered = chunk;
    else {
      if (length > gathered.length) gathered = grown(gathered, start, length, maxBytes);
      chunk.copy(gathered, start);
    }
  };
  request.on('data', addChunk);
  request.on('end', () => finish(gathered?.subarray(0, length) ?? Buffer.alloc(0)));
  request.on('close', () => finish(null));
}

function grown(buffer: Buffer, used: number, needed: number, maxBytes: number): Buffer {
  const capacity = Math.max(needed, Math.min(maxBytes, Math.max(FIRST_CAPACITY, 2 * buffer.length)));
  const larger = Buffer.allocUnsafeSlow(capacity);
  buffer.copy(larger, 0, 0, used);
  return larger;
}

function tooLarge(limit: number): GraphQLError {
  return requestError('BODY_TOO_LARGE', { details: { limit } });
}

function tooManyChunks(): GraphQLError {
  const message = `The body of the request comes in more than ${MAX_SMALL_CHUNKS} chunks of less than ${SMALL_CHUNK} bytes. Send larger ones.`;
  return requestError('TOO_MANY_CHUNKS', { message });
}

function unsupported(message: string): GraphQLError {
  return requestError('BAD_REQUEST', { message, status: 415 });
}
