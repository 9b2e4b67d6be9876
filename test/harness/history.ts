// History of a cached system: writes, invalidations and reads with their order, and the reads that no cache may give. All
// of it is recorded in one process, whose order of events is exact; the gateways may be anywhere.

/** What a write, an invalidation or a read does in between; whatever it throws is thrown on. */
type Work<Result> = () => Result | Promise<Result>;

export interface Violation {
  /** `stale`: older than an invalidation that had been acknowledged. `unwritten`: no write of it had begun. */
  kind: 'stale' | 'unwritten';
  object: string;
  gateway: string;
  version: number;
  /** The oldest version that it had to give; for `unwritten`, the newest that it could. */
  bound: number;
}

/** Events of one object, in the order in which they happened. */
interface ObjectHistory {
  /** The newest version whose write has begun. */
  begun: number;
  /** The newest version whose write has ended. */
  written: number;
  /** The oldest version that a read may give which begins now: of every gateway, and of each besides. */
  required: number;
  readonly requiredOf: Map<string, number>;
}

export class History {
  readonly violations: Violation[] = [];
  /** Reads that were checked. */
  reads = 0;
  readonly #objects = new Map<string, ObjectHistory>();

  /** The newest version of which a read could be demanded now; 0 before the first write. */
  written(object: string): number {
    return this.#of(object).written;
  }

  /**
   * A write of the origin. A failed one may have happened: its version may be read, and is not demanded.
   * @param version above all earlier ones of the object; the first is 1 where 0 is what was there before.
   */
  async write<Result>(object: string, version: number, work: Work<Result>): Promise<Result> {
    const history = this.#of(object);
    if (version <= history.begun) throw new RangeError(`version ${version} of ${object} is not above ${history.begun}`);
    history.begun = version;
    const result = await work();
    history.written = Math.max(history.written, version);
    return result;
  }

  /**
   * An invalidation: reads that begin once `work` has resolved must give what was written before it began.
   * @param work rejects where the invalidation was not acknowledged; nothing is demanded then.
   * @param gateway the only one that it was acknowledged for; all by default.
   */
  async invalidate<Result>(objects: readonly string[], work: Work<Result>, gateway?: string): Promise<Result> {
    const before = objects.map((object) => this.#of(object).written);
    const result = await work();
    objects.forEach((object, index) => {
      const history = this.#of(object);
      const version = before[index] as number;
      if (gateway === undefined) history.required = Math.max(history.required, version);
      else history.requiredOf.set(gateway, Math.max(history.requiredOf.get(gateway) ?? 0, version));
    });
    return result;
  }

  /** A read. @param work resolves with the version; null where there was no response: nothing is checked then. */
  async read(object: string, work: Work<number | null>, gateway = 'gateway'): Promise<number | null> {
    const history = this.#of(object);
    const required = Math.max(history.required, history.requiredOf.get(gateway) ?? 0);
    const version = await work();
    if (version === null) return null;
    this.reads += 1;
    if (version < required) this.violations.push({ kind: 'stale', object, gateway, version, bound: required });
    if (version > history.begun)
      this.violations.push({ kind: 'unwritten', object, gateway, version, bound: history.begun });
    return version;
  }

  #of(object: string): ObjectHistory {
    const known = this.#objects.get(object);
    if (known) return known;
    const made = { begun: 0, written: 0, required: 0, requiredOf: new Map<string, number>() };
    this.#objects.set(object, made);
    return made;
  }
}
