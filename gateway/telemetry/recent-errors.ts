// Recent errors: the latest requests that have failed and the latest warnings of the log, for those who look into a fault.
// In memory, of bounded number and size, without fields about a person.

/** Of each of the two. */
export const MAX_ENTRIES = 50;

/** Of one entry as JSON text; a longer one is cut. */
const MAX_LENGTH = 4_000;

type Fields = Readonly<Record<string, unknown>>;

/** Each with its time, ISO 8601 in UTC; the latest first. */
export interface LatestErrors {
  requests: { time: string }[];
  log: { time: string }[];
}

export class RecentErrors {
  readonly #requests = new Ring();
  readonly #lines = new Ring();

  /** A request that has failed. */
  request(fields: Fields): void {
    this.#requests.add(fields);
  }

  /** A line of the log, of level `warn` or above. */
  line(fields: Fields): void {
    this.#lines.add(fields);
  }

  /** The latest first. */
  get latest(): LatestErrors {
    return { requests: this.#requests.latest, log: this.#lines.latest };
  }
}

class Ring {
  readonly #entries: { time: number; text: string }[] = [];
  #next = 0;

  add(fields: Fields): void {
    this.#entries[this.#next] = { time: Date.now(), text: textOf(fields) };
    this.#next = (this.#next + 1) % MAX_ENTRIES;
  }

  get latest(): { time: string }[] {
    const ordered = [...this.#entries.slice(this.#next), ...this.#entries.slice(0, this.#next)].toReversed();
    return ordered.map(({ time, text }) => ({ time: new Date(time).toISOString(), ...shown(text) }));
  }
}

function textOf(fields: Fields): string {
  const { address: _, userAgent: __, caller: ___, ...rest } = fields;
  try {
    return JSON.stringify(rest);
  } catch {
    // Fields of another's, such as an object that contains itself.
    return JSON.stringify({ message: String(fields.message) });
  }
}

function shown(text: string): object {
  return text.length <= MAX_LENGTH ? JSON.parse(text) : { cut: text.slice(0, MAX_LENGTH) };
}
