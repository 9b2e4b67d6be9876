// Usage counter: counts requests by client and operation, for each schema coordinate used. A request costs one
// increment of the counter of its operation; names, days and the store are involved only when counters are flushed.
import { dayOf, keyUse, mergeUsage, other, type UsageBounds, type UsageRecord, usageBounds } from './usage-record.ts';
import type { UsageStore } from './usage-store.ts';

/** Name and coordinates of a prepared operation. */
export interface OperationUse {
  name: string | undefined;
  /** Whether it is from a trusted document: those are always counted by their names. */
  trusted: boolean;
  /** Using graph names; the result of `coordinatesOf`. */
  coordinates: readonly string[];
}

export interface UsageCounterOptions {
  store: UsageStore;
  /** Milliseconds since 1970. */
  now?: () => number;
  /** Milliseconds between two saves; default 60 000. */
  flushEvery?: number;
  bounds?: UsageBounds;
  /** Called when the store fails; the counts are retained and saved with the next ones. */
  onError?: (error: unknown) => void;
}

/** Versions of clients counted by name between two saves; the names come from headers, so there may be any number. */
const MAX_CALLERS = 100;
/** Operation names for each of them between two saves, besides those of trusted documents. */
const MAX_NAMES = 200;
/** Operation counters that have not been added up yet. */
const MAX_LIVE = 1_000;
/** Unsaved counts of a coordinate for one operation; more are counted as `(other)`. */
const MAX_PENDING = 50_000;
/** Characters of a name from a client. */
const MAX_NAME_LENGTH = 128;

/** An API key: its owner, and what distinguishes two keys of one owner. */
export interface KeyUse {
  readonly name: string;
  readonly id: string;
}

interface Caller {
  client: string;
  version: string;
  names: Set<string>;
}

interface OperationCounter {
  caller: Caller;
  use: OperationUse;
  count: number;
}

export class UsageCounter {
  readonly #store: UsageStore;
  readonly #now: () => number;
  readonly #flushEvery: number;
  readonly #bounds: UsageBounds;
  readonly #onError: (error: unknown) => void;
  /** Counters of each prepared operation, one for each client that requests it, the latest client first. */
  #counters = new WeakMap<object, OperationCounter[]>();
  readonly #uses = new WeakMap<object, OperationUse>();
  readonly #live = new Set<OperationCounter>();
  #callers = new Map<string, Caller>();
  /** Uses of API keys, by key. */
  readonly #keyUses = new Map<KeyUse, number>();
  /** By client, version, operation, coordinate and day. */
  #pending = new Map<string, UsageRecord>();
  #timer: NodeJS.Timeout | undefined;
  #saving: Promise<void> = Promise.resolve();

  constructor({ store, now = Date.now, flushEvery = 60_000, bounds = usageBounds, onError }: UsageCounterOptions) {
    this.#store = store;
    this.#now = now;
    this.#flushEvery = flushEvery;
    this.#bounds = bounds;
    this.#onError = onError ?? (() => {});
  }

