// Event ids: those that a service gave the latest events of a stream, so that it can continue after the last one
// (`Last-Event-ID`, WHATWG HTML 9.2.4), and what it repeats then is dropped. Only an event with the same text is a
// repetition: a service that counts its events begins anew when it is started again.
import type { EventId } from './event-queue.ts';

/** Number of the latest events that repetitions are compared with. */
const MAX_IDS = 256;

/** One that is longer, or that no header field can have, is none. */
const usableId = /^[\x21-\x7e]([\x20-\x7e]{0,254}[\x21-\x7e])?$/;

export class EventIds {
  /** Digests by id. */
  #seen: Map<string, string> | null = null;
  /** Id of the last event; null where the service gave none. */
  last: string | null = null;
  /** Whether events may be repetitions: from a resumption until the first new one. */
  #mayRepeat = false;

  /** To be called when the stream is opened again. */
  interrupt(): void {
    this.#mayRepeat = this.#seen !== null;
  }

  /** To be called with the id of each event. @returns whether it came before the stream was opened again. */
  isRepeated(event: EventId | null): boolean {
    if (event === null || !usableId.test(event.id)) {
      this.#mayRepeat = false;
      return false;
    }
    const { id, digest } = event;
    this.#seen ??= new Map();
    if (this.#mayRepeat && this.#seen.get(id) === digest) return true;
    this.#mayRepeat = false;
    this.last = id;
    this.#seen.delete(id);
    this.#seen.set(id, digest);
    if (this.#seen.size > MAX_IDS) this.#seen.delete(this.#seen.keys().next().value as string);
    return false;
  }
}
