// Usage counter: counts requests by client and operation, for each schema coordinate used. A request costs one
// increment of the counter of its operation; names, days and the store are involved only when counters are flushed.
import { PendingUsage } from './pending-usage.ts';
import { type NamedCaller, operationName, shorten, type UsageCaller, UsageNames } from './usage-names.ts';
import { dayOf, keyUse } from './usage-record.ts';
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
  /** Called when the store fails; the counts are retained and saved with the next ones. */
  onError?: (error: unknown) => void;
  /** Called with the first save after one that failed. */
  onRecovery?: () => void;
}

/** Operation counters that have not been added up yet. */
const MAX_LIVE = 1_000;

/** An API key: its owner, and what distinguishes two keys of one owner. */
export interface KeyUse {
  readonly name: string;
  readonly id: string;
}

interface OperationCounter {
  /** The one that it was created for. */
  by: UsageCaller;
  caller: NamedCaller;
  use: OperationUse;
  count: number;
}

export class UsageCounter {
  readonly #options: UsageCounterOptions;
  readonly #now: () => number;
  /** Counters of each prepared operation, one for each client that requests it, the latest client first. */
  #counters = new WeakMap<object, OperationCounter[]>();
  readonly #uses = new WeakMap<object, OperationUse>();
  readonly #live = new Set<OperationCounter>();
  #names = new UsageNames();
  /** Uses of API keys, by key. */
  readonly #keyUses = new Map<KeyUse, number>();
  readonly #pending = new PendingUsage();
  #timer: NodeJS.Timeout | undefined;
  #saving: Promise<void> = Promise.resolve();
  #isFailing = false;
  #isDisabled = false;

  constructor(options: UsageCounterOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /**
   * Counts one request.
   * @param prepared the same object whenever the operation is the same, such as a prepared operation.
   * @param describe called once for each of them.
   */
  count(prepared: object, by: UsageCaller, describe: () => OperationUse): void {
    if (this.#isDisabled) return;
    const counter = this.#counterOf(prepared, by, describe);
    if (counter.count++ > 0) return;
    this.#live.add(counter);
    if (this.#live.size >= MAX_LIVE) this.#addUp();
  }

  /**
   * Counts one request with an API key.
   * @param key the same object for the same key.
   */
  countKey(key: KeyUse): void {
    if (this.#isDisabled) return;
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
    const { flushEvery = 60_000 } = this.#options;
    this.#timer ??= setInterval(() => this.#save(), flushEvery).unref();
  }

  /** Counts nothing from now on. */
  disable(): void {
    this.#isDisabled = true;
    this.#live.clear();
    this.#keyUses.clear();
  }

  /** Saves a last time. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    await this.#save();
  }

  async #save(): Promise<void> {
    const { onError, onRecovery } = this.#options;
    try {
      await this.flush();
      if (this.#isFailing) onRecovery?.();
      this.#isFailing = false;
    } catch (error) {
      // A store that stays away is reported once.
      if (!this.#isFailing) onError?.(error);
      this.#isFailing = true;
    }
  }

  async #flush(): Promise<void> {
    this.#addUp();
    if (this.#pending.size === 0) return;
    const left = this.#pending.take();
    this.#names = new UsageNames();
    // Counters refer to their callers: new callers need new counters.
    this.#counters = new WeakMap();
    const { store } = this.#options;
    const today = dayOf(this.#now());
    try {
      while (left.length > 0) {
        const size = Math.min(left.length, store.maxCounts);
        await store.add(left.slice(-size), today);
        left.length -= size;
      }
    } finally {
      for (const count of left) this.#pending.add(count);
    }
  }

  #counterOf(prepared: object, by: UsageCaller, describe: () => OperationUse): OperationCounter {
    let counters = this.#counters.get(prepared);
    const latest = counters?.[0];
    if (latest && isSame(latest.by, by)) return latest;
    const caller = this.#names.callerOf(by);
    if (!counters) {
      counters = [];
      this.#counters.set(prepared, counters);
    }
    let counter = counters.find((each) => each.caller === caller);
    if (!counter) {
      const use = this.#uses.get(prepared) ?? describe();
      this.#uses.set(prepared, use);
      const { client, clientName, clientVersion } = by;
      counter = { by: { client, clientName, clientVersion }, caller, use, count: 0 };
      counters.unshift(counter);
    }
    return counter;
  }

  /** Moves the counts of all counters to those that are to be saved. */
  #addUp(): void {
    const day = dayOf(this.#now());
    for (const counter of this.#live) {
      const { caller, use, count } = counter;
      const operation = operationName(use.name, use.trusted, caller);
      const { client, version } = caller;
      const { coordinates, trusted: isTrusted } = use;
      this.#pending.add({ client, version, operation, coordinates, day, count, isTrusted });
      counter.count = 0;
    }
    this.#live.clear();
    for (const [{ name, id }, count] of this.#keyUses) {
      const named = { client: shorten(name), version: id, operation: keyUse, coordinates: [keyUse] };
      this.#pending.add({ ...named, day, count, isTrusted: true });
    }
    this.#keyUses.clear();
  }
}

function isSame(one: UsageCaller, other: UsageCaller): boolean {
  return (
    one.client === other.client && one.clientName === other.clientName && one.clientVersion === other.clientVersion
  );
}
