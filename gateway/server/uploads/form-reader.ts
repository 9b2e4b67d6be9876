// Form reader: the parts of a form (RFC 7578) as they arrive, one at a time and in order. The request is paused while
// nothing is read: memory holds what one read of the socket returned, and a bounded buffer of each part in it.
import type { IncomingMessage } from 'node:http';
import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy';
import { rejectedUpload, tooLargeUpload, type UploadFault } from './upload-fault.ts';

export interface FormPart {
  /** Undefined for a part without a name. */
  name: string | undefined;
  /** Without a path; undefined where there is none. */
  filename: string | undefined;
  type: string;
  /** Of `content-transfer-encoding`, in lower case; `7bit` where there is none. */
  coding: string;
  /** @throws UploadFault where the body breaks off, or is no form. */
  content: AsyncIterable<Buffer>;
}

export interface FormLimits {
  maxFiles: number;
  /** Of the whole body, in bytes. */
  maxBytes: number;
}

/** Parts that are no files. */
const FIELDS = 2;

/** Header fields of one part. */
const MAX_FIELDS = 20;
const MAX_HEAD_BYTES = 16_384;

/** Longer boundaries are invalid (RFC 2046, section 5.1.1). */
const MAX_BOUNDARY = 70;

export class FormReader {
  readonly #request: IncomingMessage;
  readonly #limits: FormLimits;
  readonly #parser: BusboyInstance;
  /** Parts that have begun, and were not pulled. */
  readonly #parts: FormPart[] = [];
  /** Parts that have not ended. */
  readonly #open = new Set<BusboyFileStream>();
  #bytes = 0;
  #isOver = false;
  #fault: UploadFault | null = null;
  #wake: (() => void) | null = null;

  /** @throws UploadFault where the boundary, which the content type names, cannot be used. */
  constructor(request: IncomingMessage, boundary: string | undefined, limits: FormLimits) {
    this.#request = request;
    this.#limits = limits;
    if (boundary === undefined || !/^[\x20-\x7e]*[\x21-\x7e]$/.test(boundary) || boundary.length > MAX_BOUNDARY) {
      throw rejectedUpload(`The content type of a form needs a boundary, of at most ${MAX_BOUNDARY} characters.`);
    }
    this.#parser = new Busboy({
      headers: { 'content-type': `multipart/form-data; boundary="${boundary.replaceAll(/["\\]/g, '\\$&')}"` },
      limits: { parts: limits.maxFiles + FIELDS, headerPairs: MAX_FIELDS, headerSize: MAX_HEAD_BYTES },
      // Fields too: their bytes are to be UTF-8, whatever charset a part names.
      isPartAFile: () => true,
    });
    this.#parser.on('file', (name, stream, filename, coding, type) => {
      this.#add({ name, filename, coding, type, content: this.#contentOf(stream) }, stream);
    });
    this.#parser.on('partsLimit', () => {
      this.fail(tooLargeUpload('The form has', limits.maxFiles, 'files', 'uploads.maxFiles'));
    });
    this.#parser.on('error', () => this.fail(rejectedUpload('The body of the request is no complete form.')));
    this.#parser.on('finish', () => this.#end());
    request.on('data', this.#count);
    request.once('close', this.#closed);
    request.pipe(this.#parser);
    // Its client has left already.
    if (request.destroyed) this.#closed();
  }

  /** The next part; null after the last one. @throws UploadFault where the body breaks off, or is no form. */
  async next(): Promise<FormPart | null> {
    for (;;) {
      if (this.#fault) throw this.#fault;
      const part = this.#parts.shift();
      if (part) return part;
      if (this.#isOver) return null;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Ends the form with a fault; what still arrives is discarded. */
  fail(fault: UploadFault): void {
    if (this.#isOver) return;
    this.#fault = fault;
    this.#end();
    for (const stream of this.#open) stream.destroy();
    // The client reads the response, and sends its next request after this one.
    this.#request.resume();
  }

  #add(part: FormPart, stream: BusboyFileStream): void {
    this.#open.add(stream);
    stream.on('close', () => this.#open.delete(stream));
    // The parser reports it as well.
    stream.on('error', () => {});
    if (this.#isOver) stream.destroy();
    else this.#parts.push(part);
    this.#wake?.();
  }

  async *#contentOf(stream: BusboyFileStream): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of stream) yield chunk as Buffer;
    } catch (error) {
      throw this.#fault ?? error;
    }
    if (this.#fault) throw this.#fault;
  }

  readonly #count = ({ length }: Buffer) => {
    this.#bytes += length;
    const { maxBytes } = this.#limits;
    if (this.#bytes > maxBytes) this.fail(tooLargeUpload('The form has', maxBytes, 'bytes', 'uploads.maxBytes'));
  };

  readonly #closed = () => {
    // Also a complete one, that Node has given up because its client has sent the end of the connection behind it.
    if (!this.#request.readableEnded) this.fail(rejectedUpload('The body of the request broke off.'));
  };

  #end(): void {
    this.#isOver = true;
    this.#request.removeListener('data', this.#count);
    this.#request.removeListener('close', this.#closed);
    this.#request.unpipe(this.#parser);
    this.#wake?.();
  }
}
