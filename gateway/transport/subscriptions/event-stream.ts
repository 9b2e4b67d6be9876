// Event stream decoder (server-sent events, WHATWG HTML 9.2.6): bytes in, events out, with bounded memory. Parsing is
// done by `eventsource-parser`; the decoder adds what a consumer needs at the end of a stream: whether it ended within
// an event.
import { createParser, type EventSourceParser } from 'eventsource-parser';

export interface StreamEvent {
  /** Value of the `event` field; empty if the event has none. */
  type: string;
  /** Values of the `data` fields, joined by line feeds. */
  data: string;
  /** Value of the `id` field; null if the event has none. */
  id: string | null;
}

/** Lines of an event that are no fields of one: the parser makes an error object of each, with its stack. */
const MAX_IGNORED_LINES = 1_000;

/** Bytes that are not an event stream, or an event over one of the limits. */
export class InvalidEventStream extends Error {
  override readonly name = 'InvalidEventStream';
}

export interface EventStreamOptions {
  /** Maximum size of the `data` of one event, in bytes of UTF-8. */
  maxBytes: number;
  onEvent(event: StreamEvent): void;
}

export class EventStreamDecoder {
  // The byte order mark is removed below, since Node's decoder removes one at the start of any chunk.
  readonly #text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  readonly #block: EventBlock;
  readonly #parser: EventSourceParser;
  #ignoredLines = 0;
  #atStart = true;
  #isTooLarge = false;

  constructor({ maxBytes, onEvent }: EventStreamOptions) {
    this.#block = new EventBlock(() => onEvent({ type: 'complete', data: '', id: null }));
    this.#parser = createParser({
      // Counts characters; a text has at least as many bytes.
      maxBufferSize: maxBytes,
      onEvent: ({ event, data, id }) => {
        this.#ignoredLines = 0;
        // UTF-8 has at most three bytes for a UTF-16 code unit.
        if (data.length * 3 > maxBytes && Buffer.byteLength(data) > maxBytes) this.#isTooLarge = true;
        if (!this.#isTooLarge) onEvent({ type: event ?? '', data, id: id ?? null });
      },
      // Unknown fields and `retry` values that are not numbers are ignored, as the specification requires.
      onError: ({ type }) => {
        if (type === 'max-buffer-size-exceeded') this.#isTooLarge = true;
        else if (++this.#ignoredLines > MAX_IGNORED_LINES)
          throw new InvalidEventStream('an event has too many unknown lines');
      },
    });
  }

  /** @throws InvalidEventStream for bytes that are not UTF-8, and for an event over one of the limits. */
  write(chunk: Uint8Array): void {
    let text: string;
    try {
      text = this.#text.decode(chunk, { stream: true });
    } catch {
      throw new InvalidEventStream('the event stream is not UTF-8');
    }
    if (text === '') return;
    if (this.#atStart && text.startsWith('\ufeff')) text = text.slice(1);
    this.#atStart = false;
    this.#parser.feed(text);
    if (this.#isTooLarge) throw new InvalidEventStream('an event is too large');
    this.#block.scan(text);
  }

  /** To be called at the end of the stream. Returns whether it ended between two events, not within one. */
  end(): boolean {
    try {
      this.#text.decode();
    } catch {
      // Within a character.
      return false;
    }
    return this.#block.isBetweenEvents;
  }
}

const anyLineEnd = /\r\n|\n|\r/;

/** Characters of a line that are stored: enough for its field name and the value `complete`. */
const LINE_START = 24;

/**
 * Block of lines that forms the next event. It detects what the parser drops: a block that never ended, and
 * `event: complete` without a `data` field, which GraphQL Yoga and graphql-sse sent for years.
 */
class EventBlock {
  readonly #onCompleteWithoutData: () => void;
  #isOpen = false;
  #isComplete = false;
  #hasData = false;
  /** Beginning of the line that has not ended yet. */
  #line = '';
  #endsWithReturn = false;

  constructor(onCompleteWithoutData: () => void) {
    this.#onCompleteWithoutData = onCompleteWithoutData;
  }

  get isBetweenEvents(): boolean {
    return !this.#isOpen && (this.#line === '' || this.#line.startsWith(':'));
  }

  /** @param text not empty. */
  scan(text: string): void {
    const rest = this.#endsWithReturn && text.startsWith('\n') ? text.slice(1) : text;
    this.#endsWithReturn = text.endsWith('\r');
    const lines = rest.split(anyLineEnd);
    const unfinished = lines.pop() as string;
    for (const line of lines) {
      this.#readLine(this.#line + line);
      this.#line = '';
    }
    this.#line = (this.#line + unfinished).slice(0, LINE_START);
  }

  #readLine(line: string): void {
    if (line === '') {
      const lacksData = this.#isComplete && !this.#hasData;
      this.#isOpen = false;
      this.#isComplete = false;
      this.#hasData = false;
      if (lacksData) this.#onCompleteWithoutData();
      return;
    }
    if (line.startsWith(':')) return;
    this.#isOpen = true;
    if (line === 'data' || line.startsWith('data:')) this.#hasData = true;
    else if (line.startsWith('event:')) this.#isComplete = line === 'event: complete' || line === 'event:complete';
  }
}
