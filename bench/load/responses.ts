// Reads HTTP/1.1 responses from the bytes of one connection and compares each body with the expected one as it arrives,
// so that a large response is never put together. Understands content-length and chunked bodies.
// https://www.rfc-editor.org/rfc/rfc9112

export type Outcome = {
  /** Status 200 and exactly the expected body. */
  ok: boolean;
  status: number;
  /** Bytes of the body. */
  length: number;
  /** The server will close the connection. */
  close: boolean;
};

const headEnd = '\r\n\r\n';
const lineEnd = '\r\n';
const contentLength = /\r\ncontent-length:[ \t]*(\d+)/i;
const chunked = /\r\ntransfer-encoding:[ \t]*chunked/i;
const connectionClose = /\r\nconnection:[ \t]*close/i;

type State = 'head' | 'body' | 'chunk-size' | 'chunk' | 'chunk-end' | 'trailer';

export class ResponseReader {
  private readonly expected: Buffer;
  private state: State = 'head';
  private rest: Buffer | undefined;
  // Bytes still to come of the body, or of the chunk.
  private remaining = 0;
  private length = 0;
  private status = 0;
  private same = true;
  private close = false;

  constructor(expected: Buffer) {
    this.expected = expected;
  }

  /**
   * Takes the next bytes; returns the outcome when they complete a response (there is never more than one under way).
   */
  read(bytes: Buffer): Outcome | undefined {
    let buffer = bytes;
    if (this.rest) {
      buffer = Buffer.concat([this.rest, bytes]);
      this.rest = undefined;
    }
    let at = 0;
    while (at < buffer.length) {
      if (this.state === 'body' || this.state === 'chunk') {
        const end = Math.min(buffer.length, at + this.remaining);
        this.compare(buffer, at, end);
        this.remaining -= end - at;
        at = end;
        if (this.remaining > 0) continue;
        if (this.state === 'body') return this.complete();
        this.state = 'chunk-end';
        continue;
      }
      const mark = this.state === 'head' ? headEnd : lineEnd;
      const end = buffer.indexOf(mark, at, 'latin1');
      if (end < 0) {
        this.rest = buffer.subarray(at);
        return undefined;
      }
      const text = buffer.toString('latin1', at, end);
      at = end + mark.length;
      if (this.readLine(text)) return this.complete();
    }
    return undefined;
  }

  /** Takes a head or a line between chunks; returns whether the response ends with it. */
  private readLine(text: string): boolean {
    switch (this.state) {
      case 'head':
        this.status = Number(text.slice(9, 12));
        this.close = connectionClose.test(text);
        if (chunked.test(text)) {
          this.state = 'chunk-size';
          return false;
        }
        this.remaining = Number(contentLength.exec(text)?.[1] ?? 0);
        this.state = 'body';
        return this.remaining === 0;
      case 'chunk-size':
        this.remaining = Number.parseInt(text, 16);
        this.state = this.remaining === 0 ? 'trailer' : 'chunk';
        return false;
      case 'trailer':
        return text === '';
      default:
        this.state = 'chunk-size';
        return false;
    }
  }

  private compare(buffer: Buffer, start: number, end: number): void {
    const from = this.length;
    this.length += end - start;
    if (!this.same) return;
    this.same =
      this.length <= this.expected.length && this.expected.compare(buffer, start, end, from, this.length) === 0;
  }

  private complete(): Outcome {
    const { status, length, close } = this;
    const ok = status === 200 && this.same && length === this.expected.length;
    this.state = 'head';
    this.length = 0;
    this.same = true;
    return { ok, status, length, close };
  }
}
