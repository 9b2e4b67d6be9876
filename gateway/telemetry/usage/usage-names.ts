// Names that usage is counted by: those of the configuration always, and so many of those that requests make up.
import { other } from './usage-record.ts';

/** Clients with their versions that are counted by name between two saves, of those that are not configured. */
const MAX_UNKNOWN_CALLERS = 100;
/** Versions of a configured client, which requests name as well. */
const MAX_VERSIONS = 50;
/** Operation names for each of them between two saves, besides those of trusted documents. */
const MAX_NAMES = 200;
/** Characters of a name from a client. */
const MAX_NAME_LENGTH = 128;

/** The caller of a request, as far as usage is concerned. */
export interface UsageCaller {
  /** The client of the configuration; null for requests of none. */
  client: string | null;
  /** As requests name them; null for those that name none. */
  clientName: string | null;
  clientVersion: string | null;
}

/** A caller that is counted. */
export interface NamedCaller {
  readonly client: string;
  readonly version: string;
  /** Names of operations that have been counted. */
  readonly names: Set<string>;
}

export class UsageNames {
  readonly #callers = new Map<string, NamedCaller>();
  readonly #versions = new Map<string, number>();
  #unknown = 0;

  /** The same object for what is counted together. */
  callerOf({ client, clientName, clientVersion }: UsageCaller): NamedCaller {
    const name = shorten(client ?? clientName ?? '(none)');
    const version = shorten(clientVersion ?? '(none)');
    const key = `${client === null ? '' : 'configured'}\n${name}\n${version}`;
    return this.#callers.get(key) ?? this.#newCaller(key, name, version, client !== null);
  }

  #newCaller(key: string, client: string, version: string, isConfigured: boolean): NamedCaller {
    if (isConfigured) {
      const versions = this.#versions.get(client) ?? 0;
      if (versions >= MAX_VERSIONS) return this.#known(`configured\n${client}\n${other}`, client, other);
      this.#versions.set(client, versions + 1);
    } else {
      if (this.#unknown >= MAX_UNKNOWN_CALLERS) return this.#known(other, other, other);
      this.#unknown += 1;
    }
    return this.#known(key, client, version);
  }

  #known(key: string, client: string, version: string): NamedCaller {
    let caller = this.#callers.get(key);
    if (!caller) {
      caller = { client, version, names: new Set() };
      this.#callers.set(key, caller);
    }
    return caller;
  }
}

/** The name that an operation of the caller is counted by. */
export function operationName(name: string | undefined, isTrusted: boolean, { client, names }: NamedCaller): string {
  if (isTrusted) return name ?? '(unnamed)';
  if (client === other) return other;
  const short = shorten(name ?? '(unnamed)');
  if (!names.has(short)) {
    if (names.size >= MAX_NAMES) return other;
    names.add(short);
  }
  return short;
}

export function shorten(name: string): string {
  return name.length > MAX_NAME_LENGTH ? `${name.slice(0, MAX_NAME_LENGTH - 1)}…` : name;
}
