// Response parser: the bytes of one connection, in whatever pieces they arrive, as the head and body of one response
// after another (RFC 9112). Bytes that no request is open for are never read as a response.
import { InvalidResponse, type ResponseHead, readFields, readHead } from './response-head.ts';

export interface ResponseReceiver {
  onHead(head: ResponseHead): void;
  /** A piece of the body. The bytes are valid during the call alone. */
  onData(bytes: Buffer): void;
  /** The response is complete; nothing that arrived is left over. */
  onEnd(): void;
  /** The whole body, and the end. The bytes are valid during the call alone. */
  onWhole(bytes: Buffer): void;
}

type State = 'idle' | 'head' | 'data' | 'until-close' | 'chunk-line' | 'chunk-data' | 'chunk-end' | 'trailers';

/** Bytes of a head, with those of interim responses before it. */
const MAX_HEAD_BYTES = 16_384;
/** Bytes of the line before a chunk: its size and its extensions. */
const MAX_CHUNK_LINE_BYTES = 1024;

const lineEnd = Buffer.from('\r\n');
const emptyLine = Buffer.from('\r\n\r\n');
const nothing = Buffer.alloc(0);
/** A control character, or half of a line end but for a CR that is the last byte so far. */
const strayControl = /\r[^\n]|(?:^|[^\r])\n|[^\t\r\n\x20-\x7e\x80-\xff]/;
/** Size and extensions, without the white space that the grammar tolerates around them and no server sends. */
const chunkLine =
  /^([\dA-Fa-f]{1,13})(?:;[!#$%&'*+\-.^_`|~\w]+(?:=(?:[!#$%&'*+\-.^_`|~\w]+|"[\t\x20\x21\x23-\x5b\x5d-\x7e\x80-\xff]*"))?)*$/;

export class ResponseParser {
  readonly #receiver: ResponseReceiver;
  #state: State = 'idle';
  /** Beginning of a head, line or trailers whose end has not arrived. */
  #partial: Buffer = nothing;
  #headBytes = 0;
  /** Bytes of the body, or of the chunk, that have not arrived. */
  #left = 0;

  constructor(receiver: ResponseReceiver) {
    this.#receiver = receiver;
  }

  /** A request is open from now on: the next bytes are the head of its response. */
  open(): void {
    this.#state = 'head';
    this.#headBytes = 0;
  }

  /**
   * Reads the first `length` bytes of `buffer`, which belongs to the caller again afterwards.
   * @throws InvalidResponse: the connection is of no more use. Also where bytes follow the end of a response.
   */
  read(buffer: Buffer, length: number): void {
    let bytes = buffer;
    let end = length;
    if (this.#partial.length > 0) {
      bytes = Buffer.concat([this.#partial, buffer.subarray(0, length)]);
      end = bytes.length;
      this.#partial = nothing;
    }
    let at = 0;
    while (at < end) {
      const next = this.#step(bytes, at, end);
      if (next === -1) {
        this.#partial = Buffer.from(bytes.subarray(at, end));
        return;
      }
      at = next;
    }
  }

  /**
   * The connection has ended: the end of a body that has no other.
   * @returns whether the response is complete.
   */
  end(): boolean {
    if (this.#state !== 'until-close') return false;
    this.#complete();
    return true;
  }

  /** @returns the place after what was read; -1 where its end has not arrived. */
  #step(bytes: Buffer, at: number, end: number): number {
    switch (this.#state) {
      case 'data':
      case 'chunk-data':
        return this.#readData(bytes, at, end);
      case 'head':
        return this.#readHead(bytes, at, end);
      case 'until-close':
        this.#receiver.onData(bytes.subarray(at, end));
        return end;
      case 'chunk-line':
        return this.#readChunkLine(bytes, at, end);
      case 'chunk-end':
        if (end - at < 2) return bytes[at] === 0x0d ? -1 : this.#unendedChunk();
        if (bytes[at] !== 0x0d || bytes[at + 1] !== 0x0a) this.#unendedChunk();
        this.#state = 'chunk-line';
        return at + 2;
      case 'trailers':
        return this.#readTrailers(bytes, at, end);
      case 'idle':
        throw new InvalidResponse('bytes after the end of the response');
    }
  }

  #readHead(bytes: Buffer, at: number, end: number): number {
    const found = bytes.indexOf(emptyLine, at);
    const isWhole = found !== -1 && found + 4 <= end;
    const stop = isWhole ? found : end;
    if (this.#headBytes + stop - at > MAX_HEAD_BYTES) {
      throw new InvalidResponse(`the head has more than ${MAX_HEAD_BYTES} bytes`);
    }
    const text = bytes.toString('latin1', at, stop);
    if (!isWhole) {
      rejectStrayControls(text);
      return -1;
    }
    const head = readHead(text);
    this.#headBytes += text.length + 4;
    // An interim response (100, 103) comes before the one that the request gets.
    if (head.status < 200) return found + 4;
    const { body } = head;
    this.#state = body === 'chunked' ? 'chunk-line' : body === 'until-close' ? body : 'data';
    this.#left = typeof body === 'number' ? body : 0;
    const after = found + 4;
    if (body === 0 && after < end) throw new InvalidResponse('bytes after the end of the response');
    this.#receiver.onHead(head);
    if (body === 0) this.#complete();
    else if (this.#state === 'data' && after + this.#left === end) {
      this.#state = 'idle';
      this.#receiver.onWhole(bytes.subarray(after, end));
      return end;
    }
    return after;
  }

  #readData(bytes: Buffer, at: number, end: number): number {
    const stop = Math.min(end, at + this.#left);
    this.#left -= stop - at;
    const isLast = this.#left === 0;
    if (isLast && this.#state === 'data' && stop < end) {
      throw new InvalidResponse('bytes after the end of the response');
    }
    this.#receiver.onData(bytes.subarray(at, stop));
    if (isLast) {
      if (this.#state === 'data') this.#complete();
      else this.#state = 'chunk-end';
    }
    return stop;
  }

  #readChunkLine(bytes: Buffer, at: number, end: number): number {
    const found = bytes.indexOf(lineEnd, at);
    const isWhole = found !== -1 && found + 2 <= end;
    const stop = isWhole ? found : end;
    if (stop - at > MAX_CHUNK_LINE_BYTES) throw new InvalidResponse('the line of a chunk is too long');
    const text = bytes.toString('latin1', at, stop);
    if (!isWhole) {
      rejectStrayControls(text);
      return -1;
    }
    const size = chunkLine.exec(text)?.[1];
    if (size === undefined) throw new InvalidResponse('the line of a chunk is not its size');
    this.#left = Number.parseInt(size, 16);
    this.#state = this.#left === 0 ? 'trailers' : 'chunk-data';
    return found + 2;
  }

  /** Their fields are of no use here. */
  #readTrailers(bytes: Buffer, at: number, end: number): number {
    const isEmpty = bytes[at] === 0x0d && end - at >= 2 && bytes[at + 1] === 0x0a;
    const found = isEmpty ? at : bytes.indexOf(emptyLine, at);
    const isWhole = isEmpty || (found !== -1 && found + 4 <= end);
    const stop = isWhole ? found : end;
    if (stop - at > MAX_HEAD_BYTES) throw new InvalidResponse(`the trailers have more than ${MAX_HEAD_BYTES} bytes`);
    const text = bytes.toString('latin1', at, stop);
    if (!isWhole) {
      rejectStrayControls(text);
      return -1;
    }
    readFields(text, 0);
    const after = found + (isEmpty ? 2 : 4);
    if (after < end) throw new InvalidResponse('bytes after the end of the response');
    this.#complete();
    return after;
  }

  #complete(): void {
    this.#state = 'idle';
    this.#receiver.onEnd();
  }

  #unendedChunk(): never {
    throw new InvalidResponse('a chunk is longer than its size');
  }
}

/** In what has no end yet: a service that ends lines by LF alone would be waited for until the time-out. */
function rejectStrayControls(text: string): void {
  if (strayControl.test(text)) throw new InvalidResponse('a control character within a line, or half of its end');
}
