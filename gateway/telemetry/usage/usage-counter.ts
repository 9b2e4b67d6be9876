// Counts what clients use. A request costs one increment of a counter of its operation; names, days and stores come in only
// when counters are emptied.
import { dayOf, mergeUsage, other, type UsageBounds, type UsageRecord, usageBounds } from './usage-record.ts';
import type { UsageStore } from './usage-store.ts';

/** What is known of an operation once it is prepared. */
export interface OperationUse {
  name: string | undefined;
  /** Whether it is a trusted document's: those are always counted by their names. */
  trusted: boolean;
  /** In the graph's names; of `coordinatesOf`. */
  coordinates: readonly string[];
}

export interface UsageCounterOptions {
  store: UsageStore;
  /** Milliseconds since 1970. */
  now?: () => number;
  /** Milliseconds between two saves. */
  flushEvery?: number;
  bounds?: UsageBounds;
  /** Told of a store that fails; what was counted is kept and saved with the next. */
  onError?: (error: unknown) => void;
}

/** Clients with their versions that are counted by name between two saves; headers name them, so there may be any number. */
const MAX_CALLERS = 100;
/** Names of operations, other than trusted documents', that each of them is counted with between two saves. */
const MAX_NAMES = 200;
/** Operations with a count that was not added up yet. */
const MAX_LIVE = 1_000;
/** Coordinates that are counted by operation and not saved yet; more are counted as `(other)`. */
const MAX_PENDING = 50_000;
/** Characters of a name that a client gave. */
const MAX_NAME_LENGTH = 128;

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
  /** By what stands for a prepared operation: the counters of all who ask for it, the latest first. */
  #counters = new WeakMap<object, OperationCounter[]>();
  readonly #uses = new WeakMap<object, OperationUse>();
  readonly #live = new Set<OperationCounter>();
  #callers = new Map<string, Caller>();
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
   * @param describe asked once for each of them.
   */
  count(prepared: object, client: string, version: string, describe: () => OperationUse): void {
    const counter = this.#counterOf(prepared, client, version, describe);
    if (counter.count++ > 0) return;
    this.#live.add(counter);
    if (this.#live.size >= MAX_LIVE) this.#addUp();
  }

  /** Saves what was counted, with what other instances saved. Rejects if the store fails; nothing is lost then. */
  flush(): Promise<void> {
    const next = this.#saving.then(() => this.#flush());
    this.#saving = next.catch(() => {});
    return next;
  }

  /** Saves every so often from now on; the process may end all the same. */
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
    // Counters hold their callers: with new callers there are new counters.
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

  /** Empties the counters into what is to be saved. */
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
