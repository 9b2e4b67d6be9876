// Usage counts that are not saved yet: by operation, and beyond their bound by coordinate alone.
import { asOtherNames, isOther, MAX_COORDINATES_LENGTH, MAX_OTHER, type UsageCount, usageKey } from './usage-record.ts';

/** Operations of clients on one day; of those whose names requests make up, half. */
const MAX_PENDING = 2_000;
const MAX_UNTRUSTED = 1_000;

export class PendingUsage {
  readonly #counts = new Map<string, UsageCount>();
  #others = 0;
  #untrusted = 0;

  get size(): number {
    return this.#counts.size;
  }

  add(count: UsageCount): void {
    const hasName = !isOther(count) && lengthOf(count.coordinates) <= MAX_COORDINATES_LENGTH;
    if (hasName) this.#addOne(count);
    else this.#addOthers(count);
  }

  /** Takes all of them out. */
  take(): UsageCount[] {
    const all = [...this.#counts.values()];
    this.#counts.clear();
    this.#others = 0;
    this.#untrusted = 0;
    return all;
  }

  #addOne(count: UsageCount): void {
    const key = `${count.day} ${usageKey(count)}`;
    const sum = this.#counts.get(key);
    if (sum) {
      sum.count += count.count;
      return;
    }
    if (isOther(count)) {
      if (this.#others >= MAX_OTHER) return;
      this.#others += 1;
    } else {
      const isFull = this.#counts.size - this.#others >= MAX_PENDING;
      if (isFull || (!count.isTrusted && this.#untrusted >= MAX_UNTRUSTED)) {
        this.#addOthers(count);
        return;
      }
      if (!count.isTrusted) this.#untrusted += 1;
    }
    this.#counts.set(key, { ...count });
  }

  #addOthers(count: UsageCount): void {
    for (const coordinate of count.coordinates) this.#addOne({ ...count, ...asOtherNames, coordinates: [coordinate] });
  }
}

function lengthOf(coordinates: readonly string[]): number {
  return coordinates.reduce((sum, coordinate) => sum + coordinate.length + 1, 0);
}
