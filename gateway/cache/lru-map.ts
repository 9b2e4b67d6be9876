// LRU map of bounded size for a few values that are costly to make: the least recently used is evicted first. An
// empty one takes almost no memory, where libraries reserve theirs at once: every prepared operation has several.

export interface LruMapOptions<Value> {
  maxEntries: number;
  /** In the unit of `weigh`. The newest value stays even if it alone is heavier. */
  maxWeight?: number;
  weigh?: (value: Value) => number;
  /** Called with the change of the total weight. */
  onWeight?: (change: number) => void;
}

export class LruMap<Value> {
  readonly #options: LruMapOptions<Value>;
  readonly #values = new Map<string, Value>();
  /** The key used last, which is the map's last one. */
  #last: string | undefined;
  #weight = 0;

  constructor(options: LruMapOptions<Value>) {
    this.#options = options;
  }

  get size(): number {
    return this.#values.size;
  }

  get(key: string): Value | undefined {
    const value = this.#values.get(key);
    if (value !== undefined && this.#last !== key) {
      this.#values.delete(key);
      this.#values.set(key, value);
      this.#last = key;
    }
    return value;
  }

  set(key: string, value: Value): void {
    const { maxEntries, maxWeight = Number.POSITIVE_INFINITY, onWeight } = this.#options;
    const before = this.#weight;
    this.#drop(key);
    this.#values.set(key, value);
    this.#last = key;
    this.#weight += this.#weigh(value);
    for (const [oldest] of this.#values) {
      if (this.#values.size <= maxEntries && this.#weight <= maxWeight) break;
      if (oldest === key) break;
      this.#drop(oldest);
    }
    if (this.#weight !== before) onWeight?.(this.#weight - before);
  }

  #drop(key: string): void {
    const value = this.#values.get(key);
    if (value === undefined) return;
    this.#values.delete(key);
    this.#weight -= this.#weigh(value);
  }

  #weigh(value: Value): number {
    return this.#options.weigh?.(value) ?? 0;
  }
}
