// Calendar periods: the days and months of a time zone, with the times at which they begin and end.

/** One calendar day or month. */
export interface Period {
  /** `2026-11-29` or `2026-11`. */
  name: string;
  /** Milliseconds since 1970. */
  startsAt: number;
  /** Milliseconds since 1970: the start of the next period. */
  endsAt: number;
}

/** Time zones differ from UTC by 14 hours at most, and a day that a zone has left out is another one. */
const SEARCHED_MS = 48 * 3_600_000;

export class Calendar {
  readonly per: 'day' | 'month';
  readonly timeZone: string;
  readonly #format: Intl.DateTimeFormat;
  #latest: Period | null = null;

  /** @param timeZone name of the IANA database, such as `Europe/Berlin`. */
  constructor(per: 'day' | 'month', timeZone: string) {
    this.per = per;
    this.timeZone = timeZone;
    const digits = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;
    this.#format = new Intl.DateTimeFormat('en-US', {
      ...digits,
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
    });
  }

  /** The period that contains a time, in milliseconds since 1970. */
  periodOf(time: number): Period {
    const latest = this.#latest;
    if (latest && time >= latest.startsAt && time < latest.endsAt) return latest;
    const date = this.#dateAt(time);
    const [year, month, day] = date.split('-').map(Number) as [number, number, number];
    const isDay = this.per === 'day';
    const period = {
      name: isDay ? date : date.slice(0, 7),
      startsAt: this.#startOf(Date.UTC(year, month - 1, isDay ? day : 1)),
      endsAt: this.#startOf(isDay ? Date.UTC(year, month - 1, day + 1) : Date.UTC(year, month, 1)),
    };
    this.#latest = period;
    return period;
  }

  /** The date of a time in the time zone, such as `2026-11-29`. */
  #dateAt(time: number): string {
    const parts = new Map(this.#format.formatToParts(time).map(({ type, value }) => [type, value]));
    return `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}`;
  }

  /**
   * The first millisecond of a date in the time zone. Midnight may be left out where clocks change, and so may a whole
   * day.
   * @param utc the same date's start in UTC.
   */
  #startOf(utc: number): number {
    const date = new Date(utc).toISOString().slice(0, 10);
    let [before, after] = [utc - SEARCHED_MS, utc + SEARCHED_MS];
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2);
      if (this.#dateAt(middle) < date) before = middle;
      else after = middle;
    }
    return after;
  }
}
