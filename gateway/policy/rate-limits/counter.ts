// Counter of one limit: points that keys consume, in windows.

/** Result of consuming points. */
export interface ConsumeResult {
  allowed: boolean;
  /** Points remaining in the window. */
  remaining: number;
  /** Milliseconds until the window ends. */
  resetsIn: number;
  /** The window that was counted in, for a refund. */
  window: CountWindow;
  /** Whether it is not allowed because it could not be counted. */
  isUnavailable?: true;
}

/** One window of a key. */
export interface CountWindow {
  /** Whether Redis counts it, or this instance alone. */
  isShared: boolean;
  /** Milliseconds, by the clock of what counts it. */
  endsAt: number;
  /** Hash of the key, which a refund need not compute again. */
  hash?: string;
}

/** One limit: `limit` points in each window of `duration` seconds, for each key. */
export interface Counter {
  /** Consumes the points, or none of them where not enough remain. */
  consume(key: string, points: number): Promise<ConsumeResult>;
  /**
   * Returns points to a window, never below zero; nothing to one that has ended. Negative points are consumed, also
   * beyond the limit. Not awaited.
   * @param window where they were consumed; by default, the window that is open now.
   */
  refund(key: string, points: number, window?: CountWindow): void;
}