  /**
   * Counts one request.
   * @param prepared the same object whenever the operation is the same, such as a prepared operation.
   * @param describe called once for each of them.
   */
  count(prepared: object, client: string, version: string, describe: () => OperationUse): void {
    const counter = this.#counterOf(prepared, client, version, describe);
    if (counter.count++ > 0) return;
    this.#live.add(counter);
    if (this.#live.size >= MAX_LIVE) this.#addUp();
  }

  /**
   * Counts one request with an API key.
   * @param key the same object for the same key.
   */
  countKey(key: KeyUse): void {
    this.#keyUses.set(key, (this.#keyUses.get(key) ?? 0) + 1);
  }

  /**
   * Adds the counts to those in the store, from other instances too. Rejects if the store fails; no count is lost then.
   */
  flush(): Promise<void> {
    const next = this.#saving.then(() => this.#flush());
    this.#saving = next.catch(() => {});
    return next;
  }

  /** Saves periodically from now on; the timer does not keep the process running. */
  start(): void {
    this.#timer ??= setInterval(() => this.flush().catch(this.#onError), this.#flushEvery).unref();
  }

  /** Saves a last time. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    await this.flush().catch(this.#onError);
  }

  async #flush(): Promise<void> {
    this.#addUp();
    if (this.#pending.size === 0) return;
    const counted = this.#pending;
    this.#pending = new Map();
    this.#callers = new Map();
    // Counters refer to their callers: new callers need new counters.
    this.#counters = new WeakMap();
    const save = async () => {
      const known = await this.#store.load();
      await this.#store.save(mergeUsage([...known, ...counted.values()], dayOf(this.#now()), this.#bounds));
    };
    try {
      await (this.#store.exclusively ? this.#store.exclusively(save) : save());
    } catch (error) {
      for (const record of counted.values()) this.#retain(record);
      throw error;
    }
  }

  #counterOf(prepared: object, client: string, version: string, describe: () => OperationUse): OperationCounter {
    let counters = this.#counters.get(prepared);
    const latest = counters?.[0];
    if (latest && latest.caller.client === client && latest.caller.version === version) return latest;
    const caller = this.#callerOf(client, version);
    if (!counters) {
      counters = [];
      this.#counters.set(prepared, counters);
    }
    let counter = counters.find((each) => each.caller === caller);
    if (!counter) {
      const use = this.#uses.get(prepared) ?? describe();
      this.#uses.set(prepared, use);
      counter = { caller, use, count: 0 };
      counters.unshift(counter);
    }
    return counter;
  }

  #callerOf(client: string, version: string): Caller {
    const key = `${client}\n${version}`;
    const known = this.#callers.get(key);
    if (known) return known;
    const tooMany = this.#callers.size >= MAX_CALLERS;
    if (tooMany && key !== `${other}\n${other}`) return this.#callerOf(other, other);
    const caller = { client, version, names: new Set<string>() };
    this.#callers.set(key, caller);
    return caller;
  }

  /** Moves the counts of all counters to the pending records. */
  #addUp(): void {
    const day = dayOf(this.#now());
    for (const counter of this.#live) {
      const { caller, use, count } = counter;
      const operation = nameOf(use, caller);
      const by = { client: shorten(caller.client), version: shorten(caller.version), operation };
      for (const coordinate of use.coordinates) {
        this.#retain({ ...by, coordinate, firstSeen: day, lastSeen: day, days: { [day]: count } });
      }
      counter.count = 0;
    }
    this.#live.clear();
    for (const [{ name, id }, count] of this.#keyUses) {
      this.#retain({
        ...{ client: shorten(name), version: id, operation: keyUse, coordinate: keyUse },
        ...{ firstSeen: day, lastSeen: day, days: { [day]: count } },
      });
    }
    this.#keyUses.clear();
  }

  #retain(record: UsageRecord): void {
    const { client, version, operation, coordinate, lastSeen } = record;
    const key = JSON.stringify([client, version, operation, coordinate, lastSeen]);
    const sum = this.#pending.get(key);
    if (sum) sum.days[lastSeen] = (sum.days[lastSeen] ?? 0) + (record.days[lastSeen] ?? 0);
    else if (this.#pending.size < MAX_PENDING || client === other) this.#pending.set(key, record);
    else this.#retain({ ...record, client: other, version: other, operation: other });
  }
}

function nameOf({ name = '(unnamed)', trusted }: OperationUse, { names }: Caller): string {
  if (trusted) return name;
  const short = shorten(name);
  if (!names.has(short)) {
    if (names.size >= MAX_NAMES) return other;
    names.add(short);
  }
  return short;
}

function shorten(name: string): string {
  return name.length > MAX_NAME_LENGTH ? `${name.slice(0, MAX_NAME_LENGTH - 1)}…` : name;
}
