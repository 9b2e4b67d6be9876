// Rolling count: how often something has happened within the last seconds, in ten slots.

const SLOTS = 10;

export class RollingCount {
  /** Milliseconds of a slot. */
  readonly #slotTime: number;
  readonly #counts = new Uint32Array(SLOTS);
  #total = 0;
  /** Number of the slot that is counted in now, since the beginning of the clock. */
  #slot = 0;

  /** @param window milliseconds. */
  constructor(window: number) {
    this.#slotTime = window / SLOTS;
  }

  /** @param now milliseconds of a clock that never goes back. */
  add(now: number): void {
    this.#move(now);
    const index = this.#slot % SLOTS;
    this.#counts[index] = (this.#counts[index] as number) + 1;
    this.#total += 1;
  }

  total(now: number): number {
    this.#move(now);
    return this.#total;
  }

  clear(): void {
    this.#counts.fill(0);
    this.#total = 0;
  }

  #move(now: number): void {
    const slot = Math.floor(now / this.#slotTime);
    if (slot === this.#slot) return;
    const passed = Math.min(slot - this.#slot, SLOTS);
    for (let step = 1; step <= passed; step++) {
      const index = (this.#slot + step) % SLOTS;
      this.#total -= this.#counts[index] as number;
      this.#counts[index] = 0;
    }
    this.#slot = slot;
  }
}
