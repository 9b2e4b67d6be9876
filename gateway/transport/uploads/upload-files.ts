// Upload files: the files of a client's request, on their way to one service. In the variables of the operation, each
// has a placeholder, until the request to the service is written.
import { randomBytes } from 'node:crypto';
import { parseJson } from '../../json/parse-json.ts';

/** A file while it arrives. */
export interface ArrivingFile {
  /** Its place among the files of the request's map. */
  index: number;
  /** Without a path; undefined where the client has sent none. */
  filename: string | undefined;
  /** Media type as the client has sent it. */
  type: string;
  /** Pulled at the pace of the service. Throws what `arriving` throws. */
  content: AsyncIterable<Uint8Array>;
}

export interface UploadFiles {
  readonly placeholders: Placeholders;
  /** Number of files. */
  readonly count: number;
  /** Milliseconds from the request to the service to the end of its response. */
  readonly timeout: number;
  /**
   * The files, in the order in which the client sends them; each is to be read to its end before the next one.
   * @throws GraphQLError for clients, where the request breaks off, exceeds a bound, or has other files than its map.
   */
  arriving(): AsyncIterable<ArrivingFile>;
  /** No more files are read: those that still arrive are discarded. */
  stop(): void;
}

/** The parts of a form before its files. */
export interface FormFields {
  /** JSON text: the request, with nulls in place of files. */
  operations: string;
  /** JSON text: by name of a file, its places in `operations`. */
  map: string;
}

/** Texts that stand for files, and that no client can know. */
export class Placeholders {
  readonly #prefix = `file-${randomBytes(16).toString('hex')}-`;

  of(index: number): string {
    return `${this.#prefix}${index}`;
  }

  /** The files that a request's JSON text has placeholders of. */
  indicesIn(body: string): Set<number> {
    return new Set(Array.from(body.matchAll(this.#pattern), ([, index]) => Number(index)));
  }

  isIn(body: string): boolean {
    return body.includes(this.#prefix);
  }

  /** The request as a form has it. @param body its JSON text. */
  fieldsOf(body: string): FormFields {
    const { variables } = parseJson(body) as { variables?: unknown };
    const places = new Map<number, string[]>();
    this.#collect(variables, 'variables', places);
    return { operations: body.replace(this.#pattern, 'null'), map: JSON.stringify(Object.fromEntries(places)) };
  }

  #collect(value: unknown, path: string, places: Map<number, string[]>): void {
    if (typeof value === 'string') {
      const index = value.startsWith(this.#prefix) ? Number(value.slice(this.#prefix.length)) : null;
      if (index !== null) places.set(index, [...(places.get(index) ?? []), path]);
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, member] of Object.entries(value)) this.#collect(member, `${path}.${key}`, places);
    }
  }

  get #pattern(): RegExp {
    return new RegExp(`"${this.#prefix}(\\d+)"`, 'g');
  }
}
