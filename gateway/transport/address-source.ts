// Address sources: the addresses of a subgraph from a name in the DNS, or from a file, as they change.
import { ADDRCONFIG } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { readFileSync, type Stats, statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';

/** An address, and its IP address where it is one of several of a name. */
export interface SourceAddress {
  url: string;
  ip?: string;
}

export interface AddressSource {
  /** What there is before the source has been read. */
  readonly initial: readonly SourceAddress[];
  /** @param onChange called with the addresses, at least one. @param onProblem called where they cannot be read. */
  start(onChange: (addresses: readonly SourceAddress[]) => void, onProblem: (problem: string) => void): void;
  close(): void;
}

/** The addresses of a list. */
export class FixedAddresses implements AddressSource {
  readonly initial: readonly SourceAddress[];

  constructor(urls: readonly string[]) {
    this.initial = urls.map((url) => ({ url }));
  }

  start(): void {}

  close(): void {}
}

type Resolve = (hostname: string) => Promise<readonly string[]>;

/** All A and AAAA records, of the families that this machine has; also those of `/etc/hosts`. */
const resolveAll: Resolve = async (hostname) =>
  (await lookup(hostname, { all: true, hints: ADDRCONFIG })).map(({ address }) => address);

/** One address for each IP address of the host. Before the first resolution, and while there is none, the name. */
export class DnsAddresses implements AddressSource {
  readonly initial: readonly SourceAddress[];
  readonly #url: string;
  readonly #every: number;
  readonly #resolve: Resolve;
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;

  /** @param every milliseconds between two resolutions. */
  constructor(url: string, every: number, resolve: Resolve = resolveAll) {
    this.#url = url;
    this.#every = every;
    this.#resolve = resolve;
    this.initial = [{ url }];
  }

  start(onChange: (addresses: readonly SourceAddress[]) => void, onProblem: (problem: string) => void): void {
    // In a URL, an IPv6 address is in brackets.
    const hostname = new URL(this.#url).hostname.replace(/^\[|\]$/g, '');
    const read = async () => {
      try {
        const ips = [...new Set(await this.#resolve(hostname))].sort();
        if (this.#isClosed) return;
        if (ips.length > 0) onChange(ips.map((ip) => ({ url: this.#url, ip })));
        else onProblem(`${hostname} has no addresses`);
      } catch (error) {
        if (this.#isClosed) return;
        onProblem(error instanceof Error ? error.message : String(error));
      }
      this.#timer = setTimeout(read, this.#every).unref();
    };
    read();
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer) clearTimeout(this.#timer);
  }
}

/** Milliseconds between two looks at the file: those of a mounted ConfigMap are replaced, which no watcher notices. */
const FILE_INTERVAL = 1_000;

/** The addresses of a file, which is read again when it has changed. */
export class FileAddresses implements AddressSource {
  readonly initial: readonly SourceAddress[];
  readonly #file: string;
  readonly #check: (value: unknown) => readonly string[];
  readonly #interval: number;
  /** State of the file when it was last read. */
  #seen: string;
  #timer: NodeJS.Timeout | null = null;

  /**
   * @param check returns the URLs of the file's JSON. @throws Error with the reason where they are none.
   * @throws Error where the file cannot be read.
   */
  constructor(file: string, check: (value: unknown) => readonly string[], interval = FILE_INTERVAL) {
    this.#file = file;
    this.#check = check;
    this.#interval = interval;
    // Before it is read: a change in between is seen later.
    this.#seen = stateOf(statSync(file));
    this.initial = this.#addresses(readFileSync(file, 'utf8'));
  }

  start(onChange: (addresses: readonly SourceAddress[]) => void, onProblem: (problem: string) => void): void {
    const look = async () => {
      try {
        const state = stateOf(await stat(this.#file));
        if (state === this.#seen) return;
        this.#seen = state;
        const addresses = this.#addresses(await readFile(this.#file, 'utf8'));
        if (this.#timer) onChange(addresses);
      } catch (error) {
        onProblem(error instanceof Error ? error.message : String(error));
      }
    };
    this.#timer = setInterval(look, this.#interval).unref();
  }

  close(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
  }

  #addresses(text: string): readonly SourceAddress[] {
    return [...new Set(this.#check(JSON.parse(text)))].map((url) => ({ url }));
  }
}

/** Another one after each change: a new file, a renamed one and a mounted link to another one differ in it. */
function stateOf({ ino, size, mtimeMs }: Stats): string {
  return `${ino}:${size}:${mtimeMs}`;
}
