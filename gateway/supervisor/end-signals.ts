// Signals that end a process. A terminal sends them to all of its processes, and npm, GNU timeout and other parents pass
// on those that they get: what arrives within a short time is one request to end.

/** Milliseconds in which further signals are the same request. */
const SAME_REQUEST = 300;

/**
 * @param onEnd called with the first signal, and with each that comes after some time.
 */
export function onEndSignals(onEnd: (signal: 'SIGTERM' | 'SIGINT') => void): void {
  let last = Number.NEGATIVE_INFINITY;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      const now = performance.now();
      if (now - last < SAME_REQUEST) return;
      last = now;
      onEnd(signal);
    });
  }
}
