// Paced sending of a response: a long body goes out in slices, each when the one before has been sent, so that progress
// is visible; what waits for the client is counted.
import type { Destination, UnsentBytes, Waiting } from './unsent-bytes.ts';

/** Bytes from which on a body is sent in slices, and bytes of one. */
const SLICE_BYTES = 262_144;

/** What the response's own class does. */
export interface Sending {
  write(chunk: Uint8Array, sent: (error?: Error | null) => void): unknown;
  end(chunk: Uint8Array): unknown;
  /** Bytes that the client has not been sent. */
  unsent(): number;
  once(event: 'close' | 'drain', listener: () => void): unknown;
}

export class PacedSending {
  readonly #sending: Sending;
  readonly #waiting: Waiting;
  #watchesDrain = false;

  constructor(unsent: UnsentBytes, destination: Destination, sending: Sending) {
    this.#sending = sending;
    this.#waiting = unsent.open(destination);
    sending.once('close', () => this.#waiting.set(0));
  }

  /** To be called when not all could be sent at once. */
  watch(): void {
    this.#waiting.set(this.#sending.unsent());
    if (this.#watchesDrain) return;
    this.#watchesDrain = true;
    this.#sending.once('drain', () => {
      this.#watchesDrain = false;
      this.#waiting.set(0);
    });
  }

  /** Sends the body and ends the response. */
  sendInSlices(body: Uint8Array): void {
    let offset = 0;
    this.#waiting.set(body.length);
    const next = (error?: Error | null) => {
      // Its client has left.
      if (error) return;
      if (offset > 0) this.#waiting.progress();
      const slice = body.subarray(offset, offset + SLICE_BYTES);
      offset += slice.length;
      if (offset === body.length) this.#sending.end(slice);
      else this.#sending.write(slice, next);
    };
    next();
  }
}

/** The body as bytes where it is so long that it is sent in slices; null for any other. */
export function longBody(body: unknown, encoding: unknown): Uint8Array | null {
  if (typeof body === 'string' && body.length > SLICE_BYTES) {
    return Buffer.from(body, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
  }
  return body instanceof Uint8Array && body.length > SLICE_BYTES ? body : null;
}
